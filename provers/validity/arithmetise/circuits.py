"""A program's circuits, each built once and kept on disk, and the witnesses of its chunks."""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from provers.validity.arithmetise.cache import cache_folder, code_version
from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.arithmetise.context import Public
from provers.validity.arithmetise.data_chunk import DataCircuit
from provers.validity.arithmetise.inbox_chunk import InboxCircuit
from provers.validity.arithmetise.tail_chunk import build_tail
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.r1cs import R1CS, Words
from provers.validity.constraints.shape import ShapeBuilder
from provers.validity.constraints.witness import WitnessBuilder
from rollup.crypto.fr import require_canonical
from rollup.errors import DecodeError, InternalError
from rollup.ir.image import Image
from rollup.params import ChunkKind

PUBLIC_INPUTS = 4
Build = Callable[[Builder, Public, ChunkInput | None], None]


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
        self._builds: Mapping[ChunkKind, Build] = {
            ChunkKind.INBOX: InboxCircuit(image).build,
            ChunkKind.DATA: DataCircuit(image, transactions).build,
            ChunkKind.TAIL: build_tail,
        }
        self._built: dict[ChunkKind, R1CS] = {}

    def circuit(self, kind: ChunkKind) -> R1CS:
        """Return the constraint system of a kind: from memory, from disk, or built and kept in both."""
        if kind not in self._built:
            self._built[kind] = self._load(kind) or self._build(kind)
        return self._built[kind]

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
            If z is a point of the blob's domain, which a hash hits with probability 2^-243.
        """
        if chunk.kind is not kind:
            raise InternalError("circuits: the chunk is of another kind", expected=kind.name, got=chunk.kind.name)
        public = chunk.public_inputs(require_canonical(z), require_canonical(zc))
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
        """Return the file that keeps a circuit: a hash of program, kind and size, then one of the code that built it."""
        # SAFETY: a program's identity tells how many attributes a table has and not how wide they are (SPEC §5); comparisons depend on it.
        text = f"{kind.name}/{self.transactions}/{self.image.layout.tables}"
        name = hashlib.sha256(self.image.program_id + text.encode()).hexdigest()
        return cache_folder() / "circuits" / f"{name[:32]}-{code_version().hex()[:32]}.npz"

    def shape(self, kind: ChunkKind) -> ShapeBuilder:
        """Record a circuit anew; `circuit` is what to prove with."""
        builder = ShapeBuilder(PUBLIC_INPUTS)
        self.build(builder, kind, None)
        return builder

    def build(self, builder: Builder, kind: ChunkKind, chunk: ChunkInput | None) -> None:
        """Build a circuit with any builder; `chunk` is given where its values are wanted."""
        self._builds[kind](builder, Public(*builder.public_inputs(PUBLIC_INPUTS)), chunk)

    def _build(self, kind: ChunkKind) -> R1CS:
        system = self.shape(kind).r1cs()
        with suppress(OSError):  # a disk that keeps nothing costs a second the next time, and no proof
            _keep(system, self.path(kind))
        return system

    def _load(self, kind: ChunkKind) -> R1CS | None:
        path = self.path(kind)
        if not path.exists():
            return None
        try:
            return R1CS.load(path)
        except DecodeError:
            path.unlink(missing_ok=True)
            return None


def _keep(system: R1CS, path: Path) -> None:
    """Write a circuit and forget those that older code built in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A reader never sees half a file: it is written beside its place and then moved there.
    partial = path.with_name(f"{uuid4().hex}.npz")
    system.save(partial)
    partial.replace(path)
    for older in path.parent.glob(f"{path.name.split('-')[0]}-*.npz"):
        if older != path:
            older.unlink(missing_ok=True)
