"""The quorum backend against the port, with attesters who are down, lie or sign nonsense."""

from pathlib import Path

import pytest

from examples.tokens import Tokens
from l1bridge import kzg
from l1bridge.compiler import default_compiler
from provers.quorum import bls
from provers.quorum.backend import Member, QuorumBackend, development_members, in_process
from rollup.devnet import Devnet
from rollup.errors import OutsideError, PeerError
from rollup.ports.settlement import Context, SettlementBackend


def silent(member: Member) -> Member:
    return Member(member.key, member.possession, lambda *_: None)


def nonsense(member: Member) -> Member:
    return Member(member.key, member.possession, lambda *_: b"\xff" * 96)


def liar(secret: int) -> Member:
    honest = in_process(secret)
    return Member(honest.key, honest.possession, lambda _view, _number, _statement: bls.sign(secret, b"something else"))


ALL = development_members()


def made(chain: Devnet, members: tuple[Member, ...] = (), threshold: int = 0) -> QuorumBackend:
    context = Context(chain.l1, default_compiler(), kzg, Path("unused"))
    backend = QuorumBackend(context, members, threshold)
    backend.prepare(chain.image)
    backend.attach(chain.rollup, chain.deployment.settlement)
    return backend


@pytest.fixture(scope="module")
def chain() -> Devnet:
    running = Devnet(Tokens, "quorum", accounts=1)
    running.send(running.account(0), "mint", token=1, amount=5)
    running.post()
    return running


def test_batch_is_final_at_once_when_enough_have_signed() -> None:
    with Devnet(Tokens, "quorum", accounts=1) as chain:
        chain.send(chain.account(0), "mint", token=1, amount=5)
        chain.withdraw(chain.account(0), 300)
        chain.post()
        assert (chain.propose(), chain.finalise()) == ((1,), (1,))
        before = chain.account(0).l1.balance()
        chain.release()
        assert chain.account(0).l1.balance() - before == 300 * 10**9
        assert chain.backend.describe(1) == {
            "verdict": "accepted",
            "threshold": 3,
            "members": 4,
            "development_keys": True,
        }


def test_backend_satisfies_the_port_and_says_whom_to_trust(chain: Devnet) -> None:
    backend: SettlementBackend = made(chain)
    assert (backend.name, backend.version, backend.withholds_signatures) == ("quorum", 1, False)
    assert backend.properties.trust == "fewer than 3 of 4 attesters sign what is wrong"


def test_job_is_the_same_for_everybody_and_done_once(chain: Devnet) -> None:
    first, second = made(chain), made(chain, ALL)
    job = first.submit(chain.node, 1)
    assert job == second.submit(chain.node, 1) == first.submit(chain.node, 1)
    assert first.poll(job).state == "done"
    assert first.fetch(job) is first.fetch(job)
    assert first.fetch(job).details == {"signers": 3, "payload_bytes": 288}
    with pytest.raises(KeyError):
        first.poll("none")


def test_attester_who_is_down_or_signs_nonsense_is_passed_over(chain: Devnet) -> None:
    for bad in (silent(ALL[0]), nonsense(ALL[0]), liar(bls.development_secret(0))):
        backend = made(chain, (bad, *ALL[1:]))
        payload = backend.fetch(backend.submit(chain.node, 1)).payload
        assert int.from_bytes(payload[:32], "big") == 0b1110


def test_too_few_signatures_fail_the_job_and_more_mend_it(chain: Devnet) -> None:
    members = [silent(ALL[0]), silent(ALL[1]), *ALL[2:]]
    backend = made(chain, tuple(members))
    job = backend.submit(chain.node, 1)
    assert backend.poll(job).state == "failed"
    with pytest.raises(OutsideError, match="too few attesters signed batch 1: 2 of 3"):
        backend.fetch(job)
    backend._members = ALL
    assert backend.submit(chain.node, 1) == job
    assert backend.poll(job).state == "done"


def test_attach_to_another_quorum_is_refused(chain: Devnet) -> None:
    with pytest.raises(OutsideError, match="another threshold") as refused:
        made(chain, ALL, 2)
    assert (refused.value.expected, refused.value.got) == (2, 3)
    with pytest.raises(OutsideError, match="member 0 of the contract has another key"):
        made(chain, ALL[::-1])


def test_attach_to_another_backend_is_refused() -> None:
    with Devnet(Tokens, "mock", accounts=1) as other, pytest.raises((OutsideError, PeerError)):
        made(other)


def test_backend_that_is_not_prepared_or_attached_says_what_to_do(chain: Devnet) -> None:
    backend = QuorumBackend(Context(chain.l1, default_compiler(), kzg, Path("unused")))
    with pytest.raises(OutsideError, match="call prepare"):
        backend.deploy(chain.rollup)
    with pytest.raises(OutsideError, match="call deploy or attach"):
        backend.describe(1)


def test_bytes_that_are_no_key_or_signature_are_refused() -> None:
    with pytest.raises(PeerError, match="not a public key"):
        bls.key_words(b"\xff" * 48)
    with pytest.raises(PeerError, match="not a signature"):
        bls.aggregate([b"\xff" * 96])
