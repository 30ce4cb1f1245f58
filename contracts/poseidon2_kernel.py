"""Poseidon2's permutation of t = 4 as straight-line EVM code: half the gas of what Vyper makes of a loop.

The constants are pushed where they are added, every value stays on the stack, and the stack's order is tracked here by name. The code reads
four elements from calldata after a selector of 4 bytes, which it ignores, and returns four elements; it neither branches nor checks.
"""

from rollup.crypto.fr import R
from rollup.crypto.poseidon2_constants import PARAMETERS

EXTERNAL, INTERNAL, DIAGONAL = PARAMETERS[4]
STATE = ("x0", "x1", "x2", "x3")

_OPCODES = {"ADD": (0x01, 2), "ADDMOD": (0x08, 3), "MULMOD": (0x09, 3), "CALLDATALOAD": (0x35, 1)}
"""Byte and number of operands; what is on top is the first operand, and of the two with MOD the third is the modulus."""
_PUSH0, _MSTORE, _RETURN, _DUP1, _SWAP1 = 0x5F, 0x52, 0xF3, 0x80, 0x90


class Assembler:
    """Code under way, and the names of what its stack holds, the top last."""

    def __init__(self) -> None:
        self.code = bytearray()
        self.stack: list[str] = []

    def push(self, value: int, name: str = "") -> None:
        """Put a constant on top."""
        data = value.to_bytes((value.bit_length() + 7) // 8, "big")
        self.code += bytes([_PUSH0 + len(data)]) + data
        self.stack.append(name)

    def dup(self, *names: str) -> None:
        """Put copies of what the names stand for on top, one after the other."""
        for name in names:
            self.code.append(_DUP1 + self._depth(name))
            self.stack.append(name)

    def raise_(self, name: str) -> None:
        """Bring what a name stands for to the top, in exchange for what is there."""
        depth = self._depth(name)
        if depth:
            self.code.append(_SWAP1 + depth - 1)
            self.stack[-1], self.stack[-1 - depth] = self.stack[-1 - depth], self.stack[-1]

    def do(self, opcode: str, name: str = "") -> None:
        """Replace the operands on top by the result."""
        byte, operands = _OPCODES[opcode]
        self.code.append(byte)
        del self.stack[-operands:]
        self.stack.append(name)

    def rename(self, names: dict[str, str]) -> None:
        """Give what is on the stack its names for what follows."""
        self.stack = [names.get(name, name) for name in self.stack]

    def write(self, names: tuple[str, ...]) -> None:
        """Write words to memory and return them; the end of the code."""
        for place, name in enumerate(names):
            self.dup(name)
            self.push(32 * place)
            self.code.append(_MSTORE)
            del self.stack[-2:]
        self.push(32 * len(names))
        self.push(0)
        self.code.append(_RETURN)

    def _depth(self, name: str) -> int:
        depth = self.stack[::-1].index(name)
        assert depth < 16, f"{name} is too deep to reach"
        return depth


def program() -> bytes:
    """Return the code that L1 keeps."""
    a = Assembler()
    a.push(R, "R")
    for place, name in enumerate(STATE):
        a.push(4 + 32 * place)
        a.do("CALLDATALOAD", name)
    _mix(a)
    for row in EXTERNAL[: len(EXTERNAL) // 2]:
        _full_round(a, row)
    a.raise_("x0")
    a.push(INTERNAL[0])
    a.do("ADD", "y")
    for following in (*INTERNAL[1:], None):
        _partial_round(a, following)
    for row in EXTERNAL[len(EXTERNAL) // 2 :]:
        _full_round(a, row)
    a.write(STATE)
    return bytes(a.code)


def init_code() -> bytes:
    """Return the code that leaves `program()` when a contract is created from it."""
    code = program()
    # PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE (0), CODECOPY, RETURNDATASIZE, RETURN: these are the ten bytes before the code.
    head = bytes.fromhex(f"61{len(code):04x}80600a3d393df3")
    return head + code


def _over_modulus(a: Assembler, name: str, copies: int = 1) -> None:
    """Bring a name to the top, over copies of R."""
    a.raise_(name)
    a.dup(*["R"] * copies)
    a.raise_(name)


def _fifth(a: Assembler, name: str, result: str) -> None:
    """Replace what is on top by its fifth power; INVARIANT: below 2^256 before, below R after."""
    _over_modulus(a, name)
    a.dup("R", "R", name, name)
    a.do("MULMOD", "square")
    a.dup("square")
    a.do("MULMOD", "fourth")
    a.do("MULMOD", result)


def _full_round(a: Assembler, row: tuple[int, ...]) -> None:
    """INVARIANT: every x is below R, so below 2 R < 2^256 with its constant."""
    for name, constant in zip(STATE, row, strict=True):
        a.raise_(name)
        a.push(constant)
        a.do("ADD", "y")
        _fifth(a, "y", name)
    _mix(a)


def _mix(a: Assembler) -> None:
    """Multiply by M4 = [[5, 7, 1, 3], [4, 6, 1, 1], [1, 3, 5, 7], [1, 1, 4, 6]] (ePrint 2023/323 §5.1), each sum reduced."""
    _sum(a, "x0", "x1", "t0")
    _sum(a, "x2", "x3", "t1")
    _sum(a, "x1", "t1", "t2", times=2)
    _sum(a, "x3", "t0", "t3", times=2)
    _sum(a, "t1", "t3", "t4", times=4)
    _sum(a, "t0", "t2", "t5", times=4)
    _sum(a, "t3", "t5", "t6")
    _sum(a, "t2", "t4", "t7")
    a.rename({"t6": "x0", "t5": "x1", "t7": "x2", "t4": "x3"})


def _sum(a: Assembler, consumed: str, kept: str, result: str, times: int = 1) -> None:
    """Compute `times · consumed + kept` mod R in place of the first."""
    _over_modulus(a, consumed, 2 if times == 4 else 1)
    if times == 2:
        a.dup(consumed)
        a.do("ADD", "product")
    elif times == 4:
        a.push(times)
        a.do("MULMOD", "product")
    a.dup(kept)
    a.do("ADDMOD", result)


def _partial_round(a: Assembler, following: int | None) -> None:
    """From y = x0 + constant to the next one's, or to x0 where no partial round follows.

    SPEC: §5.2, the product by the internal matrix is sum + diagonal · x. INVARIANT: y is below 2 R, and so are x1 … x3, a sum and a product
    each; the last round leaves all four below R, as a full round wants them.
    """
    _fifth(a, "y", "z")
    a.dup("R", "z")
    a.push(DIAGONAL[0])
    a.do("MULMOD", "m")
    _over_modulus(a, "z", 3)
    for name in STATE[1:]:
        a.dup(name)
        a.do("ADDMOD", "sum")
    _over_modulus(a, "m")
    a.dup("sum")
    if following is not None:
        a.push(following)
        a.do("ADD")
    a.do("ADDMOD", "x0" if following is None else "y")
    last = following is None
    for name, factor in zip(STATE[1:], DIAGONAL[1:], strict=True):
        _over_modulus(a, name, 2 if last else 1)
        a.push(factor)
        a.do("MULMOD", "product")
        # The sum lies under the last product and its modulus: that addition takes it off the stack.
        if last or name != STATE[-1]:
            a.dup("sum")
        a.do("ADDMOD" if last else "ADD", name)
