"""A ceremony from start to end, and every way to cheat in one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from provers.validity.ceremony import contribution as contributions
from provers.validity.ceremony.ceremony import ARRAYS_FROM, Ceremony
from provers.validity.ceremony.contribution import Contribution, Step, secret_of
from provers.validity.ceremony.initial import initial_part
from provers.validity.ceremony.keys import proving_key
from provers.validity.ceremony.part import ARRAYS, CHANGING
from provers.validity.ceremony.powers import Powers
from provers.validity.constraints.r1cs import R1CS, SparseMatrix, limbs_of
from provers.validity.curve.combinations import multiples
from provers.validity.curve.groups import Words, g1_array
from provers.validity.curve.plain import g1_multiple, g2_multiple
from provers.validity.curve.points import G1_GENERATOR
from provers.validity.groth16.prove import prove
from provers.validity.groth16.verify import verify
from rollup.crypto.fr import R
from rollup.errors import DecodeError, PeerError
from tests.unit.validity.ceremony.ceremonies import BEACON, CIRCUITS, WORKERS, initial, sealed, two
from tests.unit.validity.ceremony.powers import PREPARED
from tests.unit.validity.curve.samples import g1_outside_subgroup
from tests.unit.validity.groth16.circuits import Rows
from tests.unit.validity.iden3.files import sections_of, with_section


def saved(folder: Path, ceremony: Ceremony) -> bytes:
    ceremony.save(folder / "x.tcer")
    return (folder / "x.tcer").read_bytes()


def reopened(folder: Path, data: bytes) -> Ceremony:
    (folder / "y.tcer").write_bytes(data)
    return Ceremony.open(folder / "y.tcer")


def checked(ceremony: Ceremony) -> None:
    ceremony.check_against(initial(), WORKERS)


def contributed(ceremony: Ceremony) -> object:
    return ceremony.contribute("carol", b"", WORKERS)


def closed(ceremony: Ceremony) -> object:
    return ceremony.sealed(BEACON, WORKERS)


NEXT: tuple[Callable[[Ceremony], object], ...] = (contributed, closed)
"""Both ways to go on."""

# ---------------------------------------------------------------- honest


@pytest.mark.parametrize("ceremony", [initial, two, sealed])
def test_a_ceremony_of_honest_contributors_passes_and_is_the_same_after_a_file(
    tmp_path: Path, ceremony: Callable[[], Ceremony]
) -> None:
    made = ceremony()
    made.check_against(initial(), WORKERS)
    again = reopened(tmp_path, saved(tmp_path, made))
    again.check_against(initial(), WORKERS)
    assert again.contributions == made.contributions
    assert again.transcripts() == made.transcripts()
    assert saved(tmp_path, again) == saved(tmp_path, made)


@pytest.mark.parametrize("label", CIRCUITS)
def test_its_key_proves_and_verifies_and_is_not_for_development(label: str) -> None:
    place, (r1cs, witness) = list(CIRCUITS).index(label), CIRCUITS[label]
    key = proving_key(sealed().parts[place], sealed().deltas[place], development=False)
    key.require_shapes(r1cs)
    public = witness[1 : r1cs.public + 1]
    proof = prove(key, r1cs, limbs_of(witness))
    assert verify(key.vk, public, proof)
    assert verify(key.vk, public, proof, "py-ecc")
    assert not verify(key.vk, [public[0] + 1], proof)
    assert not key.development
    # Before the beacon δ was another, so its proofs are no proofs now.
    before = proving_key(two().parts[place], two().deltas[place], development=False)
    assert not verify(key.vk, public, prove(before, r1cs, limbs_of(witness)))


def system(a: Rows, b: Rows, c: Rows, wires: int, public: int) -> R1CS:
    left, right, out = (SparseMatrix.from_rows(rows) for rows in (a, b, c))
    return R1CS(left, right, out, wires, public)


@pytest.mark.parametrize(
    ("r1cs", "witness"),
    [
        (system([[(1, 1)]], [[(0, 1)]], [[(1, 1)]], 2, 1), [1, 5]),
        (system([[(2, 1)]], [[]], [[]], 3, 1), [1, 5, 6]),
        (system([[(1, 1)]], [[(1, 1)]], [[(2, 1)]], 3, 0), [1, 5, 25]),
        (system([], [], [], 1, 0), [1]),
    ],
    ids=["no private wires", "no wires in B", "no public inputs", "nothing at all"],
)
def test_a_circuit_that_lacks_something_has_a_ceremony_too(tmp_path: Path, r1cs: R1CS, witness: list[int]) -> None:
    powers = Powers.open(PREPARED, 4, WORKERS)
    start = Ceremony.new([initial_part("x", r1cs, powers, WORKERS)], development=False)
    made = reopened(tmp_path, saved(tmp_path, start.contribute("ada", b"", WORKERS)))
    made.check_against(start, WORKERS)
    key = proving_key(made.parts[0], made.deltas[0], development=False)
    key.require_shapes(r1cs)
    assert verify(key.vk, witness[1 : 1 + r1cs.public], prove(key, r1cs, limbs_of(witness)))


def test_a_contribution_is_another_every_time_whatever_the_entropy() -> None:
    first, second = (initial().contribute("ada", b"same", WORKERS) for _ in range(2))
    assert first.deltas != second.deltas
    assert first.deltas[0].delta_g1 != G1_GENERATOR


def test_what_is_drawn_depends_on_the_system_on_the_entropy_and_on_the_circuit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provers.validity.ceremony.ceremony.os.urandom", bytes)
    same, again, other = (initial().contribute("ada", text, WORKERS).deltas for text in (b"x", b"x", b"y"))
    assert same == again
    assert {step.delta_g1 for step in same} & {step.delta_g1 for step in other} == set()
    assert same[0].secret_g1 != same[1].secret_g1


def test_a_secret_is_never_zero_and_below_r() -> None:
    drawn = [secret_of(b"domain", bytes([k]), 0) for k in range(200)]
    assert all(0 < x < R for x in drawn)
    assert len(set(drawn)) == 200


def test_a_beacon_multiplies_by_what_everybody_can_compute() -> None:
    for last, step, x in zip(two().deltas, sealed().deltas, BEACON.secrets(2), strict=True):
        assert step.secret_g1 == g1_multiple(x)
        assert step.delta_g1 == g1_multiple(x, last.delta_g1)
        assert step.delta_g2 == g2_multiple(x, last.delta_g2)


def test_nobody_contributes_after_the_beacon() -> None:
    for late in NEXT:
        with pytest.raises(PeerError, match="the beacon has been applied"):
            late(sealed())
    # Nor does a file that says so pass.
    swapped = replace(sealed(), contributions=(*sealed().contributions, two().contributions[0]))
    with pytest.raises(PeerError, match="contribution 4 comes after the beacon"):
        swapped.check_contributions(WORKERS)


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 65, "\x7f", "\u202egnp"])
def test_a_name_that_does_not_print_is_refused(name: str) -> None:
    with pytest.raises(DecodeError, match="a name must be printable"):
        initial().contribute(name, b"", WORKERS)


# ---------------------------------------------------------------- contributions that cheat


def changed(number: int, place: int, **fields: Any) -> Ceremony:
    """The ceremony with some fields of a contribution's step replaced."""
    made = list(sealed().contributions)
    steps = list(made[number].steps)
    steps[place] = replace(steps[place], **fields)
    made[number] = replace(made[number], steps=tuple(steps))
    return replace(sealed(), contributions=tuple(made))


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("delta_g1", g1_multiple(5), "δ in G1 is not the one before it times its secret"),
        ("delta_g2", g2_multiple(5), "δ in G2 is not that in G1"),
        ("secret_g1", g1_multiple(5), "the proof of knowledge of its secret does not hold"),
        ("secret_r", g2_multiple(5), "the proof of knowledge of its secret does not hold"),
    ],
)
def test_a_step_with_another_point_names_contribution_circuit_and_equation(
    place: int, field: str, value: object, words: str
) -> None:
    with pytest.raises(PeerError, match=rf"contribution 2 \(bob\), circuit {place}: {words}"):
        changed(1, place, **{field: value}).check_against(initial(), WORKERS)


