"""Hashes that are computed by a permutation that stands idle.

The permutation of a slot's old leaf has nothing to do where the graph that runs does not open the slot: it can hash what only such graphs need, as the
accumulator of withdrawals in `withdraw`, which opens one record.
"""

from collections.abc import Mapping

from provers.validity.arithmetise.graphs import Family
from rollup.crypto.poseidon2 import RATE
from rollup.ir.primitives import Primitive


def hosts_of(family: Family) -> Mapping[int, int]:
    """Return, by place of a hash of one block, the slot that hashes it: one that no graph opens that needs the hash, and one for each hash."""
    free = list(range(max(len(effect.slots) for effect in family.effects)))
    hosts: dict[int, int] = {}
    for place in family.order:
        node = family.nodes[place]
        if node.op is not Primitive.HASH or not 0 < len(node.operands) <= RATE:
            continue
        opened = max(len(effect.slots) for effect in family.effects if effect.tag in family.users[place])
        # INVARIANT: a graph opens its slots from 0 on, so those from `opened` on are idle where the hash is needed.
        host = next((slot for slot in free if slot >= opened), None)
        if host is not None:
            hosts[place] = host
            free.remove(host)
    return hosts
