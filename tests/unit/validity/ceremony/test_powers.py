"""Powers of tau: what snarkjs makes is read, what we make is read by snarkjs, and nothing wrong in either passes."""

import struct
import subprocess
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from provers.validity.ceremony.checks import Workers
from provers.validity.ceremony.development import make_powers
from provers.validity.ceremony.lagrange import lagrange_form
from provers.validity.ceremony.powers import DEVELOPMENT_NOTE, Powers
from provers.validity.constraints.r1cs import limbs_of
from provers.validity.curve import plain
from provers.validity.curve.combinations import multiples
from provers.validity.curve.groups import G1, G2, Words, g1_array, g1_points, g2_array, g2_points
from provers.validity.curve.points import G1_GENERATOR, Q
from provers.validity.iden3.powers_file import (
    ALPHA_G1,
    BETA_G1,
    BETA_G2,
    CONTRIBUTIONS,
    LAGRANGE,
    TAU_G1,
    TAU_G2,
    PowersFile,
    places,
)
from provers.validity.poly import plain as poly
from rollup.crypto.fr import R, root_of_unity
from rollup.errors import AuthorError, DecodeError, OutsideError
from tests.unit.validity.ceremony.powers import PLAIN, PREPARED, UNMARKED, ours, waste_of, with_point
from tests.unit.validity.curve.samples import g1_outside_subgroup, g2_outside_subgroup
from tests.unit.validity.groth16.theirs import snarkjs_program
from tests.unit.validity.iden3.files import VECTORS, always, sections_of, with_section

GROUPS = {TAU_G1: G1, TAU_G2: G2, ALPHA_G1: G1, BETA_G1: G1, BETA_G2: G2}


def opened(folder: Path, data: bytes, size: int = 16) -> Powers:
    (folder / "x.ptau").write_bytes(data)
    return Powers.open(folder / "x.ptau", size, Workers())


# ---------------------------------------------------------------- what is right


@pytest.mark.parametrize("size", [2, 8, 16])
@pytest.mark.parametrize("path", [PLAIN, PREPARED], ids=["plain", "prepared"])
def test_powers_of_snarkjs_pass_for_every_size_they_are_good_for(path: Path, size: int) -> None:
    powers = Powers.open(path, size, Workers())
    assert not powers.is_development
    assert len(powers.points[TAU_G1]) == 2 * size - 1


@pytest.mark.parametrize("size", [2, 4, 16])
def test_the_lagrange_forms_that_snarkjs_prepared_are_those_we_compute(size: int) -> None:
    theirs, computed = (Powers.open(path, 16, Workers()).lagrange(size) for path in (PREPARED, PLAIN))
    for name in ("g1", "g2", "alpha", "beta"):
        assert np.array_equal(getattr(theirs, name), getattr(computed, name))


@pytest.mark.parametrize("size", [2, 8])
def test_lagrange_forms_are_those_of_the_secret(size: int) -> None:
    waste = waste_of(3)
    basis = poly.lagrange(size, waste.tau)
    forms = Powers.open(ours(3), 8, Workers()).lagrange(size)
    assert g1_points(forms.g1) == [plain.g1_multiple(x) for x in basis]
    assert g2_points(forms.g2) == [plain.g2_multiple(x) for x in basis]
    assert g1_points(forms.alpha) == [plain.g1_multiple(x * waste.alpha % R) for x in basis]
    assert g1_points(forms.beta) == [plain.g1_multiple(x * waste.beta % R) for x in basis]
    powers = g2_array([plain.g2_multiple(pow(waste.tau, i, R)) for i in range(size)])
    assert np.array_equal(lagrange_form(G2, powers, Workers(), "form"), forms.g2)


