"""What `tandem inspect` asks of the validity backend."""

from provers.validity.arithmetise.circuits import ProgramCircuits
from rollup.ir.image import Image
from rollup.params import ChunkKind


def constraints(image: Image, chunk: int) -> dict[str, int]:
    """Return the constraints of a chunk of transactions by part, and under "all" their sum (`tandem.figures`)."""
    return dict(ProgramCircuits(image, chunk).parts(ChunkKind.DATA)["chunk"])