def test_a_beacon_whose_secrets_are_not_its_own_is_refused() -> None:
    # An honest contribution, called a beacon's.
    last = sealed().contributions[2]
    for beacon in (replace(BEACON, value=b"another"), replace(BEACON, rounds=4)):
        made = replace(sealed(), contributions=(*two().contributions, replace(last, beacon=beacon)))
        with pytest.raises(PeerError, match=r"contribution 3 \(beacon\): its secrets are not those of its beacon"):
            made.check_against(initial(), WORKERS)


def test_a_beacon_that_passes_for_a_person_is_refused() -> None:
    made = replace(sealed(), contributions=(*two().contributions, replace(sealed().contributions[2], beacon=None)))
    with pytest.raises(PeerError, match=r"contribution 3 \(beacon\), circuit 0: the proof of knowledge"):
        made.check_against(initial(), WORKERS)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_another_name_is_refused_since_proofs_of_knowledge_speak_of_it(number: int) -> None:
    made = list(sealed().contributions)
    made[number] = replace(made[number], name="eve")
    with pytest.raises(PeerError, match=rf"contribution {number + 1} \(eve\), circuit 0: the proof of knowledge"):
        replace(sealed(), contributions=tuple(made)).check_against(initial(), WORKERS)


def test_a_contribution_left_out_repeated_or_moved_is_refused() -> None:
    ada, bob = two().contributions
    for wrong, number in (((bob,), 1), ((bob, ada), 1), ((ada, ada), 2), ((ada, bob, bob), 3)):
        with pytest.raises(PeerError, match=rf"contribution {number} "):
            replace(two(), contributions=wrong).check_against(initial(), WORKERS)


