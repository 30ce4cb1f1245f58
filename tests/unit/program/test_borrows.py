"""Which records of one action may be one, and which may be written (SOUNDNESS 20)."""
# Assignment converts when an action is traced, which mypy cannot know.
# mypy: disable-error-code="assignment"

import pytest

from rollup import U8, Field, Program, Record, Table, Transaction, action, when
from rollup.params import Status
from tests.programs.world import World, outcome, why

TWICE, THERE = "a record is borrowed twice", "this record of notes is there already"
NOTES, CELLS = 1, 2


class Note(Record):
    text: Field
    size: U8


class Notes(Program):
    account_bits = 4
    notes = Table(Note, key=U8, append_only=True)
    cells = Table(Note, key=U8)

    @action
    def both(self, tx: Transaction, one: U8, other: U8) -> None:
        """Append two."""
        first, second = self.notes[one], self.notes[other]
        first.size, second.size = 1, 2

    @action
    def twice(self, tx: Transaction, one: U8, size: U8) -> None:
        """Append in a block, and after it in every case."""
        note = self.notes[one]
        with when(size > 5):
            note.text = 1
        note.size = size

    @action
    def sometimes(self, tx: Transaction, one: U8, size: U8) -> None:
        """Append in a block alone."""
        note = self.notes[one]
        with when(size > 5):
            note.size = size

    @action
    def change(self, tx: Transaction, one: U8, other: U8) -> None:
        """Change two."""
        first, second = self.cells[one], self.cells[other]
        first.size += 1
        second.size += 2

    @action
    def read(self, tx: Transaction, one: U8, other: U8, to: U8) -> None:
        """Look at two, one of them again, and change a third."""
        first, second, again = self.cells.read(one), self.cells.read(other), self.cells.read(one)
        target = self.cells[to]
        target.size = target.size + first.size + second.size + again.size
        target.text = first.text


@pytest.fixture
def world() -> World:
    world = World(Notes.image())
    world.register()
    world.write(NOTES, (9,), (0, 9))
    world.write(NOTES, (8,), (8, 0))
    return world


def act(world: World, name: str, *arguments: int) -> str:
    run = world.act(name, 1, *arguments)
    return "" if outcome(run)[0] is Status.APPLIED else why(run)


@pytest.mark.parametrize(
    ("one", "other", "problem"),
    [(1, 2, ""), (9, 1, THERE), (1, 9, THERE), (8, 1, THERE), (1, 8, THERE), (1, 1, TWICE), (0, 0, TWICE), (0, 1, "")],
)
def test_each_record_that_is_appended_must_be_absent(world: World, one: int, other: int, problem: str) -> None:
    before = world.record(NOTES, one)
    assert act(world, "both", one, other) == problem
    assert world.record(NOTES, one) == (before if problem else (0, 1))


@pytest.mark.parametrize(("size", "note"), [(3, (0, 3)), (6, (1, 6))])
@pytest.mark.parametrize("one", [1, 9])
def test_record_that_is_written_in_a_block_and_after_it_must_be_absent(
    world: World, size: int, note: tuple[int, int], one: int
) -> None:
    assert act(world, "twice", one, size) == (THERE if one == 9 else "")
    assert world.record(NOTES, one) == ((0, 9) if one == 9 else note)


@pytest.mark.parametrize(("size", "problem"), [(5, ""), (6, THERE)])
def test_record_that_is_written_in_a_block_must_be_absent_where_it_is_written(
    world: World, size: int, problem: str
) -> None:
    assert act(world, "sometimes", 9, size) == problem
    assert world.record(NOTES, 9) == (0, 9)


@pytest.mark.parametrize("key", [0, 1, 255])
def test_record_that_is_borrowed_at_two_keys_fails_whichever_key_it_is(world: World, key: int) -> None:
    assert act(world, "change", key, key) == TWICE
    assert world.record(CELLS, key) == (0, 0)
    assert act(world, "change", key, 7) == ""
    assert (world.record(CELLS, key), world.record(CELLS, 7)) == ((0, 1), (0, 2))


@pytest.mark.parametrize(
    ("keys", "size"),
    [((1, 2, 3), 7 + 5 + 5 + 6), ((1, 1, 3), 7 + 15), ((1, 2, 1), 5 + 16), ((2, 1, 1), 5 + 17), ((1, 1, 1), 20)],
)
def test_record_that_is_read_may_be_any(world: World, keys: tuple[int, int, int], size: int) -> None:
    for key, text in ((1, 5), (2, 6), (3, 7)):
        world.write(CELLS, (key,), (10 * key, text))
    others = {key: world.record(CELLS, key) for key in (1, 2, 3) if key != keys[2]}
    assert act(world, "read", *keys) == ""
    assert world.record(CELLS, keys[2]) == (10 * keys[0], size)
    assert {key: world.record(CELLS, key) for key in others} == others


def test_record_that_is_read_twice_takes_one_slot() -> None:
    assert Notes.image().action("read").slots == (0, CELLS, CELLS, CELLS)
