"""SOUNDNESS 1, 2: an element has one reading in bits, an integer one size, a slot one place. Each test is a prover who tries another."""

from dataclasses import replace

import pytest

from provers.validity.arithmetise import decoding
from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.constraints import bits, eddsa
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from provers.validity.constraints.logic import require_boolean
from rollup.crypto import eddsa as plain
from rollup.crypto import jubjub
from rollup.crypto.fr import R
from rollup.crypto.jubjub import GENERATOR, Point
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.params import ChunkKind
from tests.attacks.circuit_liar import Lie, Values, bits_of, lie_to, plus_r, prove
from tests.unit.validity.arithmetise.chain import (
    ACCOUNTS,
    BALANCES,
    GOLD,
    KEYS,
    MINT,
    WITHDRAW,
    Chain,
    circuits,
    small_chain,
)

ROOM = 2**255 - R
"""An element below this has a second string of 255 bits: that of itself plus R."""
ELEMENT = "read_element canonical_bits"
COMPARISON = "is_less require_bits"


def one_call(chain: Chain) -> ChunkInput:
    """Return a batch of one call of which the element with the tag has a second reading."""
    for fee in range(100):
        (chunk,) = small_chain().chunks_of_calls(chain.call(MINT, 1, 0, GOLD, 1, fee=fee))
        if chunk.elements[4] < ROOM:
            return chunk
    raise AssertionError("none of a hundred signatures begins with a small number")


def spoilt_call() -> tuple[ChunkInput, ChunkInput]:
    """Return a batch of one call, and the same with the steps that its element with the tag leads to if it is read as itself plus R.

    R ends in a 1, so that reading has the next tag, of another action, and the signature is none of that.
    """
    chunk, other = one_call(small_chain()), small_chain()
    elements = [*chunk.elements[:4], (chunk.elements[4] + R) % 2**252, *chunk.elements[5:]]
    (read,) = other.chunks(elements)
    assert other.outcomes == ["bad_signature", "applied"]
    return chunk, replace(chunk, steps=read.steps)


def test_an_element_read_as_itself_plus_r_does_not_spoil_a_transaction() -> None:
    chunk, forged = spoilt_call()
    attempt = prove(forged, Lie(ELEMENT, plus_r))
    assert attempt.header.state_root != prove(chunk).header.state_root, "the prover would have had the call skipped"
    assert not attempt.holds


def test_that_reading_would_have_a_proof_if_bits_only_had_to_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same prover against a circuit without the protection: what stops him is that, and nothing else."""

    def canonical_bits(b: Builder, term: Term) -> list[Term]:
        found = b.bits(term, 255)
        for bit in found:
            require_boolean(b, bit)
        b.enforce_equal(bits.from_bits(found), term)
        return found

    monkeypatch.setattr(decoding, "canonical_bits", canonical_bits)
    _, forged = spoilt_call()
    weak = circuits().compile(ChunkKind.DATA).system
    assert prove(forged, Lie(ELEMENT, plus_r), system=weak).holds


@pytest.mark.parametrize("width", [8, 64, 252, 254])
def test_an_integer_of_up_to_254_bits_has_no_other_decomposition(width: int) -> None:
    assert 1 << width <= R

    def gadget(b: Builder, x: object) -> list[Term]:
        return bits.require_bits(b, x[0], width)  # type: ignore[index]

    for other in (4, 6, (1 << width) - 1, (5 + R) % (1 << width)):
        assert not lie_to(gadget, [5], Lie("require_bits", bits_of(other))).holds


def test_digits_that_are_no_bits_do_not_make_up_an_integer() -> None:
    def gadget(b: Builder, x: object) -> list[Term]:
        return bits.require_bits(b, x[0], 64)  # type: ignore[index]

    def carried(honest: Values) -> Values:
        return [honest[0] + 2, (honest[1] - 1) % R, *honest[2:]]

    assert not lie_to(gadget, [5], Lie("require_bits", carried)).holds


def comparisons(sender: int, fee: int) -> tuple[ChunkInput, int]:
    """Return a batch of one call and how often it compares integers."""
    chain = small_chain()
    (chunk,) = chain.chunks_of_calls(chain.call(MINT, sender, 0, GOLD, 1, fee=fee))
    return chunk, prove(chunk, Lie(f"_call {COMPARISON}", list, None)).asked[f"_call {COMPARISON}"] // 4


@pytest.mark.parametrize(("sender", "fee"), [(3, 2047 << 20), (9, 10)], ids=["cannot pay", "does not exist"])
def test_a_comparison_answered_the_other_way_is_refused(sender: int, fee: int) -> None:
    """A call that cannot pay its fee, or an account past the last one, is passed off as good; and comparisons in the call's body."""
    chunk, count = comparisons(sender, fee)
    assert count > 3
    for number in range(count):
        attempt = prove(chunk, Lie(f"_call {COMPARISON}", lambda b: [*b[:-1], 1 - b[-1]], number))
        assert not attempt.holds


