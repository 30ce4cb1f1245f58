"""The optimistic backend against the port."""

from pathlib import Path

import pytest

from examples.tokens import Tokens
from l1bridge import kzg
from l1bridge.compiler import default_compiler, source
from provers.adversaries.liars import lie_at
from provers.optimistic.backend import OptimisticBackend
from provers.optimistic.terms import Terms
from rollup.errors import OutsideError
from rollup.ports.l1 import Contract
from rollup.ports.settlement import Context, SettlementBackend
from tests.game.builder import Play
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, TERMS, Chain, backend_for
from tests.game.players import seat
from tests.game.scene import counters, on

chain = on(counters)

OTHER = """
@external
@view
def properties() -> (String[32], uint256):
    return "{name}", {version}
"""


def made(chain: Chain) -> OptimisticBackend:
    return OptimisticBackend(Context(chain.as_(PROPOSER), default_compiler(), kzg, Path("unused")))


def test_backend_satisfies_the_port(chain: Chain) -> None:
    backend: SettlementBackend = made(chain)
    assert (backend.name, backend.version, backend.withholds_signatures) == ("optimistic", 2, False)


# ---------------------------------------------------------------- deploy and attach


def test_deployed_contract_has_the_terms_asked_for_and_the_program(chain: Chain) -> None:
    terms = Terms(claim_bond=5, question_bond=6, window=7, clock=8)
    backend = backend_for(chain.as_(PROPOSER), terms)
    backend.prepare(chain.image)
    game = backend.deploy(chain.rollup)
    assert Terms.read(chain.l1, game) == terms
    assert chain.l1.call(game, "properties") == ("optimistic", 2)
    stepper = Contract("stepper", chain.l1.call(game, "STEPPER"), default_compiler().contract("stepper").abi)
    assert chain.l1.call(stepper, "program_id") == chain.image.program_id


def test_properties_are_those_of_the_chain_that_it_is_attached_to(chain: Chain) -> None:
    backend = made(chain)
    assert backend.properties.finality.startswith("after a window of 7 days")
    backend.prepare(chain.image)
    backend.attach(chain.rollup, chain.game)
    assert backend.properties.finality.startswith(f"after a window of {TERMS.window / 86400:g} days")
    assert "honest challenger" in backend.properties.trust


@pytest.mark.parametrize(("name", "version"), [("groth16", 1), ("optimistic", 1)])
def test_attach_to_another_backends_contract_or_version_is_refused(chain: Chain, name: str, version: int) -> None:
    backend = made(chain)
    backend.prepare(chain.image)
    other = chain.l1.deploy(source("other", OTHER.format(name=name, version=version)))
    with pytest.raises(OutsideError, match="another backend") as refused:
        backend.attach(chain.rollup, other)
    assert (refused.value.expected, refused.value.got) == ("optimistic 2", f"{name} {version}")


def test_attach_to_the_game_of_another_chain_is_refused(chain: Chain) -> None:
    backend = made(chain)
    backend.prepare(chain.image)
    elsewhere = Contract("rollup", bytes(20), chain.rollup.abi)
    with pytest.raises(OutsideError, match="settles another chain") as refused:
        backend.attach(elsewhere, chain.game)
    assert refused.value.got == chain.rollup.address.hex()


def test_attach_for_another_program_is_refused(chain: Chain) -> None:
    backend = made(chain)
    backend.prepare(Tokens.image())
    with pytest.raises(OutsideError, match="settles another program") as refused:
        backend.attach(chain.rollup, chain.game)
    assert refused.value.got == chain.image.program_id.hex()


def test_backend_that_is_not_prepared_or_attached_says_what_to_do(chain: Chain) -> None:
    backend = made(chain)
    with pytest.raises(OutsideError, match="call prepare"):
        backend.deploy(chain.rollup)
    with pytest.raises(OutsideError, match="call prepare"):
        backend.attach(chain.rollup, chain.game)
    with pytest.raises(OutsideError, match="call deploy or attach first"):
        backend.react(chain, chain.head)
    with pytest.raises(OutsideError, match="call deploy or attach first"):
        backend.describe(1)


# ---------------------------------------------------------------- submit, poll, fetch


def test_job_of_a_batch_is_the_same_each_time_and_in_each_process(chain: Chain) -> None:
    first, second = seat(chain, PROPOSER), seat(chain, CHALLENGER)
    job = first.submit(chain, 1)
    assert job == first.submit(chain, 1) == second.submit(chain, 1)
    assert job != first.submit(chain, 2)
    assert first.fetch(job) is first.fetch(job)
    assert first.fetch(job).payload == second.fetch(job).payload


def test_job_is_done_at_once_and_says_what_it_took(chain: Chain) -> None:
    backend = seat(chain, PROPOSER)
    job = backend.submit(chain, 1)
    assert (backend.poll(job).state, backend.poll(job).done, backend.poll(job).total) == ("done", 1, 1)
    submission = backend.fetch(job)
    assert submission.value == TERMS.claim_bond
    assert submission.details == {"steps": 4, "payload_bytes": 32 * 9}
    assert len(submission.payload) == 32 * 9
    assert submission.seconds > 0


def test_job_that_was_never_given_is_a_key_error(chain: Chain) -> None:
    backend = seat(chain, PROPOSER)
    with pytest.raises(KeyError):
        backend.poll("none")
    with pytest.raises(KeyError):
        backend.fetch("none")
    with pytest.raises(KeyError):
        backend.submit(chain, 99)


# ---------------------------------------------------------------- describe


def test_description_of_a_claim_follows_what_becomes_of_it(chain: Chain) -> None:
    backend = seat(chain, PROPOSER)
    game = Play.of_lie(chain, lie_at(chain, 1, 2))
    proposer, asker = ("0x" + chain.as_(key).address.hex() for key in (LIAR, CHALLENGER))
    made = game.read.made
    assert backend.describe(game.claim) == {
        "verdict": "pending",
        "batch": 1,
        "parent": 0,
        "proposer": proposer,
        "steps": "0x" + game.steps.commitment.hex(),
        "stage": "open",
        "made": made,
        "due": made + TERMS.window,
        "asker": None,
        "shower": None,
    }
    asked = backend.describe(game.ask().claim)
    assert (asked["stage"], asked["asker"], asked["due"]) == ("asked", asker, game.read.moved + TERMS.clock)
    shown = backend.describe(game.show().claim)
    assert (shown["stage"], shown["shower"], shown["due"]) == ("shown", proposer, made + TERMS.window)
    game.refute()
    fallen = backend.describe(game.claim)
    assert (fallen["verdict"], fallen["stage"], fallen["due"]) == ("rejected", "fallen", 0)


def test_genesis_is_described_as_accepted_and_nobodys(chain: Chain) -> None:
    found = seat(chain, PROPOSER).describe(0)
    assert (found["verdict"], found["batch"], found["stage"]) == ("accepted", 0, "none")
    assert (found["made"], found["due"]) == (0, 0)


@pytest.mark.parametrize("claim", [-1, 1])
def test_claim_that_does_not_exist_is_a_key_error(chain: Chain, claim: int) -> None:
    with pytest.raises(KeyError):
        seat(chain, PROPOSER).describe(claim)