def test_a_proof_of_knowledge_of_another_ceremony_is_refused() -> None:
    # The same circuits, the same secret, another transcript.
    other = replace(initial(), start=bytes(32)).contribute("ada", b"", WORKERS)
    made = replace(initial(), parts=other.parts, contributions=other.contributions)
    with pytest.raises(PeerError, match=r"contribution 1 \(ada\), circuit 0: the proof of knowledge"):
        made.check_against(initial(), WORKERS)


def test_a_secret_that_nobody_showed_to_know_cancels_no_contribution() -> None:
    # Eve takes δ for one whose factor she knows: she cannot show the factor that leads there.
    last = two().deltas
    steps = tuple(Step(g1_multiple(9), g2_multiple(9), g1_multiple(9), g2_multiple(9)) for _ in last)
    made = replace(two(), contributions=(*two().contributions, Contribution("eve", None, steps)))
    with pytest.raises(PeerError, match=r"contribution 3 \(eve\), circuit 0: the proof of knowledge"):
        made.check_contributions(WORKERS)
    # With a true proof for the factor 9 she is refused for δ itself.
    true = Contribution("eve", None, ())
    r = [contributions.challenge(two().transcripts()[-1], true, k, g1_multiple(9)) for k in range(2)]
    steps = tuple(Step(g1_multiple(9), g2_multiple(9), g1_multiple(9), g2_multiple(9, point)) for point in r)
    made = replace(two(), contributions=(*two().contributions, replace(true, steps=steps)))
    with pytest.raises(PeerError, match=r"contribution 3 \(eve\), circuit 0: δ in G1"):
        made.check_contributions(WORKERS)


# ---------------------------------------------------------------- keys that are others


def with_array(ceremony: Ceremony, place: int, name: str, change: Callable[[Words], Words]) -> Ceremony:
    parts = list(ceremony.parts)
    parts[place] = replace(parts[place], arrays=parts[place].arrays | {name: change(parts[place].arrays[name].copy())})
    return replace(ceremony, parts=tuple(parts))


def one_doubled(name: str) -> Callable[[Words], Words]:
    def change(points: Words) -> Words:
        group = ARRAYS[name].group
        if group is None:
            points[-1] += 1
            return points
        two_ = limbs_of([2])
        for k in range(len(points)):
            if points[k].any():
                points[k] = multiples(group, np.ascontiguousarray(points[k : k + 1]), two_)[0]
                return points
        raise AssertionError("all at infinity")

    return change


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_with_another_point_names_circuit_and_array(place: int, name: str) -> None:
    label = list(CIRCUITS)[place]
    made = with_array(sealed(), place, name, one_doubled(name))
    words = f"{name} is not the initial one divided by δ" if name in CHANGING else f"{name} is not what circuit"
    with pytest.raises(PeerError, match=f"circuit {label}: {words}"):
        made.check_against(initial(), WORKERS)


@pytest.mark.parametrize("name", CHANGING)
def test_points_that_are_off_the_curve_or_in_no_group_are_found_before_they_are_multiplied(name: str) -> None:
    def stranger(points: Words) -> Words:
        points[1] = g1_array([g1_outside_subgroup()])[0]
        return points

    def off(points: Words) -> Words:
        points[1, 0, 0] ^= np.uint64(1)
        return points

    for change, words in ((stranger, "outside the subgroup of order r"), (off, "not on the curve")):
        made = with_array(two(), 0, name, change)
        for use in (checked, *NEXT):
            with pytest.raises(DecodeError, match=f"circuit cubic, {name}: point 1 is not in G1: {words}"):
                use(made)


def test_a_contributor_refuses_what_a_contributor_before_did_wrong() -> None:
    for next_ in NEXT:
        bad = replace(two(), contributions=(replace(two().contributions[0], name="eve"), two().contributions[1]))
        with pytest.raises(PeerError, match=r"contribution 1 \(eve\)"):
            next_(bad)


def test_other_circuits_marks_or_starts_are_named() -> None:
    def heading(**fields: Any) -> Ceremony:
        parts = list(sealed().parts)
        parts[1] = replace(parts[1], **fields)
        return replace(sealed(), parts=tuple(parts))

    for made, words in (
        (replace(sealed(), development=True), "its mark of development"),
        (replace(sealed(), parts=sealed().parts[:1]), "other circuits; expected 2, got 1"),
        (heading(label="other"), "circuit powers: label, circuit or sizes is not what"),
        (heading(circuit=bytes(32)), "circuit powers: label, circuit or sizes is not what"),
        (replace(sealed(), start=bytes(32)), "the transcript does not start from these circuits and powers"),
    ):
        with pytest.raises(PeerError, match=words):
            made.check_against(initial(), WORKERS)


