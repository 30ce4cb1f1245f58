"""The container of sections: what it refuses, and that a length that lies costs nothing."""

import struct
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provers.validity.iden3.sections import Reader, Sections, write
from rollup.errors import DecodeError, OutsideError
from tests.unit.validity.iden3.files import container, sections_of

GOOD = container(b"test", 7, [(1, b"one"), (5, b""), (2, b"two two")])


def opened(folder: Path, data: bytes) -> dict[int, bytes]:
    (folder / "file").write_bytes(data)
    found = Sections.open(folder / "file", b"test", 7)
    return {number: content.tobytes() for number, content in found.contents.items()}


def test_sections_are_read_in_any_order_and_may_be_empty(tmp_path: Path) -> None:
    assert opened(tmp_path, GOOD) == {1: b"one", 5: b"", 2: b"two two"}


@given(st.dictionaries(st.integers(0, 2**32 - 1), st.binary(max_size=20), max_size=5))
def test_what_is_written_is_read_again(contents: dict[int, bytes]) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path, b"test", 7, {number: [content[:3], content[3:]] for number, content in contents.items()})
        assert dict(sections_of(path.read_bytes())) == contents
        assert opened(Path(folder), path.read_bytes()) == contents


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "cut off"),
        (GOOD[:11], "cut off"),
        (b"nope" + GOOD[4:], "not a .test file"),
        (container(b"test", 8, []), "unknown version"),
        (container(b"test", 7, [(1, b""), (1, b"")]), "section 1 is there twice"),
        (container(b"test", 7, [(1, b"one")], count=2), "before its last section"),
        (container(b"test", 7, [(1, b"one")], count=0), "15 bytes follow"),
        (container(b"test", 7, [(1, b"one")], count=65), "too many sections"),
        (container(b"test", 7, [(1, b"one")], count=2**32 - 1), "too many sections"),
        (GOOD + b"\0", "1 bytes follow the last section"),
    ],
)
def test_a_malformed_container_is_refused_by_name(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(DecodeError, match=words) as raised:
        opened(tmp_path, data)
    assert str(tmp_path / "file") in str(raised.value)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    for length in range(len(GOOD)):
        with pytest.raises(DecodeError, match="cut off"):
            opened(tmp_path, GOOD[:length])


@pytest.mark.parametrize("size", [4, 2**31, 2**40, 2**63, 2**64 - 1])
def test_a_section_longer_than_the_file_is_refused_without_room_for_it(tmp_path: Path, size: int) -> None:
    data = b"test" + struct.pack("<IIIQ", 7, 1, 1, size) + b"abc"
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError, match="section 1 is cut off"):
            opened(tmp_path, data)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_file_that_is_not_there_or_cannot_be_written_is_the_worlds_fault(tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="cannot be read"):
        Sections.open(tmp_path / "nothing", b"test", 7)
    with pytest.raises(OutsideError, match="cannot be written"):
        write(tmp_path / "no" / "folder", b"test", 7, {})


def test_a_section_that_is_missing_short_long_or_unknown_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(GOOD)
    found = Sections.open(tmp_path / "file", b"test", 7)
    assert found.take(1, 3).tobytes() == b"one"
    for take, words in (
        (lambda: found.take(3), "section 3 is missing"),
        (lambda: found.take(1, 4), "section 1 has the wrong length; expected 4, got 3"),
        (lambda: found.take(1, at_least=4), "section 1 is too short; expected 4, got 3"),
        (lambda: found.require_only((1, 2)), "unknown number; got 5"),
    ):
        with pytest.raises(DecodeError, match=words):
            take()
    found.require_only((1, 2, 5))


def test_a_reader_names_what_ends_too_early_or_too_late(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(GOOD)
    content = Sections.open(tmp_path / "file", b"test", 7).contents[2]
    reader = Reader("file", content)
    assert (reader.uint(2, "a number"), reader.bytes(2, "bytes")) == (int.from_bytes(b"tw", "little"), b"o ")
    with pytest.raises(DecodeError, match="a number is cut off; expected 4, got 3"):
        reader.uint(4, "a number")
    with pytest.raises(DecodeError, match="3 bytes follow the number"):
        reader.end("the number")
