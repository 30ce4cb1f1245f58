"""A program's circuits, each built once and kept on disk, and the witnesses of its chunks."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from provers.validity.arithmetise.cache import cache_folder, code_version
from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.arithmetise.context import Public
from provers.validity.arithmetise.data_chunk import DataCircuit
from provers.validity.arithmetise.inbox_chunk import InboxCircuit
from provers.validity.arithmetise.tail_chunk import TailCircuit
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.r1cs import R1CS, Words
from provers.validity.constraints.shape import ShapeBuilder
from provers.validity.constraints.tape import Tape
from provers.validity.constraints.witness import WitnessBuilder
from rollup.crypto.fr import require_canonical
from rollup.errors import DecodeError, InternalError
from rollup.ir.image import Image
from rollup.params import ChunkKind

PUBLIC_INPUTS = 4
SYSTEM, TAPE = ".r1cs", ".tape"
Build = Callable[[Builder, Public, ChunkInput | None], None]


@dataclass(frozen=True, eq=False)
class Compiled:
    """A circuit: what its wires must satisfy, and how they are computed."""

    system: R1CS
    tape: Tape


class ProgramCircuits:
    """The circuits of a program for chunks of `transactions` transactions.

    Raises
    ------
    ValueError
        On construction, if `transactions` is no multiple of 4 that divides the program's capacity.
    """

    def __init__(self, image: Image, transactions: int = 4) -> None:
        self.image = image
        self.transactions = transactions
        inbox, data = InboxCircuit(image), DataCircuit(image, transactions)
        tail = TailCircuit(image.layout.elements_of(transactions))
        self._builds: Mapping[ChunkKind, Build] = {
            ChunkKind.INBOX: inbox.build,
            ChunkKind.DATA: data.build,
            ChunkKind.TAIL: tail.build,
        }
        self._brought: Mapping[ChunkKind, Callable[[ChunkInput], Iterable[int]]] = {
            ChunkKind.INBOX: inbox.brought,
            ChunkKind.DATA: data.brought,
            ChunkKind.TAIL: tail.brought,
        }
        self._compiled: dict[ChunkKind, Compiled] = {}

    def circuit(self, kind: ChunkKind) -> R1CS:
        """Return the constraint system of a kind: from memory, from disk, or built and kept in both."""
        return self.compiled(kind).system

    def compiled(self, kind: ChunkKind) -> Compiled:
        """Return the constraint system of a kind and its tape, as `circuit` does."""
        if kind not in self._compiled:
            self._compiled[kind] = self._load(kind) or self._build(kind)
        return self._compiled[kind]

    def assign(self, kind: ChunkKind, chunk: ChunkInput, z: int, zc: int) -> tuple[list[int], Words]:
        """Return the public inputs and the witness of a chunk, `uint64[wires, 4]`.

        Nothing is checked: what is not so leads to a witness that the circuit does not satisfy (`R1CS.is_satisfied`).

        Raises
        ------
        InternalError
            If the chunk is of another kind.
        DecodeError
            If z or zc is outside [0, R).
        ZeroDivisionError
            If z is 0 or a point of the blob's domain, which a hash hits with probability 2^-243.
        """
        public = _public_inputs(kind, chunk, z, zc)
        compiled = self.compiled(kind)
        return list(public), compiled.tape.run(compiled.system, public, self.brought(kind, chunk))

    def brought(self, kind: ChunkKind, chunk: ChunkInput) -> list[int]:
        """Return what a circuit is given of a chunk, in the order in which it asks for it."""
        return list(self._brought[kind](chunk))

    def assign_plain(self, kind: ChunkKind, chunk: ChunkInput, z: int, zc: int) -> tuple[list[int], Words]:
        """Plain twin of `assign`: runs the gadgets themselves."""
        public = _public_inputs(kind, chunk, z, zc)
        builder = WitnessBuilder(public)
        self.build(builder, kind, chunk)
        return list(public), builder.witness()

    def parts(self, kind: ChunkKind) -> dict[str, dict[str, int]]:
        """Return how many constraints the parts of a circuit have, as a whole ("chunk") and for one instance of each piece that repeats."""
        builder = self.shape(kind)
        pieces = {"chunk": builder.parts, **{name: builder.parts_of(name) for name in builder.templates}}
        return {
            piece: {"all": sum(counts.values()), **{part or "other": counts[part] for part in sorted(counts)}}
            for piece, counts in pieces.items()
        }

    def path(self, kind: ChunkKind) -> Path:
        """Return the file that keeps a constraint system: a hash of program, kind and size, then one of the code that built it; its tape stands beside it."""
        # SAFETY: a program's identity tells how many attributes a table has and not how wide they are (SPEC §5); comparisons depend on it.
        text = f"{kind.name}/{self.transactions}/{self.image.layout.tables}"
        name = hashlib.sha256(self.image.program_id + text.encode()).hexdigest()
        return cache_folder() / "circuits" / f"{name[:32]}-{code_version().hex()[:32]}{SYSTEM}"

    def shape(self, kind: ChunkKind) -> ShapeBuilder:
        """Record a circuit anew; `circuit` is what to prove with."""
        builder = ShapeBuilder(PUBLIC_INPUTS)
        self.build(builder, kind, None)
        return builder

    def build(self, builder: Builder, kind: ChunkKind, chunk: ChunkInput | None) -> None:
        """Build a circuit with any builder; `chunk` is given where its values are wanted."""
        self._builds[kind](builder, Public(*builder.public_inputs(PUBLIC_INPUTS)), chunk)

    def compile(self, kind: ChunkKind) -> Compiled:
        """Build a circuit anew; `compiled` is what to prove with."""
        shape = self.shape(kind)
        return Compiled(shape.r1cs(), shape.tape())

    def _build(self, kind: ChunkKind) -> Compiled:
        compiled = self.compile(kind)
        with suppress(OSError):  # a disk that keeps nothing costs a second the next time, and no proof
            _keep(compiled, self.path(kind))
        return compiled

    def _load(self, kind: ChunkKind) -> Compiled | None:
        path = self.path(kind)
        try:
            # SAFETY: the name says which code wrote the digest, from this very system; damage is found by the file's own hash.
            return Compiled(R1CS.load(path, trusted=True), Tape.load(path.with_suffix(TAPE)))
        except OSError:
            return None
        except DecodeError:
            for damaged in (path, path.with_suffix(TAPE)):
                damaged.unlink(missing_ok=True)
            return None


def _public_inputs(kind: ChunkKind, chunk: ChunkInput, z: int, zc: int) -> tuple[int, int, int, int]:
    if chunk.kind is not kind:
        raise InternalError("circuits: the chunk is of another kind", expected=kind.name, got=chunk.kind.name)
    return chunk.public_inputs(require_canonical(z), require_canonical(zc))


def _keep(compiled: Compiled, path: Path) -> None:
    """Write a circuit and forget those that older code built in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for part, suffix in ((compiled.tape, TAPE), (compiled.system, SYSTEM)):
        part.save(path.with_suffix(suffix))
        for older in path.parent.glob(f"{path.name.split('-')[0]}-*{suffix}"):
            if older.stem != path.stem:
                older.unlink(missing_ok=True)
