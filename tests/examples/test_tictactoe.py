"""The game: turns, lines, and where the stakes go, for games drawn at random too."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.tictactoe import LINES, TicTacToe
from rollup.params import Status
from tests.programs.world import World, outcome, why

GAMES, BALANCES = 1, 2
CROSS, NOUGHT, STRANGER = 1, 2, 3
STAKE: Final = 30


def begun() -> World:
    """Three accounts with 100 each, and game 4 between the first two."""
    world = World(TicTacToe.image())
    for account in (CROSS, NOUGHT, STRANGER):
        world.register()
        world.act("mint", account, 100)
    for name, sender, *arguments in (("offer", CROSS, 4, STAKE), ("accept", NOUGHT, 4)):
        assert outcome(world.act(str(name), int(sender), *map(int, arguments)))[0] is Status.APPLIED
    return world


def balances(world: World) -> tuple[int, ...]:
    return tuple(world.record(BALANCES, account)[0] for account in (CROSS, NOUGHT, STRANGER))


def play(world: World, places: list[int]) -> None:
    for number, place in enumerate(places):
        assert outcome(world.act("play", NOUGHT if number % 2 else CROSS, 4, place))[0] is Status.APPLIED


def test_three_in_a_row_take_both_stakes_and_end_the_game() -> None:
    world = begun()
    assert balances(world) == (70, 70, 100)
    play(world, [0, 3, 1, 4, 2])
    assert balances(world) == (130, 70, 100)
    assert why(world.act("play", NOUGHT, 4, 5)) == "this game is over"


def test_noughts_win_too() -> None:
    world = begun()
    play(world, [0, 2, 1, 4, 8, 6])
    assert balances(world) == (70, 130, 100)


def test_a_full_board_gives_each_his_own_back() -> None:
    world = begun()
    play(world, [0, 1, 2, 4, 3, 5, 7, 6, 8])
    assert balances(world) == (100, 100, 100)
    assert why(world.act("play", NOUGHT, 4, 0)) == "this game is over"


def test_what_a_game_refuses() -> None:
    world = begun()
    assert why(world.act("play", NOUGHT, 4, 0)) == "it is not your turn"
    assert why(world.act("play", STRANGER, 4, 0)) == "it is not your turn"
    play(world, [4])
    assert why(world.act("play", CROSS, 4, 0)) == "it is not your turn"
    assert why(world.act("play", NOUGHT, 4, 4)) == "this field is taken"
    assert why(world.act("play", NOUGHT, 4, 9)) == "the index is past the end of an array of 9"
    assert why(world.act("play", CROSS, 5, 0)) == "this game has not begun"
    assert why(world.act("accept", STRANGER, 4)) == "this game has two players"
    assert why(world.act("accept", STRANGER, 5)) == "there is no such game"
    assert why(world.act("offer", STRANGER, 4, 1)) == "this number is taken"
    assert why(world.act("offer", STRANGER, 5, 101)) == "U64 underflow in -"
    assert outcome(world.act("offer", STRANGER, 5, 100))[0] is Status.APPLIED
    assert why(world.act("accept", STRANGER, 5)) == "nobody plays against himself"
    assert why(world.act("accept", CROSS, 5)) == "U64 underflow in -"


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(9)))
def test_any_game_ends_as_the_rules_say(places: list[int]) -> None:
    world, marks = begun(), {CROSS: set[int](), NOUGHT: set[int]()}
    winner = 0
    for number, place in enumerate(places):
        player = NOUGHT if number % 2 else CROSS
        play_one = world.act("play", player, 4, place)
        assert outcome(play_one)[0] is Status.APPLIED
        marks[player].add(place)
        if any(set(line) <= marks[player] for line in LINES):
            winner = player
            break
    expected = {0: (100, 100, 100), CROSS: (130, 70, 100), NOUGHT: (70, 130, 100)}[winner]
    assert balances(world) == expected


def test_lines_are_all_that_a_board_has() -> None:
    rows = [{3 * row + column for column in range(3)} for row in range(3)]
    columns = [{3 * row + column for row in range(3)} for column in range(3)]
    assert sorted(map(sorted, LINES)) == sorted(map(sorted, [*rows, *columns, {0, 4, 8}, {2, 4, 6}]))


@pytest.mark.parametrize("line", LINES)
def test_every_line_wins(line: tuple[int, int, int]) -> None:
    world = begun()
    # Noughts take two fields beside the line, which are no line of theirs.
    others = [place for place in range(9) if place not in line][:2]
    play(world, [line[0], others[0], line[1], others[1], line[2]])
    assert balances(world) == (130, 70, 100)
