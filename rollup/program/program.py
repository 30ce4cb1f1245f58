"""A program: a class of typed state and actions."""

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Never, Self, TypeVar, overload

from rollup.ir.image import Image
from rollup.params import DEFAULT_ACCOUNT_BITS, DEFAULT_CAPACITY, DEFAULT_INBOX_CAP, DEFAULT_TABLE_BITS, CallInput
from rollup.program.location import author_error
from rollup.program.parameters import VALUES_MARK, configured
from rollup.program.statements import send_to_l1
from rollup.program.tracing import current
from rollup.program.values import U64, AccountId, Bool, L1Address, wrap

F = TypeVar("F", bound=Callable[..., None])

ACTION_MARK: Final = "__tandem_action__"
ONLY_MARK: Final = "__tandem_only__"
FROM_L1_MARK: Final = "__tandem_from_l1__"
_IMAGE: Final = "__tandem_image__"
_CONFIGURED: Final = "__tandem_configured__"


@overload
def action(function: F, /) -> F: ...
@overload
def action(*, only: int | str | None = None, from_l1: bool = False) -> Callable[[F], F]: ...
def action(
    function: F | None = None, /, *, only: int | str | None = None, from_l1: bool = False
) -> F | Callable[[F], F]:
    """Mark a method as an action: what a transaction can call.

    Its arguments are `self`, `tx` (a `Transaction`), and others that are annotated with types of the language, of up to 8 values together.

    Parameters
    ----------
    only
        The account whose transactions can do this, as a number or as the name of the program's constant that holds it; others fail.
    from_l1
        Whether it can be called from L1 too, by a message to the inbox that the sequencer must take; its arguments have at most 504 bits together.
    """

    def mark(marked: F) -> F:
        if not hasattr(marked, "__code__"):
            raise author_error(
                f"@action on a {type(marked).__name__}", "put @action on a plain method, below no other decorator"
            )
        setattr(marked, ACTION_MARK, True)
        setattr(marked, ONLY_MARK, only)
        setattr(marked, FROM_L1_MARK, from_l1)
        return marked

    if not isinstance(from_l1, bool):
        raise author_error(f"@action(from_l1={from_l1!r})", "write from_l1=True")
    if function is None and only is None and not from_l1:
        raise author_error("@action() without only", "write @action, @action(only=…) or @action(from_l1=True)")
    return mark if function is None else mark(function)


class Transaction:
    """What an action knows of its transaction besides the arguments."""

    __slots__ = ("_fee", "_sender")

    def __init__(self, sender: int, fee: int) -> None:
        object.__setattr__(self, "_sender", sender)
        object.__setattr__(self, "_fee", fee)

    _sender: int
    _fee: int

    @property
    def sender(self) -> AccountId:
        """The account that signed, or that called from L1."""
        return wrap(AccountId, current("tx.sender"), self._sender)

    @property
    def fee(self) -> U64:
        """The fee that it pays, in gwei, below 2^42; 0 if it is called from L1."""
        return wrap(U64, current("tx.fee"), self._fee)

    @property
    def timestamp(self) -> U64:
        """When its batch was made, in seconds since 1970: never before the batch before it, and before it was posted on L1 by at most the chain's `drift`."""
        tracing = current("tx.timestamp")
        return wrap(U64, tracing, tracing.builder.input(tracing.inputs.TIMESTAMP))

    @property
    def batch_number(self) -> U64:
        """The number of its batch, from 1."""
        tracing = current("tx.batch_number")
        return wrap(U64, tracing, tracing.builder.input(tracing.inputs.BATCH_NUMBER))

    @property
    def from_l1(self) -> Bool:
        """Whether it is called from L1, by the L1 address that registered the sender's account."""
        tracing = current("tx.from_l1")
        return wrap(Bool, tracing, tracing.builder.const(int(tracing.inputs is CallInput)))

    if not TYPE_CHECKING:  # a type checker knows what there is, and would believe any name

        def __getattr__(self, name: str) -> Never:
            if name.startswith("__"):
                raise AttributeError(name)
            raise author_error(f"tx has no attribute {name}", "it has sender, fee, timestamp, batch_number and from_l1")

        def __setattr__(self, name: str, value: object) -> Never:
            raise author_error(f"tx.{name} cannot be assigned to", "an action changes records, not its transaction")


class Program:
    """The base of programs.

    ``class Tokens(Program): balances = Table(Balance, key=(AccountId, U8))``, and methods marked `action`, whose tags are 2, 3, … in the order of the class.

    Attributes
    ----------
    account_bits
        There can be 2^account_bits - 1 accounts.
    max_tables
        A power of two, `accounts` included; fixed for the life of a chain.
    capacity
        Transactions that a batch can hold, a multiple of 4.
    inbox_cap
        Messages from L1 that a batch can consume.
    """

    account_bits: ClassVar[int] = DEFAULT_ACCOUNT_BITS
    max_tables: ClassVar[int] = 1 << DEFAULT_TABLE_BITS
    capacity: ClassVar[int] = DEFAULT_CAPACITY
    inbox_cap: ClassVar[int] = DEFAULT_INBOX_CAP

    @action
    def withdraw(self, tx: Transaction, recipient: L1Address, amount: U64) -> None:
        """Pay out native balance on L1; action 1 of every program."""
        del tx
        send_to_l1(recipient, amount)

    @classmethod
    def with_parameters(cls, **values: int | bool) -> type[Self]:
        """Return this program with parameters fixed: the same class for the same values.

        Raises
        ------
        AuthorError
            If it has no such parameter, or a value is none of its type.
        """
        chosen = configured(cls, values)
        base = next(base for base in cls.__mro__ if VALUES_MARK not in vars(base))
        key = tuple(sorted(chosen.items()))
        known: dict[tuple[tuple[str, int], ...], type[Self]] = vars(base).get(_CONFIGURED) or {}
        if key not in known:
            names = {"__module__": base.__module__, "__qualname__": base.__qualname__, "__doc__": base.__doc__}
            known[key] = type(base.__name__, (base,), {**names, VALUES_MARK: MappingProxyType(chosen)})
            setattr(base, _CONFIGURED, known)
        return known[key]

    @classmethod
    def image(cls) -> Image:
        """Compile this program, once.

        Raises
        ------
        AuthorError
            If it cannot be what its author wrote; it names file and line.
        """
        from rollup.program.compiler import compile_program  # the compiler knows `Program`, so it comes later

        found = vars(cls).get(_IMAGE)
        if not isinstance(found, Image):
            found = compile_program(cls)
            setattr(cls, _IMAGE, found)
        return found

    if not TYPE_CHECKING:  # a type checker knows what there is, and would believe any name

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- nothing is found, and what a subclass declares keeps its type
            if name.startswith("__"):
                raise AttributeError(name)
            raise author_error(
                f"{type(self).__name__} has no {name}", f"declare it in the class: {name} = Table(…, key=…)"
            )

        def __setattr__(self, name: str, value: object) -> Never:
            raise author_error(
                f"self.{name} cannot be assigned to", "state lives in tables: self.table[key].attribute = value"
            )
