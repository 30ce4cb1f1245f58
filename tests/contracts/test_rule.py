"""A rule over two settlements that obey the test: what each is given, and what follows from what they say."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from itertools import product
from typing import Any

import pytest

from l1bridge import compiler
from l1bridge.client import L1Client
from rollup.encoding import uint_to_bytes
from rollup.ports.l1 import Contract, L1Reverted
from tests.contracts.rollup_chain import GENESIS, PROGRAM_ID, RollupChain, arguments, obedient

PENDING, ACCEPTED, REJECTED = range(3)
STRANGER = (5).to_bytes(32, "big")


@dataclass
class Ruled:
    """A rollup whose settlement is a rule over two."""

    chain: RollupChain
    parts: tuple[Contract, Contract]

    @classmethod
    def deploy(cls, l1: L1Client, poseidon2: Contract, *, every: bool) -> "Ruled":
        rollup = l1.deploy(compiler.contract("rollup"), *arguments(l1, poseidon2))
        rule = l1.deploy(compiler.contract("settlement/rule"), rollup.address, PROGRAM_ID, every)
        parts = obedient(l1, rule), obedient(l1, rule)
        l1.transact(rule, "initialize", *(part.address for part in parts))
        l1.transact(rollup, "initialize", rule.address)
        return cls(RollupChain(l1, rollup, rule), parts)

    @property
    def l1(self) -> L1Client:
        return self.chain.l1

    def propose(self, payload: bytes, value: int = 0) -> int:
        """Claim the next batch; return the claim."""
        batch = self.chain.post()
        header = self.chain.header(batch[1])
        parent = self.chain.call("claim_count")
        before = GENESIS if parent == 0 else self.chain.headers[parent]
        self.chain.act("propose", batch, parent, before, header, payload, value=value)
        claim: int = self.chain.call("claim_count")
        self.chain.headers[claim] = header
        return claim

    def decide(self, claim: int, first: int, second: int) -> int:
        """Have both parts say something; return what the rule says."""
        for part, verdict in zip(self.parts, (first, second), strict=True):
            self.l1.transact(part, "decide", claim, verdict)
        return int(self.l1.call(self.chain.settlement, "verdict", claim))


@pytest.fixture
def every(l1: L1Client, poseidon2: Contract) -> Ruled:
    return Ruled.deploy(l1, poseidon2, every=True)


@pytest.fixture
def either(l1: L1Client, poseidon2: Contract) -> Ruled:
    return Ruled.deploy(l1, poseidon2, every=False)


def payload(first: bytes, second: bytes, value: int = 0, size: int | None = None) -> bytes:
    length = len(first) if size is None else size
    return uint_to_bytes(value, 32) + uint_to_bytes(length, 32) + first + second


def test_each_part_is_given_its_payload_and_its_bond(every: Ruled) -> None:
    claim = every.propose(payload(b"for the first", b"for the second", 30), value=50)
    proposer = every.l1.address
    for part, bond in zip(every.parts, (30, 20), strict=True):
        assert every.l1.call(part, "opened", claim).lower() == proposer.lower()
        assert every.l1.call(part, "paid", claim) == bond
    with pytest.raises(L1Reverted, match="test: refused"):
        every.propose(payload(b"for the first", b"refuse"))


@pytest.mark.parametrize(("first", "second"), [*product(range(3), repeat=2)])
def test_all_accepts_what_both_accept_and_rejects_what_one_rejects(every: Ruled, first: int, second: int) -> None:
    claim = every.propose(payload(b"1", b"2"))
    expected = REJECTED if REJECTED in (first, second) else ACCEPTED if first == second == ACCEPTED else PENDING
    assert every.decide(claim, first, second) == expected


@pytest.mark.parametrize(("first", "second"), [*product(range(3), repeat=2)])
def test_any_accepts_what_one_accepts_and_rejects_what_both_reject(either: Ruled, first: int, second: int) -> None:
    claim = either.propose(payload(b"1", b"2"))
    expected = ACCEPTED if ACCEPTED in (first, second) else REJECTED if first == second == REJECTED else PENDING
    assert either.decide(claim, first, second) == expected


@pytest.mark.parametrize("given", [0, 1])
def test_any_asks_only_the_parts_that_were_given_a_claim(either: Ruled, given: int) -> None:
    parts = [b"", b""]
    parts[given] = b"mine"
    first, second = parts
    claim = either.propose(payload(first, second, 9 if given == 0 else 0), value=9)
    other = [ACCEPTED, ACCEPTED]
    other[given] = PENDING
    assert either.decide(claim, *other) == PENDING, "a part that never took the claim has no say"
    other[given] = REJECTED
    assert either.decide(claim, *other) == REJECTED
    other[given] = ACCEPTED
    assert either.decide(claim, *other) == ACCEPTED


def test_claim_that_was_never_made_is_pending_whatever_the_parts_say(every: Ruled, either: Ruled) -> None:
    for ruled in (every, either):
        assert ruled.decide(7, ACCEPTED, ACCEPTED) == PENDING


def test_final_is_what_the_rule_accepts(every: Ruled) -> None:
    claim = every.propose(payload(b"1", b"2"))
    every.decide(claim, ACCEPTED, PENDING)
    assert every.chain.refused("finalise", claim, every.chain.headers[claim]) == "rollup: not accepted"
    every.decide(claim, ACCEPTED, ACCEPTED)
    every.chain.act("finalise", claim, every.chain.headers[claim])
    assert every.chain.call("final_claim", 1) == claim


def test_parts_read_of_the_rule_what_the_rollup_says(every: Ruled) -> None:
    claim = every.propose(payload(b"1", b"2"))
    rule, chain = every.chain.settlement, every.chain
    asked: list[tuple[Any, ...]] = [
        ("domain_of", PROGRAM_ID),
        ("batch_hash", 1),
        ("rolling", 0),
        ("claim", claim),
        ("final_claim", 1),
        ("claim_count",),
        ("final_batch",),
        ("POSEIDON",),
    ]
    for function, *args in asked:
        assert chain.l1.call(rule, function, *args) == chain.call(function, *args)


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(L1Reverted) as reverted:
        action()
    return reverted.value.reason


def fresh(ruled: Ruled, *, rollup: Contract | None = None) -> Contract:
    """Deploy another rule, without parts."""
    at, every = (rollup or ruled.chain.rollup).address, True
    return ruled.l1.deploy(compiler.contract("settlement/rule"), at, PROGRAM_ID, every)


def naming(ruled: Ruled, rule: Contract, *parts: Contract, key: bytes | None = None) -> str:
    l1 = ruled.l1 if key is None else ruled.l1.as_account(key)
    return refused(lambda: l1.transact(rule, "initialize", *(part.address for part in parts)))


def pair(ruled: Ruled, rule: Contract, program_id: bytes = PROGRAM_ID) -> tuple[Contract, Contract]:
    return obedient(ruled.l1, rule, program_id), obedient(ruled.l1, rule, program_id)


def named_by_a_stranger(ruled: Ruled) -> str:
    rule = fresh(ruled)
    return naming(ruled, rule, *pair(ruled, rule), key=STRANGER)


def named_twice(ruled: Ruled) -> str:
    rule = fresh(ruled)
    part, _ = pair(ruled, rule)
    return naming(ruled, rule, part, part)


def of_another_program(ruled: Ruled) -> str:
    rule = fresh(ruled)
    return naming(ruled, rule, *pair(ruled, rule, b"\1" * 32))


def opened_by_a_stranger(ruled: Ruled) -> str:
    batch = (bytes(32), 1, 0, 0, bytes(32), 0, 2, bytes(32))
    words = (1, bytes(20), batch, (0,) * 6, (0,) * 6, payload(b"1", b"2"))
    return refused(lambda: ruled.l1.transact(ruled.chain.settlement, "open", *words))


CASES: dict[str, Callable[[Ruled, Ruled], str]] = {
    "only the deployer": lambda e, _: named_by_a_stranger(e),
    "parts are set": lambda e, _: naming(e, e.chain.settlement, *pair(e, e.chain.settlement)),
    "one part twice": lambda e, _: named_twice(e),
    "part of another rule": lambda e, o: naming(e, fresh(e), *pair(e, o.chain.settlement)),
    "part for another program": lambda e, _: of_another_program(e),
    "only the rollup": lambda e, _: opened_by_a_stranger(e),
    "payload length": lambda e, _: refused(lambda: e.propose(bytes(63))),
    "payload length: of the first": lambda e, _: refused(lambda: e.propose(payload(b"1", b"2", size=3))),
    "payload length: more wei than came": lambda e, _: refused(lambda: e.propose(payload(b"1", b"2", 5), value=4)),
    "a part is left out": lambda e, _: refused(lambda: e.propose(payload(b"", b"2"))),
    "a part is left out: the second": lambda e, _: refused(lambda: e.propose(payload(b"1", b""))),
    "a part is left out: with its bond": lambda _, o: refused(lambda: o.propose(payload(b"", b"2", 5), value=5)),
    "a part is left out: both": lambda _, o: refused(lambda: o.propose(payload(b"", b""))),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_against_the_rules_is_refused_with_its_own_words(every: Ruled, either: Ruled, case: str) -> None:
    assert CASES[case](every, either) == "rule: " + case.split(":", maxsplit=1)[0]


def test_rule_without_parts_settles_nothing(every: Ruled, poseidon2: Contract) -> None:
    rollup = every.l1.deploy(compiler.contract("rollup"), *arguments(every.l1, poseidon2))
    rule = fresh(every, rollup=rollup)
    assert refused(lambda: every.l1.transact(rollup, "initialize", rule.address)) == (
        "rollup: settlement of another rollup"
    )


def test_every_word_of_refusal_in_the_contract_is_tested() -> None:
    source = (files("contracts") / "settlement" / "rule.vy").read_text()
    assert set(re.findall(r'"rule: ([^"]*)"', source)) == {case.split(":")[0] for case in CASES}
