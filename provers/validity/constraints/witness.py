"""Computes the wires of a circuit: the second mode of `Builder`."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from provers.validity.constraints.builder import Body, Builder, as_int, as_ints
from provers.validity.constraints.hints import Hint
from provers.validity.constraints.linear import Term
from provers.validity.constraints.r1cs import Words, limbs_of
from rollup.crypto.fr import R


class WitnessBuilder(Builder):
    """Keeps the value of every wire, constraints being somebody else's business.

    Parameters
    ----------
    public
        The public inputs, wires 1, 2, …; integers in [0, R).
    """

    def __init__(self, public: Sequence[int] = ()) -> None:
        self.values: list[int] = [1, *public]

    def hint(self, hint: Hint, *, free: bool = False) -> list[Term]:
        del free
        results = hint.values(as_ints(hint.operands))
        self.values += results
        return list(results)

    def solve(self, a: Term, b: Term, rest: Term = 0, factor: int = 1) -> Term:
        result = (as_int(a) * as_int(b) - as_int(rest)) % R
        if factor != 1:
            result = result * pow(factor, -1, R) % R
        self.values.append(result)
        return result

    def enforce(self, a: Term, b: Term, c: Term) -> None:
        pass

    def repeat(self, key: str, body: Body, inputs: Sequence[Term]) -> Sequence[Term]:
        del key
        return body(self, inputs)

    def part(self, name: str) -> AbstractContextManager[None]:
        del name
        return nullcontext()

    def public_inputs(self, count: int) -> list[Term]:
        return list(self.values[1 : 1 + count])

    def witness(self) -> Words:
        """Return the assignment, `uint64[wires, 4]`."""
        return limbs_of(self.values)
