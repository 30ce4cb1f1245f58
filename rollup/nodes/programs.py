"""The programs that a node has, and what each means for a chain."""

from rollup.errors import OutsideError
from rollup.execution.engine import domain
from rollup.ir.image import Image
from rollup.ir.succession import obstacles


class Programs:
    """Images by the program's id.

    Parameters
    ----------
    chain_id, rollup
        Of the L1, and address of the rollup contract there: with the program, what signatures are bound to.
    images
        That of the chain's first epoch, and those that later ones may need.
    """

    def __init__(self, chain_id: int, rollup: bytes, *images: Image) -> None:
        self._chain = chain_id, rollup
        self._images: dict[bytes, Image] = {}
        self._domains: dict[bytes, int] = {}
        for image in images:
            self.add(image)

    def add(self, image: Image) -> None:
        """Take one more program in."""
        self._images[image.program_id] = image
        self._domains[image.program_id] = domain(*self._chain, image.program_id)

    def image(self, program_id: bytes) -> Image:
        """Return a program; `OutsideError` if it is not here."""
        found = self._images.get(program_id)
        if found is None:
            raise OutsideError(
                "node: the chain goes on under a program that is not installed here",
                expected=", ".join(f"{image.name} 0x{known.hex()}" for known, image in self._images.items()),
                got=f"0x{program_id.hex()}",
                remedy="install the package that has it, name it to this node and start it again; what was derived so far is kept",
            )
        return found

    def domain(self, program_id: bytes) -> int:
        """Return the field element that signatures bind while a program runs; `OutsideError` if it is not here."""
        self.image(program_id)
        return self._domains[program_id]

    def successor(self, old: bytes, new: bytes) -> Image:
        """Return the program `new` if it can go on with the state of `old`.

        Raises
        ------
        OutsideError
            If one of them is not here, or records would not be where `new` looks for them.
        """
        before, after = self.image(old), self.image(new)
        reasons = [str(found) for found in obstacles(before.layout, after.layout)]
        if reasons:
            raise OutsideError(
                f"node: {after.name} cannot go on with the state of {before.name}: " + "; ".join(reasons),
                remedy="ask whoever announced it for another program; `tandem inspect NEW --replaces OLD` says what must change",
            )
        return after
