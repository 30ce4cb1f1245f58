"""Circuits small enough to be proved in every test, with a witness each."""

from provers.validity.constraints.r1cs import R1CS, SparseMatrix
from rollup.crypto.fr import R

Rows = list[list[tuple[int, int]]]


def _system(a: Rows, b: Rows, c: Rows, wires: int, public: int) -> R1CS:
    left, right, out = (SparseMatrix.from_rows(rows) for rows in (a, b, c))
    return R1CS(left, right, out, wires, public)


def cubic(x: int = 3) -> tuple[R1CS, list[int]]:
    """`x³ + x + 5 = out`, out public: wires 1, out, x, x², x³."""
    a: Rows = [[(2, 1)], [(3, 1)], [(4, 1), (2, 1), (0, 5)]]
    b: Rows = [[(2, 1)], [(2, 1)], [(0, 1)]]
    c: Rows = [[(3, 1)], [(4, 1)], [(1, 1)]]
    return _system(a, b, c, 5, 1), [1, (x**3 + x + 5) % R, x, x * x % R, pow(x, 3, R)]


def fifth_powers(steps: int, start: int = 3) -> tuple[R1CS, list[int]]:
    """`start^(5^steps) = out`, out public: three constraints a step, every value full-sized after a few."""
    a: Rows = []
    b: Rows = []
    c: Rows = []
    witness, current = [1, 0, start], 2
    for step in range(steps):
        square, fourth = len(witness), len(witness) + 1
        value = witness[current]
        witness += [value * value % R, pow(value, 4, R)]
        out = 1 if step == steps - 1 else len(witness)
        if out == 1:
            witness[1] = pow(value, 5, R)
        else:
            witness.append(pow(value, 5, R))
        a += [[(current, 1)], [(square, 1)], [(fourth, 1)]]
        b += [[(current, 1)], [(square, 1)], [(current, 1)]]
        c += [[(square, 1)], [(fourth, 1)], [(out, 1)]]
        current = out
    return _system(a, b, c, len(witness), 1), witness


def unused_inputs() -> tuple[R1CS, list[int]]:
    """Two public inputs that no constraint mentions beside `x·x = y`: nothing but the consistency rows binds them."""
    return _system([[(3, 1)]], [[(3, 1)]], [[(4, 1)]], 5, 2), [1, 11, 12, 6, 36]


def bits(count: int, value: int) -> tuple[R1CS, list[int]]:
    """A public number and its bits, wires mostly 0 and 1, one wire of which is in no constraint at all."""
    rows: Rows = [[(2 + i, 1)] for i in range(count)]
    total: Rows = [[(2 + i, 1 << i) for i in range(count)]]
    minus_one: Rows = [[(2 + i, 1), (0, R - 1)] for i in range(count)]
    nothing: Rows = [[] for _ in range(count)]
    digits = [value >> i & 1 for i in range(count)]
    one: Rows = [[(0, 1)]]
    public: Rows = [[(1, 1)]]
    return _system(rows + total, minus_one + one, nothing + public, count + 3, 1), [1, value, *digits, 999]
