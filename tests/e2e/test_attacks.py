"""Every attack that ships, tried on the real thing: none gets away with anything; and where nothing is checked, the arena says so."""

import json
from pathlib import Path

import pytest

from examples.tokens import Tokens
from provers.adversaries.attacks import ATTACKS
from rollup.cli.attack import described, installed, runs
from rollup.devnet.arena import Arena, Move, Outcome
from rollup.ports.attack import Attack
from tests.unit.validity.commands.runs import Tandem, run

NAMED = {attack.name: attack for attack in ATTACKS}
PROVED = ("wrong-state-root", "forged-proof", "replayed-proof")
"""Those tried in CI on validity proofs too; the long profile tries all of them."""


@pytest.fixture
def tandem(capsys: pytest.CaptureFixture[str]) -> Tandem:
    return Tandem(capsys)


def tried(name: str, backend: str) -> Outcome:
    options = {"transactions": 4} if backend == "groth16" else {}
    with Arena(Tokens, backend, options) as arena:
        return arena.try_out(NAMED[name])


LONG = {"sybil-swarm", "serial-liar", "claim-spammer"}
"""Those that take long on fraud proofs; as many liars as the swarm has fall in tests/game."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.long] * (name in LONG)) for name in NAMED])
def test_attack_on_fraud_proofs_gets_away_with_nothing(name: str) -> None:
    outcome = tried(name, "optimistic")
    assert outcome.got_away == []
    assert outcome.notes
    assert {"attacker", "sequencer"} & {move.who for move in outcome.moves}, "it tried nothing"


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] * (name not in PROVED)) for name in NAMED]
)
def test_attack_on_validity_proofs_gets_away_with_nothing(name: str) -> None:
    if NAMED[name].against and "groth16" not in NAMED[name].against:
        pytest.skip("it makes no sense there")
    assert tried(name, "groth16").got_away == []


def test_lie_costs_the_liar_his_bond_and_pays_who_found_it() -> None:
    outcome = tried("wrong-state-root", "optimistic")
    assert (outcome.attacker.lost, outcome.honest.lost) == (4 * 10**17, -2 * 10**17)
    made = [(move.who, move.what) for move in outcome.moves]
    assert made[:5] == [
        ("attacker", "propose"),
        ("proposer", "propose"),
        ("challenger", "ask"),
        ("attacker", "show"),
        ("challenger", "refute"),
    ]
    text = "\n".join(described(NAMED["wrong-state-root"], outcome))
    assert "  the attacker: 2 transactions" in text
    assert text.endswith("got away with nothing")


def test_arena_when_nothing_is_checked_says_what_was_got_away_with() -> None:
    def steal(arena: Arena) -> None:
        number = arena.view.derived()
        header = arena.view.header(number)
        claim = arena.claim(number, type(header).from_words((1, *header.words()[1:])), b"")
        arena.send(arena.chain.rollup, "finalise", claim, (1, *header.words()[1:]))

    with Arena(Tokens, "mock") as arena:
        outcome = arena.try_out(Attack("theft", "claims anything", steal))  # type: ignore[arg-type]
    assert any("a wrong result of batch" in what for what in outcome.got_away)


def test_moves_of_one_kind_are_told_in_one_line() -> None:
    ask, show = Move("challenger", "ask", 5, ""), Move("attacker", "show", 7, "")
    assert [len(group) for group in runs([ask, ask, show, ask])] == [2, 1, 1]


def test_attacks_are_found_by_entry_point_and_listed() -> None:
    assert {attack.name for attack in installed()} >= set(NAMED)


def test_command_tries_what_it_is_told_and_writes_what_happened(tandem: Tandem, tmp_path: Path) -> None:
    file = tmp_path / "attacks.json"
    text = tandem.succeeds("attack", "silent-proposer", "--backend", "optimistic", "--json", str(file))
    assert "silent-proposer on optimistic" in text
    assert "1 attacks, 0 got away with something" in text
    (outcome,) = json.loads(file.read_text())
    assert (outcome["attack"], outcome["got_away"]) == ("silent-proposer", [])
    assert "sybil-swarm" in tandem.succeeds("attack", "--list")


def test_command_that_is_told_nothing_or_something_unknown_says_what_there_is(tandem: Tandem) -> None:
    assert "tandem attack --list" in tandem.fails("attack")
    assert "expected wrong-state-root" in tandem.fails("attack", "nonsense")


def test_command_exits_with_1_where_somebody_got_away(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("attack", "wrong-state-root", "--backend", "mock") == 1
    assert "1 attacks, 1 got away with something" in capsys.readouterr().out
