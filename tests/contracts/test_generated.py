"""The Vyper files that hold Python's numbers are what the generator writes."""

import pytest

from contracts.generate import FILES, FOLDER


@pytest.mark.parametrize("file", FILES)
def test_generated_source_when_written_again_is_the_committed_one(file: str) -> None:
    assert (FOLDER / file).read_text() == FILES[file]()


def test_numbers_of_stepper_name_every_primitive_and_domain() -> None:
    text = FILES["numbers.vy"]()
    for name, value in (("OP_VERIFY_SIGNATURE", 20), ("DOMAIN_CHALLENGE", 3), ("TAG_FEES", 0xF1), ("END", 65535)):
        assert f"{name}: constant(uint256) = {value}\n" in text
