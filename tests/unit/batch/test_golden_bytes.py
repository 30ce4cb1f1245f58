"""What a transaction costs in bits, slots, elements and bytes, committed under `tests/golden/bytes`.

After a wanted change: `TANDEM_WRITE_GOLDEN=1 pytest tests/unit/batch/test_golden_bytes.py`.
"""

import os
from fractions import Fraction
from pathlib import Path

from examples.tokens import Tokens
from rollup.batch.packing import field_widths, transaction_bits
from rollup.batch.parcel import elements_of
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.ir.graph import Graph
from rollup.params import GROUP, SCALAR_BITS, SLOT_BITS

IMAGE = Tokens.image()
GOLDEN = Path(__file__).parents[2] / "golden" / "bytes" / "tokens.txt"
R_Y_BITS = 255
SIGNATURE_BITS = SCALAR_BITS + 1 + R_Y_BITS


def row(graph: Graph) -> str:
    """One line of the table of costs."""
    bits = transaction_bits(IMAGE.layout, graph.arguments) + R_Y_BITS
    elements = Fraction(IMAGE.layout.group_elements, GROUP)
    figures = (
        bits,
        bits - SIGNATURE_BITS,
        Fraction(bits - SIGNATURE_BITS, 8),
        IMAGE.layout.stride,
        elements,
        elements * 32,
    )
    return f"{graph.name:<10}" + "".join(f"{float(figure):>12g}" for figure in figures)


def example(graph: Graph, place: int) -> list[str]:
    """A transaction with its parts, as bytes and as elements of a batch that holds nothing else."""
    args = tuple((1 << width) - 1 - place for width in graph.arguments)
    secret = eddsa.generate(b"golden".ljust(32, b"\0"))
    transaction = Transaction(graph.tag, 5, 1536, args).sign(secret, IMAGE, domain=9, nonce=place)
    parcel = transaction.parcel(IMAGE)
    return [
        f"{graph.name}{args} of account 5, fee 1536, nonce {place}",
        f"  widths   {field_widths(IMAGE.layout, graph.arguments)}",
        f"  bytes    {transaction.to_bytes(IMAGE).hex()}",
        f"  hash     {transaction.hash(IMAGE).hex()}",
        *(f"  element  {element:064x}" for element in elements_of([parcel])),
    ]


def rendered() -> str:
    """The whole golden file."""
    head = ("action", "bits", "unsigned", "unsigned B", "slots", "elements", "blob bytes")
    lines = [f"Tokens: what a transaction costs; a slot has {SLOT_BITS} bits, an element 32 bytes of a blob", ""]
    lines += [f"{head[0]:<10}" + "".join(f"{name:>12}" for name in head[1:]), *map(row, IMAGE.actions), ""]
    for place, graph in enumerate(IMAGE.actions):
        lines += [*example(graph, place), ""]
    return "\n".join(lines)


def test_bytes_of_a_transaction_are_those_committed() -> None:
    if os.environ.get("TANDEM_WRITE_GOLDEN") == "1":
        GOLDEN.write_text(rendered())
    assert rendered() == GOLDEN.read_text(), "bytes changed; if that was wanted, write the golden file anew"


def test_every_committed_transaction_reads_back() -> None:
    lines = [line.split() for line in GOLDEN.read_text().splitlines() if line.startswith("  bytes")]
    assert len(lines) == len(IMAGE.actions)
    for place, (_, data) in enumerate(lines):
        transaction = Transaction.from_bytes(bytes.fromhex(data), IMAGE)
        assert (transaction.tag, transaction.sender, transaction.fee) == (place + 1, 5, 1536)
        assert transaction.to_bytes(IMAGE).hex() == data
