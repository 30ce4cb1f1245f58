import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.figures import Figure
from docs import generate

ROOT = Path(__file__).parents[3]
CHAIN = {
    "final": True,
    "gas_total": 1234567,
    "gas_per_tx": 9645.06,
    "bytes_per_tx": 94.5,
    "seconds_to_prove": None,
    "seconds_to_finality": 604803,
    "withdrawal_paid": True,
}
FRAUD = {"moves": [{}, {}, {}], "gas": 4111222, "gas_one_step_proof": 2500000}


def figures(**changes: object) -> dict[str, Any]:
    chains = {"optimistic": CHAIN | {"transactions": {"total": 17}, "blob_gas": 131072}, "validity": CHAIN | changes}
    return {"chains": chains, "fraud": FRAUD, "refused": [{}, {}], "data": "blob"}


def test_table_when_printed_has_a_row_a_measure_and_a_column_a_chain() -> None:
    lines = generate.table(figures(seconds_to_prove=3.14)).splitlines()
    assert lines[0] == "| | fraud proof | validity proof |"
    assert "| L1 gas in all | 1,234,567 | 1,234,567 |" in lines
    assert "| bytes on L1 a transaction | 94.5 | 94.5 |" in lines
    assert "| seconds to prove, two cores | – | 3.1 |" in lines
    assert "| time to finality, on L1's clock | 7.0 days | 7.0 days |" in lines
    assert len(lines) == 2 + len(CHAIN)


def test_text_below_the_table_when_printed_says_what_a_lie_costs_and_what_was_refused() -> None:
    text = generate.below(figures())
    assert "17 transactions in a blob (131,072 blob gas beside that), signatures included" in text
    assert "3 moves and 4,111,222 gas, of which L1 spends 2,500,000" in text
    assert "2 forged or replayed proofs" in text


@pytest.mark.parametrize(("seconds", "text"), [(54, "54 s"), (171, "2.9 min"), (604803, "7.0 days")])
def test_time_to_finality_when_written_has_a_unit_that_fits(seconds: int, text: str) -> None:
    assert f"| 7.0 days | {text} |" in generate.table(figures(seconds_to_finality=seconds))


def test_table_when_a_withdrawal_was_not_paid_says_so() -> None:
    assert "| withdrawal paid on L1 | yes | **no** |" in generate.table(figures(withdrawal_paid=False))


def test_table_when_a_chain_is_missing_is_refused() -> None:
    with pytest.raises(KeyError, match="validity"):
        generate.table({"chains": {"optimistic": CHAIN}})


def test_page_when_filled_twice_stays_the_same() -> None:
    place = generate.DEMO
    page = f"above\n{place.begin}\nold\n{place.end}\nbelow\n"
    once = place.fill(page, "new")
    assert once == f"above\n{place.begin}\nnew\n{place.end}\nbelow\n"
    assert place.fill(once, "new") == once


def test_page_when_it_has_no_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="demo:begin"):
        generate.DEMO.fill("nothing here", "new")


@pytest.mark.parametrize("place", [generate.DEMO, generate.PROVING, generate.DISPUTES], ids=lambda place: place.name)
def test_page_when_compared_has_the_table_of_the_committed_figures(place: generate.Place) -> None:
    assert place.page.read_text(encoding="utf-8") == place.filled()


def test_benchmark_when_printed_has_a_row_a_figure_and_says_where_a_goal_is_missed() -> None:
    reached = Figure("proof", 2.0, "s", 1 / 5, peer=16.0, peer_name="snarkjs")
    missed = Figure("rate", 7.5, "a second", 8, "at least", note="two cores")
    *lines, space, note = generate.proving([reached.to_json(), missed.to_json()]).splitlines()
    assert lines[2:] == [
        "| proof | 2 s | 16 s | 0.125 | at most 0.200 of snarkjs | yes |",
        "| rate | 7.5 a second |  |  | at least 8.00 a second | **no** |",
    ]
    assert (space, note) == ("", "- rate: two cores")


def test_readme_program_when_counted_has_twelve_lines() -> None:
    assert len([line for line in readme_program().splitlines() if line.strip()]) == 12


def test_readme_program_when_run_defines_a_program_with_its_action() -> None:
    scope: dict[str, Any] = {"__name__": "readme"}
    exec(compile(readme_program(), "README.md", "exec", dont_inherit=True), scope)
    assert issubclass(scope["Tokens"], scope["Program"])


def test_readme_commands_when_compared_are_targets_of_the_makefile() -> None:
    page = generate.README.read_text(encoding="utf-8")
    commands = re.findall(r"^make (\w+)", page, flags=re.MULTILINE)
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert commands
    assert set(commands) <= set(targets)


def test_pages_when_they_link_to_a_file_find_it() -> None:
    pages = [generate.README, *generate.DOCS.rglob("*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert dead == []


def readme_program() -> str:
    page = generate.README.read_text(encoding="utf-8")
    return page.split("```python\n")[1].split("```")[0]


def test_disputes_when_written_are_in_ether_gas_and_days() -> None:
    lengths = dict.fromkeys(generate.LENGTHS, 1_234)
    attackers = {
        **dict.fromkeys(generate.ATTACKERS, 2),
        **dict.fromkeys(generate.WEI, 15 * 10**17),
        "delay": 7 * 86_400,
    }
    lines = generate.disputes({"steps": [lengths], "attackers": [attackers]}).splitlines()
    assert lines[2] == "| " + " | ".join(["1,234"] * 7) + " |"
    assert lines[6] == "| 2 | 2 | 1.50 ETH | 1.50 ETH | 1.50 ETH | 2 | 1.50 ETH | 1.50 ETH | 7.0 days |"
