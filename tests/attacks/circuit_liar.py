"""A prover who puts on wires what he likes, and computes everything else so that it fits."""

import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import FrameType
from typing import Final

from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.constraints.builder import Builder, as_int, as_ints
from provers.validity.constraints.hints import Hint, Op
from provers.validity.constraints.linear import Term
from provers.validity.constraints.r1cs import R1CS
from provers.validity.constraints.shape import ShapeBuilder
from provers.validity.constraints.witness import WitnessBuilder
from rollup.crypto.fr import R
from rollup.state.header import StepHeader
from tests.unit.validity.arithmetise.chain import Z, circuits, zc
from tests.unit.validity.arithmetise.chain import system as system_of
from tests.unit.validity.constraints.harness import Gadget

Values = list[int]
Change = Callable[[Values], Sequence[int]]
_METHODS: Final = frozenset(method.__code__ for method in vars(Builder).values() if inspect.isfunction(method))


@dataclass(frozen=True)
class Lie:
    """What wires get in place of the honest values.

    Attributes
    ----------
    where
        The gadget's function that asks for the hints, or `pin`; before it, separated by blanks, functions that it was called from, outermost first.
    change
        From the honest values, in [0, R), to those preferred.
    number
        Of all such askings the one that is lied to, from 0; None for each.
    """

    where: str
    change: Change
    number: int | None = 0


def always(*values: int) -> Change:
    """Return the change to these values, whatever is true."""
    return lambda _: values


def bits_of(value: int) -> Change:
    """Return the change of bits to those of another number."""
    return lambda honest: [value >> i & 1 for i in range(len(honest))]


def plus_r(bits: Values) -> Values:
    """Change bits to those of the number plus R, which has the same remainder."""
    value = sum(bit << i for i, bit in enumerate(bits)) + R
    assert value < 1 << len(bits), "the number plus R has more bits"
    return [value >> i & 1 for i in range(len(bits))]


class Liar(WitnessBuilder):
    """Computes wires as told by gadgets, but for lies; what follows from these is computed from them.

    Attributes
    ----------
    asked
        How often each lie's place was asked.
    broken
        How many constraints do not hold.
    reached
        The header that a chunk's steps lead to, before it is compared with the one that the context claims.
    """

    def __init__(self, public: Sequence[int], lies: Sequence[Lie]) -> None:
        super().__init__(public)
        self.lies: dict[str, list[Lie]] = {}
        for lie in lies:
            self.lies.setdefault(lie.where.split()[-1], []).append(lie)
        self.asked: Counter[str] = Counter()
        self.broken = 0
        self.reached: list[int] = []

    def hint(self, hint: Hint, *, free: bool = False) -> list[Term]:
        results = self._told(_asker(), hint.values(as_ints(hint.operands)))
        return super().hint(Hint(Op.GIVEN, hint.count, (), lambda: results), free=free)

    def pin(self, term: Term) -> Term:
        (result,) = self._told(_caller(0), [as_int(term) % R])
        self.enforce(term, 1, result)
        return super().hint(Hint(Op.GIVEN, 1, (), lambda: (result,)))[0]

    def enforce(self, a: Term, b: Term, c: Term) -> None:
        self.broken += (as_int(a) * as_int(b) - as_int(c)) % R != 0

    def enforce_equal(self, a: Term, b: Term) -> None:
        if _caller(1).f_code.co_name == "require":
            self.reached.append(as_int(a) % R)
        super().enforce_equal(a, b)

    def _told(self, asker: FrameType, honest: Values) -> Sequence[int]:
        for lie in self.lies.get(asker.f_code.co_name, ()):
            if _called_from(asker, lie.where.split()):
                number = self.asked[lie.where]
                self.asked[lie.where] += 1
                if lie.number in (None, number):
                    return lie.change(honest)
        return honest


def _asker() -> FrameType:
    """Return the frame of the gadget that asks a builder for hints."""
    frame = _caller(2)
    while frame.f_code in _METHODS:
        assert frame.f_back is not None, "the builder is called by gadgets"
        frame = frame.f_back
    return frame


def _caller(levels: int) -> FrameType:
    """Return the frame so many levels above that of the function that asks."""
    frame = inspect.currentframe()
    for _ in range(levels + 1):
        assert frame is not None, "the builder is called by gadgets"
        frame = frame.f_back
    assert frame is not None, "the builder is called by gadgets"
    return frame


def _called_from(frame: FrameType | None, names: list[str]) -> bool:
    left = list(names)
    while frame is not None and left:
        if frame.f_code.co_name == left[-1]:
            left.pop()
        frame = frame.f_back
    return not left


@dataclass(frozen=True)
class Attempt:
    """What came of lies.

    Attributes
    ----------
    broken
        How many constraints do not hold. Where it is 1 the lies fit in all but one place: what stands there is what keeps the prover out.
    outputs
        What they would prove; of a chunk, the words of the header after it.
    asked
        How often each lie's place was asked.
    """

    broken: int
    outputs: tuple[int, ...]
    asked: Mapping[str, int]

    @property
    def holds(self) -> bool:
        """Whether the prover gets away with it."""
        return self.broken == 0

    @property
    def header(self) -> StepHeader:
        """The header that a chunk would lead to."""
        return StepHeader(*self.outputs)


def lie_to(gadget: Gadget, inputs: Sequence[int], *lies: Lie) -> Attempt:
    """Build a gadget on public inputs with lies."""
    liar = Liar(inputs, lies)
    outputs = [as_int(term) % R for term in gadget(liar, liar.public_inputs(len(inputs)))]
    return _judge(_system_of(gadget, len(inputs)), liar, outputs)


@lru_cache(maxsize=4)
def _system_of(gadget: Gadget, inputs: int) -> R1CS:
    shape = ShapeBuilder(inputs)
    gadget(shape, shape.public_inputs(inputs))
    return shape.r1cs()


def prove(chunk: ChunkInput, *lies: Lie, number: int = 0, system: R1CS | None = None) -> Attempt:
    """Lie in a chunk of the small chain, and claim the header that the lies lead to, so that only what they touch can break.

    Parameters
    ----------
    system
        The constraints where they are not those of the small chain's circuits, which a test has weakened.
    """
    liar = _build(chunk, lies, number)
    if liar.reached:
        chunk = replace(chunk, header_out=StepHeader(*liar.reached))
        liar = _build(chunk, lies, number)
    return _judge(system or system_of(chunk.kind), liar, liar.reached)


def _judge(system: R1CS, liar: Liar, outputs: Sequence[int]) -> Attempt:
    satisfied = system.is_satisfied(liar.witness()) is None
    assert satisfied == (liar.broken == 0), "the constraints recorded are not those that the gadgets state"
    return Attempt(liar.broken, tuple(outputs), liar.asked)


def _build(chunk: ChunkInput, lies: Sequence[Lie], number: int) -> Liar:
    liar = Liar(chunk.public_inputs(Z, zc(number)), lies)
    circuits().build(liar, chunk.kind, chunk)
    return liar
