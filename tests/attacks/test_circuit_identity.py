"""A circuit is one program's: two that L1 cannot tell apart may still have different ones."""

import pytest

from provers.validity.arithmetise.circuits import ProgramCircuits
from rollup import U8, U64, U128, AccountId, Program, Record, Table, action, require
from rollup.ir.image import Image
from rollup.params import ChunkKind
from rollup.program.program import Transaction


class Narrow(Record):
    """A number that is read, compared and only ever written from one of 8 bits."""

    x: U64


class Wide(Record):
    """The same, of twice the width."""

    x: U128


def image_of(record: type[Record]) -> Image:
    class Compared(Program):
        """Code in which no width of the record's attribute appears."""

        account_bits = 4
        capacity = 4
        numbers = Table(record, key=AccountId)

        @action
        def put(self, tx: Transaction, to: AccountId, a: U8) -> None:
            """Compare a stored number."""
            require(self.numbers[tx.sender].x >= a, "too small")  # type: ignore[attr-defined]  # both records have it
            self.numbers[to].x = a  # type: ignore[attr-defined]

    return Compared.image()


@pytest.fixture(scope="module")
def circuits() -> tuple[ProgramCircuits, ProgramCircuits]:
    narrow, wide = image_of(Narrow), image_of(Wide)
    assert narrow.program_id == wide.program_id, "else there is nothing to mistake"
    return ProgramCircuits(narrow), ProgramCircuits(wide)


def test_programs_of_one_identity_whose_attributes_have_other_widths_have_other_circuits(
    circuits: tuple[ProgramCircuits, ProgramCircuits],
) -> None:
    narrow, wide = (each.shape(ChunkKind.DATA).r1cs() for each in circuits)
    assert narrow.constraints < wide.constraints


def test_a_circuit_kept_on_disk_is_not_taken_for_that_of_a_program_of_other_widths(
    circuits: tuple[ProgramCircuits, ProgramCircuits],
) -> None:
    """The prover of the second would have no witness for the first one's circuit, and so no proof of any batch."""
    narrow, wide = (each.path(ChunkKind.DATA) for each in circuits)
    assert narrow != wide
