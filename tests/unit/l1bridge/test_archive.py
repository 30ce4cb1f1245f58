"""The blob archive believes nothing that it holds."""

from pathlib import Path

import pytest

from l1bridge import kzg
from l1bridge.archive import BlobArchive, write_atomically
from rollup.errors import DecodeError
from rollup.ports.l1 import L1Error

BLOB = kzg.blob_of([1, 2, 3])
OTHER = kzg.blob_of([1, 2, 4])


@pytest.fixture(params=["memory", "disk"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> BlobArchive:
    return BlobArchive(tmp_path / "blobs" if request.param == "disk" else None)


def test_archive_when_a_blob_was_put_gives_it_back(archive: BlobArchive) -> None:
    name = archive.put(BLOB)
    assert name == kzg.hash_of(BLOB)
    assert name in archive
    assert list(archive) == [name]
    assert archive.get(name) == BLOB == archive.get(archive.put(BLOB, name))


def test_archive_when_a_blob_is_unknown_says_so(archive: BlobArchive) -> None:
    assert kzg.hash_of(BLOB) not in archive
    with pytest.raises(L1Error, match="is not held"):
        archive.get(kzg.hash_of(BLOB))


def test_archive_when_given_another_blob_than_expected_refuses(archive: BlobArchive) -> None:
    with pytest.raises(DecodeError) as caught:
        archive.put(OTHER, kzg.hash_of(BLOB))
    assert caught.value.got == kzg.hash_of(OTHER).hex()
    assert list(archive) == []


def test_archive_when_opened_again_still_holds_its_blobs(tmp_path: Path) -> None:
    name = BlobArchive(tmp_path).put(BLOB)
    assert BlobArchive(tmp_path).get(name) == BLOB


def test_archive_when_a_file_was_damaged_refuses_it(tmp_path: Path) -> None:
    name = BlobArchive(tmp_path).put(BLOB)
    (tmp_path / f"{name.hex()}.blob").write_bytes(OTHER)
    with pytest.raises(DecodeError, match="damaged"):
        BlobArchive(tmp_path).get(name)


def test_write_atomically_when_it_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_atomically(tmp_path / "taken", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
