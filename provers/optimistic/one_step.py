"""The evidence with which L1 executes one step (contracts/stepper.vy): what of data, code and state the step reads, each part proved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from eth_abi import encode

from rollup.batch.batch import Batch
from rollup.batch.blob import to_blob, to_words
from rollup.crypto import fr, jubjub
from rollup.execution.step_trace import StepTrace, trace_step
from rollup.ir.codec import encode_constants, encode_instructions
from rollup.ir.graph import Graph
from rollup.ir.image import Image
from rollup.ir.primitives import Primitive
from rollup.params import CODE_DEPTH, GROUP, SLOTS_PER_ELEMENT, DataKind
from rollup.ports.da import Opening
from rollup.state.header import StepHeader
from rollup.state.tree import Path, Tree

_CODE: Final = "(uint256,bytes,bytes,bytes32[6])"
_RECORD: Final = "(uint256[],uint256[3][])"
ABI_TYPE: Final = f"(uint256[],bytes,bytes[],bytes,{_CODE},uint256[],{_RECORD}[],(bool,uint256)[])"
"""The contract's struct `Evidence`."""


class BlobOpener(Protocol):
    """Whoever can prove elements of a blob (EIP-4844); `l1bridge.kzg` does."""

    def commitment(self, blob: bytes) -> bytes:
        """Return the 48 bytes of the KZG commitment."""
        ...

    def open_element(self, blob: bytes, index: int) -> Opening:
        """Prove element `index`, opened where the blob's polynomial takes its value."""
        ...


@dataclass(frozen=True, slots=True)
class Code:
    """A graph and its place in the program.

    Attributes
    ----------
    argument_widths
        A word whose byte k from the left is the width of argument k.
    constants, instructions
        As the codec writes them.
    path
        The six siblings of its leaf under `code_root`, leaf level first.
    """

    argument_widths: int = 0
    constants: bytes = b""
    instructions: bytes = b""
    path: tuple[bytes, ...] = (bytes(32),) * CODE_DEPTH


@dataclass(frozen=True, slots=True)
class Record:
    """A record before the step: its attributes, and its path under the root that the slots before it (1 … n, 0) led to."""

    attributes: tuple[int, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class Root:
    """Help to decompress the R of a signature, with u = (r_y² − 1) / (1 + d r_y²).

    Attributes
    ----------
    is_square
        Whether u is a square.
    root
        The even square root of u if it is one, else of 7 u; in [0, R).
    """

    is_square: bool
    root: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What `stepper.step` takes; what a step does not read is left empty.

    Attributes
    ----------
    elements, commitment, proofs
        For data in a blob: the elements read, in order, the blob's commitment, and one KZG proof of 48 bytes for each element.
    data
        For data in calldata: all of it.
    code
        The graph that runs.
    message
        The six words of an inbox message.
    records
        In the order of the slots.
    roots
        One for each `verify_signature` of the graph, in their order.
    """

    elements: tuple[int, ...] = ()
    commitment: bytes = b""
    proofs: tuple[bytes, ...] = ()
    data: bytes = b""
    code: Code = Code()
    message: tuple[int, ...] = ()
    records: tuple[Record, ...] = ()
    roots: tuple[Root, ...] = ()

    def to_abi(self) -> bytes:
        """Return the ABI encoding that the contract decodes."""
        code = (self.code.argument_widths, self.code.constants, self.code.instructions, self.code.path)
        records = [(record.attributes, record.path) for record in self.records]
        roots = [(root.is_square, root.root) for root in self.roots]
        fields = (self.elements, self.commitment, self.proofs, self.data, code, self.message, records, roots)
        return encode([ABI_TYPE], [fields])


def build_evidence(image: Image, header: StepHeader, batch: Batch, state: Tree, opener: BlobOpener) -> Evidence:
    """Take the step that follows `header` on a fork of `state`, and collect what proves it.

    Parameters
    ----------
    state
        The state of `header`; it is left as it is.
    opener
        Proves elements of the batch's blob, 45 ms each; not used for calldata.
    """
    return evidence_of(image, trace_step(image, header, batch, state.fork()), batch, opener)


def evidence_of(image: Image, trace: StepTrace, batch: Batch, opener: BlobOpener) -> Evidence:
    """Collect what proves a step that has been taken; nothing for the identity past the end."""
    task, run = trace.task, trace.run
    if task is None or run is None:
        return Evidence()
    elements, commitment, proofs, data = _posted(batch, _places(image, trace), opener)
    records = tuple(Record(slot.old, slot.path) for slot in sorted(trace.slots, key=lambda slot: slot.slot))
    return Evidence(
        elements=elements,
        commitment=commitment,
        proofs=proofs,
        data=data,
        code=code_of(image, task.graph),
        message=task.message.words() if task.message else (),
        records=records,
        roots=_roots(task.graph, run.registers),
    )


def code_of(image: Image, graph: Graph) -> Code:
    """Return a graph of the program as L1 reads it."""
    widths = int.from_bytes(bytes(graph.arguments).ljust(32, b"\0"), "big")
    path = image.code_path(graph.tag)
    return Code(widths, encode_constants(graph.constants), encode_instructions(graph.instructions), path)


def root_of(r_y: int) -> Root:
    """Return the help for one signature."""
    yy = r_y * r_y % fr.R
    # SAFETY: 1 + d y² is never zero, since -1 is a square and d is none.
    u = (yy - 1) * pow(1 + jubjub.D * yy, -1, fr.R) % fr.R
    root = fr.sqrt(u)
    if root is not None:
        return Root(is_square=True, root=root)
    other = fr.sqrt(fr.GENERATOR * u)
    # INVARIANT: 7 is no square, so of u and 7 u one is.
    assert other is not None, f"neither {u} nor {fr.GENERATOR} times it is a square"
    return Root(is_square=False, root=other)


def _roots(graph: Graph, registers: Sequence[int]) -> tuple[Root, ...]:
    verified = (item for item in graph.instructions if item.op is Primitive.VERIFY_SIGNATURE)
    return tuple(root_of(registers[item.a]) for item in verified)


def _places(image: Image, trace: StepTrace) -> tuple[int, ...]:
    """Return the elements that a step reads: all that carry slots of its transaction, then its r_y; or the one whose tag ended the data."""
    assert trace.task is not None, "the identity reads nothing"
    layout, cursor = image.layout, trace.before.data_cursor
    group, place = divmod(cursor, GROUP)
    start = group * layout.group_elements
    first, last = (
        start + GROUP + slot // SLOTS_PER_ELEMENT for slot in (place * layout.stride, (place + 1) * layout.stride - 1)
    )
    if trace.task.kind == "transaction":
        return (*range(first, last + 1), start + place)
    return (first,) if trace.task.kind == "fees" and cursor < layout.capacity else ()


def _posted(
    batch: Batch, places: Sequence[int], opener: BlobOpener
) -> tuple[tuple[int, ...], bytes, tuple[bytes, ...], bytes]:
    """Return elements, commitment, proofs and calldata, those that are due."""
    if not places:
        return (), b"", (), b""
    if batch.kind is DataKind.CALLDATA:
        return (), b"", (), to_words(batch.elements)
    blob = to_blob(batch.elements)
    openings = [opener.open_element(blob, place) for place in places]
    return (
        tuple(opening.y for opening in openings),
        opener.commitment(blob),
        tuple(opening.proof for opening in openings),
        b"",
    )
