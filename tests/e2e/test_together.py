"""Fraud proof and validity proof for one claim: both must accept it, or one is enough."""

from functools import partial

import pytest

from examples.counter import Counter
from provers.adversaries.liars import lie_at
from provers.together import All, joined
from rollup.devnet import Devnet
from rollup.errors import OutsideError
from rollup.nodes.claimant import Claimant
from rollup.nodes.settlements import Settlements
from rollup.ports.l1 import L1Reverted
from rollup.ports.settlement import ChainView, Submission, batch_struct
from rollup.state.header import Header

OPTIONS = {"options": {"groth16": {"transactions": 4}}}


def started(rule: str) -> Devnet:
    chain = Devnet(Counter, rule, accounts=1, options=OPTIONS)
    chain.send(chain.account(0), "add", step=5)
    chain.withdraw(chain.account(0), 500)
    chain.post()
    return chain


def test_all_is_final_when_the_window_is_over_and_a_proof_was_given() -> None:
    with started("all") as chain:
        assert chain.propose() == (1,)
        assert chain.finalise() == ()
        found = chain.backend.describe(1)
        assert [found[name]["verdict"] for name in ("optimistic", "groth16")] == ["pending", "accepted"]  # type: ignore[index]
        chain.settle()
        assert chain.claims.final_batch == 1
        chain.release()
        assert [move.what for move in chain.react()] == ["settle", "collect"]
        assert chain.full_node().sync() == 1
        assert chain.alarms == []


def test_all_takes_no_lie_that_has_no_proof_however_well_it_is_defended() -> None:
    with started("all") as chain:
        number, lie = 1, lie_at(chain.node, 1, 1)
        honest = chain.backend.fetch(chain.backend.submit(chain.node, number))
        bond = Submission(lie.payload, honest.value)
        proof = Submission(honest.payload[64 + len(lie.payload) :])
        thief = chain.spare_key()
        headers = chain.node.header(0).words(), lie.header.words()
        words = (batch_struct(chain.node.batch(number)), 0, *headers, joined(bond, proof).payload)
        with pytest.raises(L1Reverted, match="validity: proofs lead to another header"):
            thief.transact(chain.rollup, "propose", *words, value=honest.value)


def test_any_is_final_at_once_when_a_proof_was_given() -> None:
    with started("any") as chain:
        assert chain.propose() == (1,)
        assert chain.finalise() == (1,)
        assert chain.backend.describe(1)["verdict"] == "accepted"


class Thrifty(Claimant):
    """Claims with a bond and no proof."""

    def __init__(self, settlements: Settlements) -> None:
        self._settlements = settlements

    def header(self, view: ChainView, number: int) -> Header:
        return view.header(number)

    def submission(self, view: ChainView, number: int) -> Submission | None:
        backend = self._settlements.of(number).backend
        whole = backend.fetch(backend.submit(view, number))
        size = int.from_bytes(whole.payload[32:64], "big")
        return Submission(whole.payload[: 64 + size], whole.value)


def test_any_without_a_proof_is_final_when_the_window_is_over() -> None:
    with started("any") as chain:
        rival = chain.rival(Thrifty)
        assert rival.proposer.propose() == (1,)
        chain.sync()
        assert chain.finalise() == ()
        chain.advance(days=7, seconds=1)
        assert chain.finalise() == (1,)


def test_rule_over_what_is_not_installed_or_is_a_rule_says_what_there_is() -> None:
    for parts in (("optimistic", "nonsense"), ("all", "groth16")):
        with pytest.raises(OutsideError, match="no backend is called") as refused:
            Devnet(Counter, "all", options={"parts": parts})
        assert "optimistic" in str(refused.value.expected)
    with pytest.raises(OutsideError, match="a rule is over two backends"):
        Devnet(Counter, "all", options={"parts": ("optimistic",)})


def test_rule_says_what_follows_from_what_its_parts_say() -> None:
    with Devnet(Counter, "all", accounts=0, options=OPTIONS | {"parts": ("mock", "optimistic")}) as chain:
        said = chain.backend.properties
        assert said.trust.startswith("one of these suffices: everybody")
        assert said.liveness.startswith("all of these are needed: none")
        another = partial(All, parts=("optimistic", "mock"))
        backend = another(chain.backend._context)  # type: ignore[attr-defined]
        backend.prepare(chain.image)
        with pytest.raises(OutsideError):
            backend.attach(chain.rollup, chain.deployment.settlement)
