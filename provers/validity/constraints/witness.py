"""Computes the wires of a circuit: the second mode of `Builder`."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from provers.validity.constraints.builder import Body, Builder, as_int
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

    def hint(self, value: Callable[[], int], *, free: bool = False) -> Term:
        del free
        result = value() % R
        self.values.append(result)
        return result

    def hints(self, count: int, values: Callable[[], Sequence[int]]) -> list[Term]:
        results = [value % R for value in values()]
        assert len(results) == count, f"{len(results)} values for {count} wires"
        self.values += results
        return list(results)

    def product(self, a: Term, b: Term) -> Term:
        result = as_int(a) * as_int(b) % R
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
