"""All attacks that ship, for the entry-point group `tandem.attacks`."""

from typing import Final

from provers.adversaries import claims, data, doubters, payloads
from rollup.ports.attack import Attack

ATTACKS: Final[tuple[Attack, ...]] = (*claims.ATTACKS, *data.ATTACKS, *payloads.ATTACKS, *doubters.ATTACKS)
