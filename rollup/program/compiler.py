"""From a program's class to its image."""

from collections.abc import Sequence

from rollup.errors import AuthorError, InternalError, PeerError
from rollup.ir.builder import Builder
from rollup.ir.check import check
from rollup.ir.graph import CALL_PREFIX, Check, Graph
from rollup.ir.image import Image
from rollup.ir.layout import Layout
from rollup.ir.primitives import Primitive
from rollup.params import MAX_BODY, MAX_INSTRUCTIONS, TAG_CALL, CallInput, TransactionInput
from rollup.program.call_frame import call_epilogue, call_inputs, call_prologue
from rollup.program.cells import hold
from rollup.program.declaration import ActionDeclaration, declare
from rollup.program.enums import Enum, membership
from rollup.program.frame import Prologue, deposit_graph, epilogue, fees_graph, finish, prologue, transaction_inputs
from rollup.program.location import NOWHERE, author_error, boundary, of_function, of_traceback
from rollup.program.program import Program, Transaction
from rollup.program.records import leaves, value_at
from rollup.program.tracing import Tracing, tracing_with
from rollup.program.values import width_of
from rollup.program.when import require_opened


def compile_program(cls: type[Program]) -> Image:
    """Trace every action of a program.

    Raises
    ------
    AuthorError
        If the program cannot be what its author wrote; it names file and line.
    """
    declaration = declare(cls)
    layout = declaration.layout
    actions = tuple(_trace(cls, layout, tag, item) for tag, item in enumerate(declaration.actions, start=1))
    calls = tuple(_trace_call(cls, layout, tag, declaration.actions[tag - 1]) for tag in layout.calls)
    image = Image(cls.__name__, layout, actions, deposit_graph(layout), fees_graph(layout), calls)
    for graph in image.graphs:
        try:
            check(graph, layout)
        except PeerError as error:
            raise InternalError(f"compiler: {cls.__name__} traced to code that the checker refuses") from error
    return image


def _trace(cls: type[Program], layout: Layout, tag: int, action: ActionDeclaration) -> Graph:
    arguments = _named_widths(layout, action)
    builder = Builder(layout, transaction_inputs(layout, [width for _, width in arguments]))
    start = prologue(builder)
    tracing = Tracing(layout, builder, start.ledger, start.sender)
    body = _trace_body(cls, action, tracing, start, TransactionInput.WORDS + len(layout.word_widths))
    epilogue(tracing, start)
    return _finished(tracing, action.name, tag, arguments, action, body)


def _trace_call(cls: type[Program], layout: Layout, tag: int, action: ActionDeclaration) -> Graph:
    """Trace an action once more, in the frame of a call from L1."""
    arguments = _named_widths(layout, action)
    builder = Builder(layout, call_inputs(layout, [width for _, width in arguments]))
    start, checks = call_prologue(builder)
    tracing = Tracing(layout, builder, start.ledger, start.sender, CallInput)
    tracing.checks += checks
    body = _trace_body(cls, action, tracing, start, CallInput.ARGUMENTS)
    call_epilogue(tracing, start)
    return _finished(tracing, f"{CALL_PREFIX}{action.name}", TAG_CALL + tag, arguments, action, body)


def _named_widths(layout: Layout, action: ActionDeclaration) -> list[tuple[str, int]]:
    return [(name, width_of(kind, layout.account_bits)) for name, kind in action.values]


def _trace_body(cls: type[Program], action: ActionDeclaration, tracing: Tracing, start: Prologue, first: int) -> range:
    """Trace what the author wrote, between the halves of a frame; return the registers of it.

    Parameters
    ----------
    first
        The input that holds the first argument.
    """
    builder = tracing.builder
    begin = len(builder.instructions)
    registers = [builder.input(first + number) for number in range(len(action.values))]
    with tracing_with(tracing):
        _check_entry(tracing, action, start.sender, registers)
        _run_body(cls, action, Transaction(start.sender, start.fee), _arguments(tracing, action, registers))
        require_opened(tracing.unopened)
    return range(begin, len(builder.instructions))


def _check_entry(tracing: Tracing, action: ActionDeclaration, sender: int, registers: Sequence[int]) -> None:
    """Check, before the body, what an action's declaration demands: the sender, and that arguments are members of their enums."""
    demands: list[tuple[int | None, str]] = []
    if action.only is not None:
        is_meant = tracing.emit(Primitive.EQ, sender, tracing.builder.const(action.only))
        demands.append((is_meant, f"only account {action.only} may do this"))
    for (name, kind), register in zip(action.values, registers, strict=True):
        if issubclass(kind, Enum):
            demands.append((membership(kind, tracing, register), f"{name} is no member of {kind.__name__}"))
    place = of_function(action.function) if demands else NOWHERE
    tracing.checks += [
        Check(register, message, place.short, place.line) for register, message in demands if register is not None
    ]


def _arguments(tracing: Tracing, action: ActionDeclaration, registers: Sequence[int]) -> list[object]:
    """Return what the author's function is called with; arrays and records lie in cells of their own."""
    found, first = [], 0
    for name, shape in action.parameters:
        end = first + len(leaves(name, shape))
        found.append(value_at(shape, hold(tracing, registers[first:end]), 0))
        first = end
    return found


def _run_body(
    cls: type[Program], action: ActionDeclaration, transaction: Transaction, values: Sequence[object]
) -> None:
    """Run an author's function; whatever it raises becomes the error of its line."""
    try:
        result = boundary(action.function, object.__new__(cls), transaction, *values)
    except AuthorError:
        raise
    except Exception as error:
        what = f"the action {action.name} raised {type(error).__name__}: {error}"
        raise author_error(what, at=of_traceback(error.__traceback__)) from error
    if result is not None:
        at = of_function(action.function)
        raise author_error(f"the action {action.name} returns something", "write it to a record", at=at)


def _finished(
    tracing: Tracing, name: str, tag: int, arguments: list[tuple[str, int]], action: ActionDeclaration, body: range
) -> Graph:
    finished = finish(tracing.builder, name, tag, arguments, tracing.checks)
    graph = finished.graph
    framed, traced = (set(finished.renamed[part]) for part in (slice(body.start), slice(body.start, body.stop)))
    operations = len(traced - framed - {None})
    for what, limit, got in (
        ("its body has too many operations", MAX_BODY, operations),
        ("with the frame it has too many instructions", MAX_INSTRUCTIONS, len(graph.instructions)),
    ):
        if got > limit:
            at = of_function(action.function)
            raise author_error(
                f"the action {action.name}: {what}", "split it into two actions", at=at, expected=f"at most {limit}", got=got
            )  # fmt: skip
    return graph
