"""The numbers of the specification that are the same for every program.

SPEC: docs/spec/machine.md; the domains of hashes are `rollup.crypto.poseidon2.Domain`, and what varies from program to program is `rollup.ir.layout.Layout`.
"""

from enum import IntEnum
from typing import Final

# Data (§4)
BLOB_ELEMENTS: Final = 4096
SLOT_BITS: Final = 63
SLOTS_PER_ELEMENT: Final = 4
ELEMENT_BITS: Final = SLOT_BITS * SLOTS_PER_ELEMENT
"""Bits of data in an element that carries slots, the low ones; what stands above them means nothing."""
GROUP: Final = SLOTS_PER_ELEMENT
"""Transactions that stand together: the r_y of each, then as many elements as each has slots."""
END: Final = 0xFFFF
"""The `data_cursor` of a terminal step header; above every number of a transaction in a batch."""

# Steps (§4)
HEADER_WORDS: Final = 6
STEP_HEADER_WORDS: Final = 8
MESSAGE_WORDS: Final = 6
MAX_STEPS: Final = 2048
"""Of a batch: so many can be shown on L1 (contracts/settlement/dispute_game.vy)."""

# Widths in bits, as transactions and inputs have them. An element's is `FULL`, which is no power of two but stands for [0, R).
FULL: Final = 255
TAG_BITS: Final = 8
FEE_BITS: Final = 42
"""A decoded fee: 11 bits of mantissa shifted by at most 31."""
PACKED_FEE_BITS: Final = 16
FEE_MANTISSA_BITS: Final = 11
FEE_EXPONENT_BITS: Final = 5
SCALAR_BITS: Final = 252
SIGNED_BITS: Final = 252
"""Bits of a transaction's arguments in one element of what is signed."""
SIGN_BITS: Final = 1
ADDRESS_BITS: Final = 160
AMOUNT_BITS: Final = 64
TIMESTAMP_BITS: Final = 64
BATCH_NUMBER_BITS: Final = 64
WIDEST_INTEGER: Final = 253
"""Integers that are compared or narrowed stay below 2^253 < R."""

# Programs (§2, §5)
MAX_INSTRUCTIONS: Final = 512
MAX_ARGUMENTS: Final = 8
MAX_SLOTS: Final = 8
"""Records that one graph may open, the frame's own included."""
MAX_HASH_ITEMS: Final = 63
MAX_SIGNATURES: Final = 4
"""Per `hash`, and `verify_signature`s per graph: what the contracts take (contracts/poseidon2.vy, contracts/stepper.vy)."""
MAX_BODY: Final = 300
"""Instructions between the two halves of the frame."""
MAX_ATTRIBUTES: Final = 16
MAX_TREE_BITS: Final = 62
"""Bits of a tree index: table and key together."""
CODE_DEPTH: Final = 6
"""The tree over graphs has 2^6 leaves: half of them for actions and the frame, half for calls from L1."""
MAX_ACTIONS: Final = (1 << CODE_DEPTH - 1) - 2
DEFAULT_ACCOUNT_BITS: Final = 20
DEFAULT_TABLE_BITS: Final = 2
DEFAULT_CAPACITY: Final = 128
DEFAULT_INBOX_CAP: Final = 32

TAG_WITHDRAW: Final = 1
"""The action that every program has."""
TAG_CALL: Final = 0x80
"""The graph of a call from L1 has this added to the tag of its action."""
TAG_DEPOSIT: Final = 0xF0
TAG_FEES: Final = 0xF1

CALL_WORDS: Final = 2
"""Words of a message that carry the arguments of a call, 252 bits each (§4)."""
MAX_CALL_BITS: Final = CALL_WORDS * SIGNED_BITS

TABLE_ACCOUNTS: Final = 0
FIRST_ACCOUNT: Final = 1
"""Account 0 does not exist."""


class Status(IntEnum):
    """What became of a step."""

    APPLIED = 0
    FAILED = 1
    SKIPPED = 2


class Reason(IntEnum):
    """Why a transaction was skipped, in the order in which it is asked."""

    NONE = 0
    UNDECODABLE = 1
    UNKNOWN_ACCOUNT = 2
    BAD_SIGNATURE = 3
    CANNOT_PAY = 4


class Output(IntEnum):
    """The `imm` of the primitive `output`; the first four are words of the step header."""

    WITHDRAWALS = 0
    WITHDRAWALS_COUNT = 1
    NEXT_ACCOUNT = 2
    FEES = 3
    STATUS = 4
    REASON = 5


class TransactionInput(IntEnum):
    """The inputs of a transaction's graph; `len(layout.word_widths)` words follow from `WORDS`, then the action's own arguments."""

    DOMAIN = 0
    TAG = 1
    SENDER = 2
    FEE = 3
    S = 4
    R_SIGN = 5
    R_Y = 6
    DECODABLE = 7
    WITHDRAWALS = 8
    WITHDRAWALS_COUNT = 9
    NEXT_ACCOUNT = 10
    FEES = 11
    TIMESTAMP = 12
    BATCH_NUMBER = 13
    WORDS = 14


class DepositInput(IntEnum):
    """The inputs of the graph `DEPOSIT`."""

    ACCOUNT = 0
    KEY_X = 1
    KEY_Y = 2
    L1_ADDRESS = 3
    AMOUNT = 4
    WITHDRAWALS = 5
    WITHDRAWALS_COUNT = 6
    NEXT_ACCOUNT = 7


class CallInput(IntEnum):
    """The inputs of the graph of a call from L1: those of `DEPOSIT`, whose key is two words of arguments here, and more; the arguments follow."""

    ACCOUNT = 0
    WORD_0 = 1
    WORD_1 = 2
    L1_ADDRESS = 3
    AMOUNT = 4
    WITHDRAWALS = 5
    WITHDRAWALS_COUNT = 6
    NEXT_ACCOUNT = 7
    TIMESTAMP = 8
    BATCH_NUMBER = 9
    DECODABLE = 10
    ARGUMENTS = 11


class FeesInput(IntEnum):
    """The inputs of the graph `FEES`."""

    PAYEE = 0
    FEES = 1
    NEXT_ACCOUNT = 2


class AccountAttribute(IntEnum):
    """The attributes of table 0."""

    KEY_X = 0
    KEY_Y = 1
    L1_ADDRESS = 2
    NONCE = 3
    BALANCE = 4


class MessageKind(IntEnum):
    """The first word of an inbox message."""

    DEPOSIT = 1
    CALL = 256
    """The tag of the action that is called is added to it."""


class DataKind(IntEnum):
    """How a batch's data was posted (§6)."""

    BLOB = 1
    CALLDATA = 2


class ChunkKind(IntEnum):
    """What a chunk of a validity proof covers (§7)."""

    INBOX = 1
    DATA = 2
    TAIL = 3
