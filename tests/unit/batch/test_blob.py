"""Elements as L1 carries them."""

import pytest

from l1bridge import kzg
from rollup.batch.blob import from_blob, from_words, to_blob, to_data, to_words
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from rollup.params import DataKind

ELEMENTS = (1, 0, R - 1)


def test_blob_is_what_the_data_layer_writes_and_reads() -> None:
    blob = to_blob(ELEMENTS)
    assert blob == kzg.blob_of(ELEMENTS) == to_data(DataKind.BLOB, ELEMENTS)
    assert from_blob(blob) == kzg.elements_of(blob) == (*ELEMENTS, *[0] * 4093)


def test_calldata_is_one_word_an_element() -> None:
    data = to_words(ELEMENTS)
    assert data == b"".join(element.to_bytes(32, "big") for element in ELEMENTS) == to_data(DataKind.CALLDATA, ELEMENTS)
    assert from_words(data, 3) == ELEMENTS


def test_data_that_is_no_run_of_elements_is_refused() -> None:
    with pytest.raises(DecodeError, match="length"):
        from_blob(to_blob(ELEMENTS)[:-1])
    with pytest.raises(DecodeError, match="canonical"):
        from_blob(R.to_bytes(32, "big") + to_blob(())[32:])
    for data, limit in ((to_words(ELEMENTS), 2), (to_words(ELEMENTS)[:-1], 3)):
        with pytest.raises(DecodeError, match="words"):
            from_words(data, limit)
    with pytest.raises(DecodeError, match="canonical"):
        from_words(R.to_bytes(32, "big"), 1)


def test_elements_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DecodeError, match="too many"):
        to_blob([0] * 4097)
    with pytest.raises(DecodeError, match="canonical"):
        to_words([R])
