import io
import re
import threading
import time
from collections.abc import Iterator

import pytest
from rich.console import Console

from rollup.cli.demo.screen import PLAIN_WIDTH, Screen, ether, gas


class Page(io.StringIO):
    """Output with the time at which each piece came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def write(self, text: str) -> int:
        self.times.append(time.monotonic())
        return super().write(text)

    @property
    def lines(self) -> list[str]:
        return self.getvalue().splitlines()


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def screen(page: Page) -> Iterator[Screen]:
    with Screen(Console(file=page, width=PLAIN_WIDTH), silence=0.1) as screen:
        yield screen


def test_fact_when_printed_has_its_cost_at_the_right_edge(screen: Screen, page: Page) -> None:
    screen.held("claim 1 is final", "140,457 gas")
    assert page.lines[0].startswith("  ✔ claim 1 is final ")
    assert page.lines[0].endswith(" 140,457 gas")
    assert len(page.lines[0]) == PLAIN_WIDTH


def test_fact_when_too_long_goes_on_below_its_beginning(screen: Screen, page: Page) -> None:
    screen.line("word " * 40, "7 gas")
    assert len(page.lines) > 1
    assert all(len(line) <= PLAIN_WIDTH for line in page.lines)
    assert page.lines[0].endswith("7 gas")
    assert page.lines[1].startswith("    word")


def test_work_when_it_takes_long_gives_signs_of_life_without_a_terminal(screen: Screen, page: Page) -> None:
    with screen.working("proving"):
        time.sleep(0.9)
    signs = [line for line in page.lines if re.fullmatch(r"    … proving \(\d+ s\)", line)]
    assert len(signs) >= 2


def test_work_when_news_of_it_come_shows_the_last(screen: Screen, page: Page) -> None:
    with screen.working("proving"):
        threading.Thread(target=screen.progress, args=("chunks proved", 3, 6)).start()
        time.sleep(0.5)
    assert "    … proving: chunks proved, 3 of 6 (0 s)" in page.lines


def test_work_when_it_heeds_no_news_shows_none(screen: Screen, page: Page) -> None:
    with screen.working("looking", heeds=False):
        screen.progress("step {'game': 1}", 1, 1)
        time.sleep(0.5)
    assert "game" not in page.getvalue()
    assert "looking" in page.getvalue()


def test_work_when_it_can_be_asked_says_how_far_it_is_until_it_is_told(screen: Screen, page: Page) -> None:
    with screen.working("deploying", ask=lambda: "rollup, 3 so far"):
        time.sleep(0.4)
        screen.progress("keys", 1, 3)
        time.sleep(0.4)
    assert "    … deploying: rollup, 3 so far (0 s)" in page.lines
    assert page.lines[-1].startswith("    … deploying: keys, 1 of 3")


def test_screen_when_nothing_is_under_way_stays_silent(screen: Screen, page: Page) -> None:
    screen.title("a title")
    time.sleep(0.5)
    assert page.lines == ["a title"]


def test_work_when_it_fails_is_no_longer_shown(screen: Screen, page: Page) -> None:
    with pytest.raises(ValueError, match="no"), screen.working("failing"):
        raise ValueError("no")
    time.sleep(0.5)
    assert "failing" not in page.getvalue()


def test_work_when_on_a_terminal_lives_in_the_last_line_and_leaves_nothing() -> None:
    page = Page()
    with Screen(Console(file=page, width=80, force_terminal=True)) as screen, screen.working("proving"):
        screen.held("before")
        time.sleep(0.5)
    assert "proving (0 s)" in page.getvalue()
    assert page.getvalue().count("before") == 1
    # ECMA-48: at the end the line that lived is erased, and the cursor shown again.
    assert page.getvalue().rstrip().endswith("\x1b[2K\x1b[?25h")


@pytest.mark.parametrize(
    ("wei", "text"),
    [(10**18, "1 ETH"), (10**17, "0.1 ETH"), (0, "0 ETH"), (25 * 10**16, "0.25 ETH"), (1, "0.000000000000000001 ETH")],
)
def test_ether_when_written_has_no_zeros_at_its_end(wei: int, text: str) -> None:
    assert ether(wei) == text


def test_gas_when_written_is_grouped() -> None:
    assert gas(1234567) == "1,234,567 gas"