@pytest.mark.parametrize("size", [1, 2, 4, 64])
def test_our_root_of_unity_stands_in_a_file_where_their_power_of_it_does(size: int) -> None:
    theirs, ours_ = pow(5, (R - 1) // size, R), root_of_unity(size)
    assert [pow(theirs, int(k), R) for k in places(size)] == [pow(ours_, i, R) for i in range(size)]


def test_powers_that_one_process_made_say_so() -> None:
    assert Powers.open(ours(3, DEVELOPMENT_NOTE), 8, Workers()).is_development
    assert not Powers.open(ours(3, UNMARKED), 8, Workers()).is_development


@pytest.mark.skipif(snarkjs_program() is None, reason="snarkjs is not installed")
def test_snarkjs_finds_a_key_made_from_our_powers_in_order(tmp_path: Path) -> None:
    program, circuit = snarkjs_program(), VECTORS / "circom" / "pow5.r1cs"
    assert program is not None
    printed = ""
    for words in (("groth16", "setup", circuit, ours(4), "x.zkey"), ("zkey", "verify", circuit, ours(4), "x.zkey")):
        done = subprocess.run(
            [program, *map(str, words)], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
        printed = done.stdout + done.stderr
        assert done.returncode == 0, printed
    assert "ZKey Ok!" in printed


def test_a_power_out_of_range_is_the_callers_fault(tmp_path: Path) -> None:
    for power in (0, 29):
        with pytest.raises(AuthorError, match="a power is out of range"):
            make_powers(tmp_path / "x", power, Workers())


# ---------------------------------------------------------------- what is wrong


def test_powers_too_few_for_a_circuit_are_refused() -> None:
    with pytest.raises(OutsideError, match=r"too few for the circuit; expected 2\^5 or more, got 2\^4; take a file"):
        Powers.open(PLAIN, 32, Workers())


def shifted(point: Words) -> Words:
    """Another point of G1."""
    (result,) = multiples(G1, np.ascontiguousarray(point[np.newaxis]), limbs_of([2]))
    return np.asarray(result)


def doubled(point: Words) -> Words:
    """Another point of G2."""
    (result,) = multiples(G2, np.ascontiguousarray(point[np.newaxis]), limbs_of([2]))
    return np.asarray(result)


@pytest.mark.parametrize("path", [PLAIN, PREPARED], ids=["plain", "prepared"])
@pytest.mark.parametrize(
    ("number", "index", "words"),
    [
        (TAU_G1, 0, "the first power of τ is not the generator"),
        (TAU_G1, 1, "section 2, τ in G1: neighbours"),
        (TAU_G1, 30, "section 2, τ in G1: neighbours"),
        (TAU_G2, 0, "the first power of τ is not the generator"),
        (TAU_G2, 1, r"section [23], τ in G[12]: neighbours"),
        (TAU_G2, 15, "section 3, τ in G2: neighbours"),
        (ALPHA_G1, 0, "section 4, α·τ in G1: neighbours"),
        (ALPHA_G1, 15, "section 4, α·τ in G1: neighbours"),
        (BETA_G1, 7, "section 5, β·τ in G1: neighbours"),
        (BETA_G2, 0, "section 6: β in G2 is not the β of section 5"),
    ],
)
def test_any_power_that_is_another_point_of_its_group_is_refused(
    tmp_path: Path, path: Path, number: int, index: int, words: str
) -> None:
    group = GROUPS[number]
    change = shifted if group is G1 else doubled
    with pytest.raises(DecodeError, match=words):
        opened(tmp_path, with_point(path, number, index, change, group))


def test_all_powers_times_a_constant_are_refused_where_the_constant_has_no_place(tmp_path: Path) -> None:
    # β·τ^i in G1 may be anything times τ^i, and then is not the β of G2.
    data = PLAIN.read_bytes()
    for index in range(16):
        (tmp_path / "y").write_bytes(data)
        data = with_point(tmp_path / "y", BETA_G1, index, shifted)
    with pytest.raises(DecodeError, match="β in G2 is not the β of section 5"):
        opened(tmp_path, data)


@pytest.mark.parametrize("number", [TAU_G1, TAU_G2, ALPHA_G1, BETA_G1, BETA_G2])
def test_a_point_off_the_curve_outside_its_subgroup_at_infinity_or_not_canonical_is_named(
    tmp_path: Path, number: int
) -> None:
    group, index = GROUPS[number], 0 if number == BETA_G2 else 1
    stranger = (g1_array([g1_outside_subgroup()]) if group is G1 else g2_array([g2_outside_subgroup()]))[0]

    def beyond(point: Words) -> Words:
        low = point.reshape(-1, 6)[0]
        value = sum(int(x) << (64 * i) for i, x in enumerate(low)) + Q
        low[:] = [value >> (64 * i) & (2**64 - 1) for i in range(6)]
        return point

    for change, words in (
        (lambda _: stranger, "outside the subgroup of order r"),
        (lambda point: point + np.uint64(1), "not on the curve"),
        (lambda point: point * np.uint64(0), "a point is infinity"),
        (beyond, "a coordinate is not below the field modulus"),
    ):
        with pytest.raises(DecodeError, match=rf"section {number}, .*{words}"):
            opened(tmp_path, with_point(PLAIN, number, index, change, group))


def test_powers_to_which_nobody_contributed_are_refused(tmp_path: Path) -> None:
    one = g1_array([G1_GENERATOR])[0]
    for name, number, index in (("τ", TAU_G1, 1), ("α", ALPHA_G1, 0), ("β", BETA_G1, 0)):
        with pytest.raises(DecodeError, match=f"{name} is 1: nobody has contributed"):
            opened(tmp_path, with_point(PLAIN, number, index, lambda _: one))


def test_a_tau_that_is_a_root_of_unity_is_refused(tmp_path: Path) -> None:
    one = g1_array([G1_GENERATOR])[0]
    with pytest.raises(DecodeError, match="τ is a root of unity"):
        opened(tmp_path, with_point(PLAIN, TAU_G1, 16, lambda _: one))


@pytest.mark.parametrize("number", [TAU_G1, TAU_G2, ALPHA_G1, BETA_G1])
def test_a_prepared_form_that_is_not_that_of_the_powers_is_refused(tmp_path: Path, number: int) -> None:
    group = GROUPS[number]
    change = shifted if group is G1 else doubled
    # The form over 2^4 starts after 15 points.
    powers = opened(tmp_path, with_point(PREPARED, LAGRANGE + number, 15 + 3, change, group))
    with pytest.raises(DecodeError, match=rf"section {LAGRANGE + number}, .*not the form of its powers; run"):
        powers.lagrange(16)
    assert len(powers.lagrange(8).g1) == 8
    stranger = (g1_array([g1_outside_subgroup()]) if group is G1 else g2_array([g2_outside_subgroup()]))[0]
    powers = opened(tmp_path, with_point(PREPARED, LAGRANGE + number, 15 + 3, lambda _: stranger, group))
    with pytest.raises(DecodeError, match="outside the subgroup"):
        powers.lagrange(16)


# ---------------------------------------------------------------- files that are none


def test_a_header_or_section_that_is_wrong_is_named(tmp_path: Path) -> None:
    good = PREPARED.read_bytes()
    bn254 = 21888242871839275222246405745257275088696311157297823662689037894645226208583

    def head(size: int, prime: int, power: int, ceremony: int) -> bytes:
        return struct.pack("<I", size) + prime.to_bytes(size, "little") + struct.pack("<II", power, ceremony)

    for changed, words in (
        (head(32, bn254, 4, 4), "elements of another field; expected 48 bytes, got 32"),
        (head(48, bn254, 4, 4), "another prime than BLS12-381's.*powersoftau new bls12-381"),
        (head(48, Q, 5, 5), "section 2 has the wrong length"),
        (head(48, Q, 3, 4), "section 2 has the wrong length"),
        (head(48, Q, 0, 4), "its power is out of range"),
        (head(48, Q, 4, 3), "its power is out of range"),
        (head(48, Q, 2**32 - 1, 2**32 - 1), "its power is out of range"),
        (head(48, Q, 4, 4) + b"\0", "1 bytes follow the header"),
    ):
        with pytest.raises(DecodeError, match=words):
            opened(tmp_path, with_section(good, 1, always(changed)))
    for number, content in sections_of(good):
        # Who contributed is text to us: only its length is looked at.
        short = content[:3] if number == CONTRIBUTIONS else content[:-1]
        with pytest.raises(DecodeError, match=rf"section {number} (has the wrong length|is too short)|the header"):
            opened(tmp_path, with_section(good, number, always(short)))


def test_a_file_cut_off_is_refused_wherever_it_is(tmp_path: Path) -> None:
    good = PREPARED.read_bytes()
    for length in [*range(0, 100, 7), *range(100, len(good), 997), len(good) - 1]:
        with pytest.raises(DecodeError, match="cut off"):
            opened(tmp_path, good[:length])


def test_a_power_that_the_file_has_no_points_for_costs_no_memory(tmp_path: Path) -> None:
    header = struct.pack("<I", 48) + Q.to_bytes(48, "little") + struct.pack("<II", 28, 28)
    data = with_section(PLAIN.read_bytes(), 1, lambda _: header)
    (tmp_path / "x.ptau").write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError, match="section 2 has the wrong length"):
            PowersFile.open(tmp_path / "x.ptau")
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
