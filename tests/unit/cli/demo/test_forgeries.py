from examples.tokens import Tokens
from rollup.cli.demo.forgeries import CHUNK, COUNTS, WORD, with_one_bit_changed
from rollup.cli.demo.generous import Generous


def test_payload_when_forged_differs_in_one_bit_of_its_first_proof() -> None:
    payload = bytes(range(256)) * 9
    forged = with_one_bit_changed(payload)
    changed = [place for place, pair in enumerate(zip(payload, forged, strict=True)) if pair[0] != pair[1]]
    assert len(changed) == 1
    assert (payload[changed[0]] ^ forged[changed[0]]).bit_count() == 1
    # SPEC: EIP-2537, a proof is two points of G1 and one of G2: 4 + 4 + 8 words, the last of a chunk.
    assert WORD * (COUNTS + CHUNK - 16) <= changed[0] < WORD * (COUNTS + CHUNK)


def test_other_program_when_compared_reads_the_same_transactions_and_has_another_identity() -> None:
    assert Generous.image().layout == Tokens.image().layout
    assert Generous.image().program_id != Tokens.image().program_id
