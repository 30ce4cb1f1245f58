"""The programs of a node: which it has, what signatures are bound to under each, and which may follow which."""

import pytest

from examples.payments import Payments
from examples.tokens import Tokens
from provers.conformance.programs import MoreCoins
from rollup.errors import OutsideError
from rollup.execution.engine import domain
from rollup.nodes.programs import Programs

ROLLUP = b"\x0a" * 20
OLD, NEW, OTHER = Tokens.image(), MoreCoins.image(), Payments.image()


def test_programs_are_found_by_their_id_with_the_domain_of_each() -> None:
    programs = Programs(31337, ROLLUP, OLD)
    programs.add(NEW)
    for image in (OLD, NEW):
        assert programs.image(image.program_id) is image
        assert programs.domain(image.program_id) == domain(31337, ROLLUP, image.program_id)
    assert programs.domain(OLD.program_id) != programs.domain(NEW.program_id)


def test_program_that_is_not_here_is_named_beside_those_that_are() -> None:
    programs = Programs(31337, ROLLUP, OLD)
    for ask in (programs.image, programs.domain, lambda program_id: programs.successor(OLD.program_id, program_id)):
        with pytest.raises(OutsideError, match="install the package") as refused:
            ask(NEW.program_id)
        assert refused.value.expected == f"Tokens 0x{OLD.program_id.hex()}"
        assert refused.value.got == f"0x{NEW.program_id.hex()}"


def test_program_may_follow_one_whose_records_it_finds() -> None:
    programs = Programs(31337, ROLLUP, OLD, NEW, OTHER)
    assert programs.successor(OLD.program_id, NEW.program_id) is NEW
    assert programs.successor(OLD.program_id, OLD.program_id) is OLD
    with pytest.raises(OutsideError, match="table 2, burnt, is gone"):
        programs.successor(NEW.program_id, OLD.program_id)
