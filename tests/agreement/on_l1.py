"""The interpreter of L1 without the stepper around it: the text of `contracts/lib/interpreter.vy` and one function that calls it.

For the tests of the tests the same text is compiled with mutations woven in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from l1bridge.client import L1Client
from l1bridge.compiler import source
from provers.optimistic.one_step import root_of
from rollup.execution import interpreter
from rollup.ir.codec import encode_constants, encode_instructions
from rollup.ir.primitives import Primitive
from rollup.params import MAX_ATTRIBUTES, MAX_SLOTS, Output
from rollup.ports.l1 import Artifact, Contract
from tests.agreement.bare import LAYOUT, UNWRITTEN, Case, Outcome, Verdict
from tests.agreement.weaving import Mutation, weave

INPUT_WORDS = 31
LIBRARY = (files("contracts") / "lib" / "interpreter.vy").read_text()
ENTRANCE = """

MUTANT: immutable(uint256)


@deploy
def __init__(mutant: uint256):
    MUTANT = mutant


@external
@view
def execute(
    constants: Bytes[16384],
    instructions: Bytes[4096],
    poseidon: address,
    eddsa: address,
    key_bits: uint256,
    inputs: uint256[31],
    attributes: uint256[16][8],
    roots: DynArray[Root, 4],
    outputs: uint256[6],
) -> Run:
    environment: Environment = Environment(
        poseidon=IPoseidon2(poseidon),
        eddsa=IEdDSA(eddsa),
        key_bits=key_bits,
        inputs=inputs,
        attributes=attributes,
        roots=roots,
        outputs=outputs,
    )
    return self.run(constants, instructions, environment)
"""


def interpreter_contract(mutations: Sequence[Mutation] = ()) -> Artifact:
    """Compile the library with its entrance; its constructor takes the number of the mutation to wake, 0 for none."""
    return source("agreement", weave(LIBRARY, mutations) + ENTRANCE)


@dataclass(frozen=True)
class Bare:
    """A deployed interpreter."""

    l1: L1Client
    contract: Contract
    poseidon2: Contract
    eddsa: Contract

    def run(self, case: Case) -> Verdict:
        """Run a case in one call."""
        graph = case.graph
        inputs = [*case.inputs, *[0] * (INPUT_WORDS - len(case.inputs))]
        records = [[*record, *[0] * (MAX_ATTRIBUTES - len(record))] for record in case.records]
        records += [[0] * MAX_ATTRIBUTES] * (MAX_SLOTS - len(records))
        indices, attributes, outputs = self.l1.call(
            self.contract,
            "execute",
            encode_constants(graph.constants),
            encode_instructions(graph.instructions),
            self.poseidon2.address,
            self.eddsa.address,
            LAYOUT.key_bits,
            inputs,
            records,
            _roots(case),
            UNWRITTEN,
        )
        after = tuple(tuple(row[: len(record)]) for row, record in zip(attributes, case.records, strict=False))
        words = len(outputs) - len((Output.STATUS, Output.REASON))
        return Verdict(Outcome(tuple(indices), after, tuple(outputs[:words])), tuple(outputs[words:]))


def _roots(case: Case) -> list[tuple[bool, int]]:
    """Return the help for each signature, as whoever brings evidence computes it: from a run of his own."""
    asked = [i for i in case.graph.instructions if i.op is Primitive.VERIFY_SIGNATURE]
    if not asked:
        return []
    run = interpreter.run(case.graph, LAYOUT, case.inputs, lambda slot, _: case.records[slot])
    roots = [root_of(run.registers[instruction.a]) for instruction in asked]
    return [(root.is_square, root.root) for root in roots]