# ---------------------------------------------------------------- files that are none


def test_any_flipped_bit_of_a_file_is_refused_with_its_name(tmp_path: Path) -> None:
    data = saved(tmp_path, two())
    rng = np.random.default_rng(5)
    places = {*range(0, 140, 2), *rng.integers(0, len(data), 60).tolist(), len(data) - 1}
    for place in sorted(places):
        bad = bytearray(data)
        bad[place] ^= 1 << (place % 8)
        with pytest.raises(PeerError) as raised:
            reopened(tmp_path, bytes(bad)).check_against(initial(), WORKERS)
        assert any(word in str(raised.value) for word in ("ceremony", "y.tcer")), place


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    data = saved(tmp_path, two())
    for length in [*range(0, 200, 11), *range(200, len(data), 499), len(data) - 1]:
        with pytest.raises(DecodeError, match="cut off"):
            reopened(tmp_path, data[:length])


def test_a_section_or_count_that_lies_is_named(tmp_path: Path) -> None:
    data = saved(tmp_path, two())
    for number, change, words in (
        (1, lambda x: b"\2" + x[1:], "the header is malformed"),
        (1, lambda x: x[:1] + b"\0" + x[2:], "the header is malformed"),
        (1, lambda x: x[:1] + b"\xff" + x[2:], "the header is malformed"),
        (1, lambda x: x + b"\0", "bytes follow the header"),
        (1, lambda x: x[:2] + b"\1\n" + x[8:], "a name must be printable"),
        (1, lambda x: x[:2] + b"\1\xff" + x[8:], "label is no UTF-8"),
        (2, lambda x: b"\xff" * 4 + x[4:], "contribution 3 is cut off"),
        (2, lambda x: b"\1\0\0\0" + x[4:], "bytes follow the last contribution"),
        (2, lambda x: x[:4] + b"\1\xff" + x[8:], "contribution 1: its name is no UTF-8"),
        (2, lambda x: x[:4] + b"\0" + x[8:], "contribution 1: .*a name must be printable"),
        (2, lambda x: x[:8] + b"\x42\x20" + bytes(65) + x[9:], "contribution 1: a beacon is out of range"),
        (2, lambda x: x[:8] + b"\x02\x19a" + x[9:], "contribution 1: a beacon is out of range"),
        (2, lambda x: x[:9] + bytes(128) + x[137:], "contribution 1: a point is infinity"),
        (2, lambda x: x[:9] + b"\1" + x[10:], "contribution 1: .*not below the field modulus"),
        (2, lambda x: x[:136] + bytes([x[136] ^ 1]) + x[137:], "contribution 1: .*not on the curve"),
        (ARRAYS_FROM, lambda x: x[:-1], "the arrays of circuit cubic have the wrong length"),
        (ARRAYS_FROM + 1, lambda x: x + bytes(8), "the arrays of circuit powers have the wrong length"),
    ):
        with pytest.raises(DecodeError, match=words):
            reopened(tmp_path, with_section(data, number, change))
    extra = data[:8] + (5).to_bytes(4, "little") + data[12:] + b"\x12\0\0\0" + bytes(8)
    assert len(sections_of(extra)) == 5
    with pytest.raises(DecodeError, match="unknown number; got 18"):
        reopened(tmp_path, extra)


def test_a_contribution_with_a_point_outside_its_subgroup_is_refused(tmp_path: Path) -> None:
    data = saved(tmp_path, changed(1, 0, secret_g1=g1_outside_subgroup()))
    with pytest.raises(DecodeError, match="contribution 2: a point is on the curve but outside G1"):
        reopened(tmp_path, data)


def test_sizes_that_do_not_fit_each_other_are_refused(tmp_path: Path) -> None:
    def sized(**fields: Any) -> bytes:
        parts = list(initial().parts)
        parts[0] = replace(parts[0], **fields)
        return saved(tmp_path, replace(initial(), parts=tuple(parts)))

    for fields in ({"size": 6}, {"size": 0}, {"size": 1}, {"public": 5}, {"in_a": 6}, {"in_b": 2**32 - 1}):
        with pytest.raises(DecodeError, match="the sizes of circuit cubic do not fit each other"):
            reopened(tmp_path, sized(**fields))


def test_a_part_that_differs_in_nothing_but_what_contributions_change_has_no_difference() -> None:
    mine, theirs = sealed().parts[0], initial().parts[0]
    assert mine.first_difference(theirs) is None
    assert mine.digest() != theirs.digest()
    assert not np.array_equal(mine.arrays["l"], theirs.arrays["l"])