def test_another_accounts_record_is_refused_where_the_senders_is_due() -> None:
    """The prover opens the account of somebody else, who signed: records and paths are all true, but one is not the sender's."""
    chain = small_chain()
    victim, payee = (chain.image.layout.tree_index(ACCOUNTS, account) for account in (2, 3))
    record, path = chain.tree.get(victim), chain.tree.path(victim)
    (chunk,) = chain.chunks_of_calls(chain.call(WITHDRAW, 1, 0, 0xAA, 1, signer=2))
    call, fees = chunk.steps
    chain.tree.update(victim, (*record[:3], 1, record[4] - 11))
    stolen = tuple(replace(slot, index=victim, old=record, path=path) for slot in call.slots)
    paid = tuple(replace(slot, path=chain.tree.path(payee)) for slot in fees.slots)
    forged = replace(chunk, steps=(replace(call, slots=stolen), replace(fees, slots=paid)))
    attempt = prove(forged)
    assert (prove(chunk).header.withdrawals_count, attempt.header.withdrawals_count) == (0, 1)
    assert not attempt.holds, "the place in the tree is the sender's own bits"


def test_a_slot_is_not_at_another_place_than_its_key() -> None:
    """Somebody else's purse gets what is minted: record and path are true, and the bits of the place are told to be those of that record."""
    chain, tree = small_chain(), small_chain().tree
    other = chain.image.layout.tree_index(BALANCES, 3 << 8 | GOLD)
    (chunk,) = chain.chunks_of_calls(chain.call(MINT, 1, 0, GOLD, 7))
    call, fees = chunk.steps
    purse, sender = call.slots
    record, path = tree.get(other), tree.path(other)
    tree.update(other, (record[0] + 7,))
    moved = [replace(purse, index=other, old=record, path=path), replace(sender, path=tree.path(sender.index))]
    tree.update(sender.index, sender.new)
    paid = tuple(replace(slot, path=tree.path(slot.index)) for slot in fees.slots)
    forged = replace(chunk, steps=(replace(call, slots=tuple(moved)), replace(fees, slots=paid)))
    attempt = prove(forged, Lie("_call replace require_bits", bits_of(other)))
    assert attempt.header.state_root != prove(chunk).header.state_root
    assert attempt.broken == 1


def signing(b: Builder, x: list[Term]) -> list[Term]:
    signature = eddsa.TermSignature(x[3], x[4], bits.require_bits(b, x[5], 252))
    return [eddsa.is_valid_signature(b, (x[0], x[1]), [x[2]], signature)]


def with_small_challenge() -> list[int]:
    """Return key, message and signature whose challenge has a second string of bits."""
    secret = KEYS[1]
    for message in range(100):
        signature = plain.sign(secret, (message,))
        domain = Domain.CHALLENGE_ODD if signature.r_sign else Domain.CHALLENGE
        if hash_items(domain, (signature.r_y, *secret.public, message)) < ROOM:
            return [*secret.public, message, *signature]
    raise AssertionError("none of a hundred challenges is small")


def test_a_challenge_read_as_itself_plus_r_does_not_make_a_signature_invalid() -> None:
    """The low bits of R are not all 0, so the other reading multiplies the key by another number."""
    inputs = with_small_challenge()
    assert lie_to(signing, inputs).outputs == (1,)  # type: ignore[arg-type]
    attempt = lie_to(signing, inputs, Lie("is_valid_signature canonical_bits", plus_r, 1))  # type: ignore[arg-type]
    assert attempt.outputs == (0,)
    assert not attempt.holds


def with_small_root() -> Point:
    """Return a point whose x has a second string of bits."""
    return next(p for p in (jubjub.multiply(n, GENERATOR) for n in range(1, 100)) if p.x < ROOM)


def test_a_root_read_as_itself_plus_r_does_not_change_its_parity() -> None:
    """R is odd. With both parities to choose from, one string of bits would stand for R and for -R."""
    point = with_small_root()

    def gadget(b: Builder, x: list[Term]) -> list[Term]:
        exists, (root, _) = eddsa.decompress(b, x[0], x[1])
        return [exists, root]

    wrong = 1 - point.x % 2
    attempt = lie_to(
        gadget,  # type: ignore[arg-type]
        [point.y, wrong],
        Lie("decompress", lambda _: [1, point.x]),
        Lie("decompress canonical_bits", plus_r),
    )
    assert attempt.outputs == (1, point.x), "the prover would have had the other point"
    assert not attempt.holds
