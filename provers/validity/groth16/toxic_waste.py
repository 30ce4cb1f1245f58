"""The five secrets of a development setup."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from rollup.crypto.fr import R

_DOMAIN = b"tandem-groth16-development-1"


@dataclass(frozen=True)
class ToxicWaste:
    """τ, α, β, γ, δ in [1, r). Whoever knows them can prove false statements; keep them no longer than `setup` runs."""

    tau: int
    alpha: int
    beta: int
    gamma: int
    delta: int

    @classmethod
    def draw(cls, domain_size: int, entropy: bytes | None = None) -> ToxicWaste:
        """Draw from the operating system, or from `entropy` for tests that must repeat.

        Each secret is SHA-512 of a domain, the seed and a counter, modulo r (bias below 2^-256); zeros, and a τ that
        is a `domain_size`-th root of unity, are drawn again.
        """
        seed = os.urandom(64) if entropy is None else entropy
        secrets: list[int] = []
        counter = 0
        while len(secrets) < len(cls.__dataclass_fields__):
            digest = hashlib.sha512(_DOMAIN + counter.to_bytes(8, "big") + seed).digest()
            value, counter = int.from_bytes(digest, "big") % R, counter + 1
            if value and (secrets or pow(value, domain_size, R) != 1):
                secrets.append(value)
        return cls(*secrets)
