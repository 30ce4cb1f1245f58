"""The scenarios, each on a chain of its own on a real EVM: what every settlement backend must do, whatever it proves and however."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import entry_points
from typing import Any

import pytest

from provers.adversaries.attacks import ATTACKS
from provers.conformance.plugin import Chosen
from provers.conformance.programs import Coins, MoreCoins
from rollup.errors import TandemError
from rollup.ports.l1 import L1Reverted
from rollup.ports.settlement import batch_struct

GWEI = 10**9
NAMED = {attack.name: attack for attack in ATTACKS}
LYING = ("wrong-state-root", "wrong-withdrawal", "equivocator", "forged-proof")
REPLAYED = ("replayed-proof",)
Start = Callable[..., Any]
"""Starts a chain or an arena: `rollup.devnet.fixture` has both."""


@pytest.fixture
def start(start_devnet: Start, settlement: Chosen) -> Start:
    def started(**named: Any) -> Any:
        return start_devnet(Coins, settlement.factory, accounts=2, options=settlement.options, **named)

    return started


def work(chain: Any, amount: int = 5) -> Any:
    """Post a batch that holds a mint; return it."""
    chain.send(chain.account(0), "mint", token=1, amount=amount)
    block = chain.post()
    assert block is not None
    return block


def settles(chain: Any) -> None:
    """Everything that is posted becomes final, and is what a node computes that starts from nothing."""
    chain.settle()
    fresh = chain.full_node()
    newest = fresh.sync()
    assert newest == chain.claims.final_batch == chain.node.derived()
    for number in range(1, newest + 1):
        header_hash = chain.l1.call(chain.rollup, "claim", chain.claims.final_claim(number))[0]
        assert header_hash == fresh.header(number).hash(), f"a wrong result of batch {number} is final"
    assert chain.alarms == []


# ---------------------------------------------------------------- the port


def test_port_names_itself_and_says_what_to_know(start: Start) -> None:
    chain = start()
    backend = chain.backend
    assert tuple(chain.l1.call(chain.deployment.settlement, "properties")) == (backend.name, backend.version)
    said = backend.properties
    assert all((said.finality, said.trust, said.liveness, said.setup)), "a property is left empty"
    assert isinstance(backend.withholds_signatures, bool)


def test_port_gives_one_job_for_one_batch_and_forgets_none(start: Start) -> None:
    chain = start()
    number, other = work(chain).batch.number, work(chain).batch.number
    backend = chain.backend
    job = backend.submit(chain.node, number)
    assert job == backend.submit(chain.node, number), "a job is another each time"
    assert job != backend.submit(chain.node, other), "two batches have one job"
    payload = backend.fetch(job).payload
    assert backend.poll(job).state == "done"
    assert backend.fetch(job).payload == payload
    with pytest.raises(KeyError):
        backend.poll("never given")


def test_port_describes_claims_in_plain_json(start: Start) -> None:
    chain = start()
    work(chain)
    (claim,) = chain.propose()
    said = chain.backend.describe(claim)
    assert said["verdict"] in ("pending", "accepted")
    assert json.loads(json.dumps(said)) == said


def test_port_refuses_a_contract_of_another_chain_or_backend(start: Start) -> None:
    chain = start()
    if chain.backend.name == "mock":
        pytest.skip("a mock checks neither")
    seat = chain.rival().settlements.of(0).backend
    with pytest.raises(TandemError):
        seat.attach(replace(chain.rollup, address=bytes(20)), chain.deployment.settlement)
    artifact = chain.toolchain.compiler.contract("mocks/instant")
    other = chain.l1.deploy(artifact, chain.rollup.address, chain.image.program_id)
    with pytest.raises(TandemError):
        seat.attach(chain.rollup, seat.half(other.address))


# ---------------------------------------------------------------- honest, silent, restarted


def test_honest_batches_become_final_and_value_leaves(start: Start) -> None:
    chain = start()
    alice = chain.account(0)
    chain.withdraw(alice, 700)
    work(chain)
    work(chain)
    settles(chain)
    before = alice.l1.balance()
    chain.release()
    assert alice.l1.balance() - before == 700 * GWEI
    chain.react()
    assert chain.react() == (), "there is a move left to make when all is over"


def test_silent_proposer_does_not_stop_the_chain(start: Start) -> None:
    chain = start()
    number = work(chain).batch.number
    somebody = chain.rival()
    while not somebody.proposer.propose():
        pass
    chain.claims.sync()
    assert [claim.batch for claim in chain.claims] == [number]
    settles(chain)


def test_restarted_backend_goes_on_where_another_left_off(start: Start) -> None:
    chain = start()
    number = work(chain).batch.number
    chain.propose()
    restarted = chain.rival()
    fresh = restarted.settlements.of(number).backend
    assert fresh.submit(chain.node, number) == chain.backend.submit(chain.node, number)
    assert restarted.proposer.propose() == (), "it claims again what it claimed before it died"
    again = work(chain, 6).batch.number
    while not restarted.proposer.propose():
        pass
    chain.claims.sync()
    assert [claim.batch for claim in chain.claims] == [number, again]
    settles(chain)


# ---------------------------------------------------------------- lying, replayed, starved


@pytest.mark.parametrize("name", [*LYING, *REPLAYED])
def test_lying_or_replaying_proposer_gets_away_with_nothing(start_arena: Start, settlement: Chosen, name: str) -> None:
    arena = start_arena(Coins, settlement.factory, settlement.options)
    outcome = arena.try_out(NAMED[name])
    assert outcome.got_away == [], "\n".join([*outcome.notes, *map(str, outcome.moves)])


def test_starved_claim_is_not_half_taken(start: Start) -> None:
    """A claim with too little gas is refused, and the right one is taken after it."""
    chain = start()
    number = work(chain).batch.number
    backend, l1 = chain.backend, chain.spare_key()
    submission = backend.fetch(backend.submit(chain.node, number))
    headers = [chain.node.header(at).words() for at in (number - 1, number)]
    parent = chain.claims.final_claim(number - 1)
    words = (batch_struct(chain.node.batch(number)), parent, *headers, submission.payload)
    snapshot = l1.snapshot()
    needed = l1.transact(chain.rollup, "propose", *words, value=submission.value).gas_used
    l1.revert(snapshot)
    count = chain.l1.call(chain.rollup, "claim_count")
    for share in (60, 80, 90, 95):
        with pytest.raises(L1Reverted):
            l1.transact(chain.rollup, "propose", *words, value=submission.value, gas=needed * share // 100)
    assert chain.l1.call(chain.rollup, "claim_count") == count
    settles(chain)


# ---------------------------------------------------------------- reorged, upgraded


def test_reorged_claims_are_made_again(start: Start) -> None:
    (tester,) = (point for point in entry_points(group="tandem.l1") if point.name == "tester")
    # The finalised head stays behind, so that L1 may lose what is newer.
    l1 = tester.load()(confirmations=(4, 8))
    chain = start(l1=l1)
    work(chain)
    before = l1.snapshot()
    chain.propose()
    chain.react()
    l1.revert(before)
    l1.mine()
    chain.sync()
    assert list(chain.claims) == []
    settles(chain)
    assert chain.claims.final_batch == chain.node.derived()


def test_reorged_batch_is_claimed_as_what_it_became(start: Start) -> None:
    (tester,) = (point for point in entry_points(group="tandem.l1") if point.name == "tester")
    l1 = tester.load()(confirmations=(4, 8))
    chain = start(l1=l1)
    chain.send(chain.account(0), "mint", token=1, amount=5)
    before = l1.snapshot()
    first = chain.post()
    chain.propose()
    l1.revert(before)
    chain.deposit(chain.account(1), 9)
    chain.sync()
    again = chain.post()
    assert again.batch.hash() != first.batch.hash()
    settles(chain)


@pytest.mark.parametrize("program", [Coins, MoreCoins], ids=["backend", "program"])
def test_upgraded_chain_settles_both_sides_of_the_switch(start: Start, program: type) -> None:
    chain = start()
    alice = chain.account(0)
    chain.withdraw(alice, 700)
    work(chain)
    chain.upgrade(program)
    chain.withdraw(alice, 300)
    work(chain)
    old, new = (chain.settlements.of(number) for number in (1, chain.node.derived()))
    assert old.settlement != new.settlement
    settles(chain)
    before = alice.l1.balance()
    chain.release()
    assert alice.l1.balance() - before == 1_000 * GWEI


def test_upgraded_program_has_payloads_of_its_own(start: Start) -> None:
    """A claim about a batch of the old program with a payload of the new one is refused, or never becomes final."""
    chain = start()
    work(chain)
    chain.upgrade(MoreCoins)
    number = work(chain).batch.number
    backend = chain.settlements.of(number).backend
    other = backend.fetch(backend.submit(chain.node, number))
    headers = [chain.node.header(at).words() for at in (0, 1)]
    claim = (batch_struct(chain.node.batch(1)), 0, *headers, other.payload)
    with suppress(L1Reverted):
        chain.spare_key().transact(chain.rollup, "propose", *claim, value=other.value)
    settles(chain)
