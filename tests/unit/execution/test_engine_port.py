"""The engine behind its port does what the functions do."""

from rollup.batch.parcel import elements_of
from rollup.execution.port import Engine, IrEngine
from rollup.state.header import StepHeader
from tests.unit.execution.chain import KEYS, Chain, deposit
from tests.unit.execution.programs import Counter


def test_engine_behind_its_port_builds_executes_and_traces() -> None:
    chain = Chain(Counter.image())
    chain.fund(1000)
    machine: Engine = IrEngine(Counter.image())
    builder = machine.build(chain.domain, chain.header, chain.state, chain.timestamp, [deposit(KEYS[1], 5)], 1)
    builder.add(chain.call(1, "add", 3, fee=1))
    draft = builder.seal()
    batch = chain.batch(draft.elements, draft.messages, draft.payee)
    execution = machine.execute(chain.header, batch, chain.state.fork())
    assert execution.header == draft.header
    first = machine.trace(StepHeader.start(chain.header), batch, chain.state.fork())
    assert first.after == execution.step_headers[0]
    assert machine.program_id == Counter.image().program_id
    assert machine.supported_backends() == {"optimistic", "validity"}
    assert elements_of([chain.call(1, "add", 3, fee=1).parcel(chain.image)]) == draft.elements
