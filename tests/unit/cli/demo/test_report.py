import io
import json
from dataclasses import replace

from rich.console import Console

from docs import generate
from rollup.cli.demo import report
from rollup.cli.demo.screen import PLAIN_WIDTH, Screen
from rollup.cli.demo.validity import of_keys
from tests.unit.cli.demo.figures import OPTIMISTIC, VALIDITY, figures


def printed(changed: object = None) -> str:
    page = io.StringIO()
    with Screen(Console(file=page, width=PLAIN_WIDTH)) as screen:
        report.show(screen, figures())
    return page.getvalue()


def test_report_when_printed_has_both_chains_side_by_side() -> None:
    lines = [line.split("  ") for line in printed().splitlines()]
    rows = {cells[0] or cells[1]: cells for line in lines if (cells := [cell.strip() for cell in line if cell.strip()])}
    assert rows["time to finality, on L1's clock"][1:] == ["7.0 days", "54 s"]
    assert rows["L1 gas a transaction"][1:] == ["30,526", "76,000"]
    assert rows["time to prove, on this machine"][1:] == ["–", "31.4 s"]
    assert rows["L1 gas of a dispute, if somebody lies"][1:] == ["4,329,582", "–"]


def test_report_when_printed_says_what_each_kind_of_proof_does_not_resist() -> None:
    text = " ".join(printed().split())
    assert "fraud proofs here do not resist: sybils can delay it" in text
    assert "validity proofs here do not resist: whoever kept the toxic waste can prove anything" in text


def test_report_when_keys_are_for_development_says_so() -> None:
    with_them, without = figures(), figures()
    without.chains = {"optimistic": OPTIMISTIC, "validity": replace(VALIDITY, development_keys=False)}
    assert any("development keys" in note for note in report.notes(with_them))
    assert not any("development keys" in note for note in report.notes(without))


def test_report_when_data_differs_does_not_call_it_the_same() -> None:
    changed = figures()
    changed.chains = {"optimistic": OPTIMISTIC, "validity": replace(VALIDITY, bytes_per_tx=70.0)}
    assert not any("is the same" in note for note in report.notes(changed))


def test_figures_when_written_have_what_the_readme_is_made_of() -> None:
    written = json.loads(json.dumps(figures().to_json()))
    assert set(written) >= {"chains", "fraud", "refused"}
    for chain in written["chains"].values():
        wanted = {"final", "gas_total", "gas_per_tx", "bytes_per_tx", "seconds_to_prove", "withdrawal_paid"}
        assert set(chain) >= wanted
    assert "| final on L1 | yes | yes |" in generate.block(written)


def test_what_the_contract_says_of_its_keys_is_repeated_either_way() -> None:
    assert "its keys are for development: whoever made them" in of_keys(development=True)
    assert "its keys are not for development: a ceremony" in of_keys(development=False)
