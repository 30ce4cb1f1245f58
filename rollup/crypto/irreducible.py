"""Whether a 4 x 4 matrix over Fr, and its powers, leave no subspace invariant.

SPEC: Poseidon2, ePrint 2023/323, §5.3: internal matrices are chosen so that the minimal polynomial of M^i, i <= 2t, is
irreducible of degree t. Polynomials are coefficient lists, constant first; a monic one is given by its `lower` coefficients.
"""

from rollup.crypto.fr import R

Matrix = list[list[int]]


def are_powers_irreducible(matrix: Matrix, count: int) -> bool:
    """Tell whether the minimal polynomials of M, M², …, M^count are irreducible of full degree, which must be 4.

    A characteristic polynomial that is irreducible is the minimal one, so that one is tested.
    """
    power = matrix
    for _ in range(count):
        if not _is_irreducible(_characteristic(power)):
            return False
        power = _product(power, matrix)
    return True


def _product(a: Matrix, b: Matrix) -> Matrix:
    columns = list(zip(*b, strict=True))
    return [[sum(x * y for x, y in zip(row, column, strict=True)) % R for column in columns] for row in a]


def _characteristic(matrix: Matrix) -> list[int]:
    """Return the characteristic polynomial's lower coefficients, constant first (Faddeev–LeVerrier); it is monic."""
    t = len(matrix)
    lower = [0] * t
    auxiliary = [[int(i == j) for j in range(t)] for i in range(t)]
    for k in range(1, t + 1):
        image = _product(matrix, auxiliary)
        coefficient = -sum(image[i][i] for i in range(t)) * pow(k, -1, R) % R
        lower[t - k] = coefficient
        auxiliary = [[(image[i][j] + coefficient * (i == j)) % R for j in range(t)] for i in range(t)]
    return lower


def _is_irreducible(lower: list[int]) -> bool:
    """Rabin's test for degree 4, whose only prime divisor is 2: x^(R^4) = x mod f, and x^(R^2) - x is prime to f."""
    if len(lower) != 4:
        raise ValueError(f"grain: degree {len(lower)} where 4 is due")
    frobenius = _power([0, 1, 0, 0], R, lower)
    twice = _compose(frobenius, frobenius, lower)
    if _compose(twice, twice, lower) != [0, 1, 0, 0]:
        return False
    return _is_prime_to([twice[0], (twice[1] - 1) % R, twice[2], twice[3]], lower)


def _times(a: list[int], b: list[int], lower: list[int]) -> list[int]:
    t = len(lower)
    wide = [0] * (2 * t - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            wide[i + j] += x * y
    for k in range(2 * t - 2, t - 1, -1):
        top = wide[k] % R
        for j in range(t):
            wide[k - t + j] -= top * lower[j]
    return [value % R for value in wide[:t]]


def _power(base: list[int], exponent: int, lower: list[int]) -> list[int]:
    result = [1] + [0] * (len(lower) - 1)
    for bit in f"{exponent:b}":
        result = _times(result, result, lower)
        if bit == "1":
            result = _times(result, base, lower)
    return result


def _compose(outer: list[int], inner: list[int], lower: list[int]) -> list[int]:
    """Return outer(inner) mod f, by Horner's rule."""
    result = [0] * len(lower)
    for coefficient in reversed(outer):
        result = _times(result, inner, lower)
        result[0] = (result[0] + coefficient) % R
    return result


def _is_prime_to(a: list[int], lower: list[int]) -> bool:
    """Tell whether gcd(a, f) is a constant (Euclid)."""
    high, low = [*lower, 1], list(a)
    while True:
        while low and low[-1] == 0:
            low.pop()
        if not low:
            return len(high) == 1
        scale = pow(low[-1], -1, R)
        while len(high) >= len(low):
            factor, shift = high[-1] * scale % R, len(high) - len(low)
            for j, value in enumerate(low):
                high[shift + j] = (high[shift + j] - factor * value) % R
            while high and high[-1] == 0:
                high.pop()
        high, low = low, high
