# pragma version 0.4.3
"""
@title The one-step executor
@license MIT
@notice Executes one step of a batch from what L1 holds of it and from evidence that anybody may bring.
        SPEC: docs/spec/machine.md §4 and §5. Twin: rollup/execution/engine.py; the evidence is built by provers/optimistic/one_step.py.
@dev SOUNDNESS 5. Bad data (what L1 holds) never reverts: it ends in a status. Bad evidence always does: each part of it is checked
     against a commitment before its result is returned. No call's failure is read as an answer, so too little gas reverts as well.
"""

from interfaces import IEdDSA
from interfaces import IPoseidon2
from interfaces import IStepper
from lib import interpreter
from lib import numbers
from lib import posted
from lib import transaction

implements: IStepper

# words of a step header
STATE_ROOT: constant(uint256) = 0
WITHDRAWALS: constant(uint256) = 1
WITHDRAWALS_COUNT: constant(uint256) = 2
INBOX_INDEX: constant(uint256) = 3
NEXT_ACCOUNT: constant(uint256) = 4
DATA_CURSOR: constant(uint256) = 5
FEES: constant(uint256) = 6
STEP: constant(uint256) = 7

# Elements in which a transaction's bits lie; its r_y is one more.
MAX_ELEMENTS: constant(uint256) = 11
HEAD_BITS: constant(uint256) = numbers.TAG_BITS + numbers.PACKED_FEE_BITS + numbers.SCALAR_BITS + numbers.SIGN_BITS
MAX_DEPTH: constant(uint256) = 32
MAX_DATA: constant(uint256) = 43008


# A graph and its place in the tree over the program's graphs.
struct Code:
    argument_widths: uint256
    constants: Bytes[16384]
    instructions: Bytes[4096]
    path: bytes32[6]


# A record before the step, and the three siblings at each level under the root that the slots before it led to.
struct Record:
    attributes: DynArray[uint256, 16]
    siblings: DynArray[uint256[3], 32]


struct Evidence:
    # for data in a blob: the elements read, the r_y last, and their openings
    elements: DynArray[uint256, 12]
    commitment: Bytes[48]
    proofs: DynArray[Bytes[48], 12]
    # for data in calldata: all of it
    data: Bytes[43008]
    code: Code
    # for an inbox step: the message's words
    message: DynArray[uint256, 6]
    # in the order of the slots
    records: DynArray[Record, 8]
    # one for each signature that the graph verifies
    roots: DynArray[interpreter.Root, 4]


program_id: public(immutable(bytes32))
CODE_ROOT: immutable(bytes32)
POSEIDON: immutable(IPoseidon2)
EDDSA: immutable(IEdDSA)
ACCOUNT_BITS: immutable(uint256)
KEY_BITS: immutable(uint256)
DEPTH: immutable(uint256)
ARGUMENT_BITS: immutable(uint256)
STRIDE: immutable(uint256)
CAPACITY: immutable(uint256)
ACTIONS: immutable(uint256)
TABLE_WIDTHS: immutable(uint256)
CALLS: immutable(uint256)


@deploy
def __init__(layout: uint256[11], code_root: bytes32, poseidon: address, eddsa: address):
    """
    @param layout account_bits, key_bits, table_bits, depth, argument_bits, stride, capacity, inbox_cap, actions, table_widths, calls.
    """
    program_id = keccak256(abi_encode(layout, code_root))
    assert layout[0] <= 32 and layout[3] <= MAX_DEPTH, "stepper: layout of the tree"
    assert 2 * layout[3] >= layout[1] + layout[2], "stepper: layout of the tree"
    assert layout[8] <= numbers.MAX_ACTIONS, "stepper: layout of the actions"
    assert layout[4] <= numbers.MAX_ARGUMENTS * numbers.FULL, "stepper: layout of the actions"
    assert layout[0] + HEAD_BITS + layout[4] <= layout[5] * numbers.SLOT_BITS, "stepper: layout of the actions"
    # An element holds 4 slots, and a transaction may start at any of them.
    assert layout[5] <= 4 * MAX_ELEMENTS - 3, "stepper: layout of the data"
    assert layout[6] != 0 and layout[6] % numbers.GROUP == 0, "stepper: layout of the data"
    assert layout[6] * (numbers.GROUP + layout[5]) * 8 <= MAX_DATA, "stepper: layout of the data"
    CODE_ROOT = code_root
    POSEIDON = IPoseidon2(poseidon)
    EDDSA = IEdDSA(eddsa)
    ACCOUNT_BITS = layout[0]
    KEY_BITS = layout[1]
    DEPTH = layout[3]
    ARGUMENT_BITS = layout[4]
    STRIDE = layout[5]
    CAPACITY = layout[6]
    ACTIONS = layout[8]
    TABLE_WIDTHS = layout[9]
    CALLS = layout[10]


@external
@view
def step(
    context: IStepper.Context, header: uint256[8], evidence: Bytes[96736]
) -> (uint256[8], uint256, uint256):
    """
    @notice The step header after `header`, the step's status and its reason (machine.md §5).
    @dev Total over what L1 holds; reverts with "stepper: …" if the evidence is wrong or lacks something.
    @param evidence The ABI encoding of `Evidence`.
    """
    if header[DATA_CURSOR] == numbers.END:
        return header, numbers.STATUS_APPLIED, numbers.REASON_NONE
    given: Evidence = abi_decode(evidence, Evidence)
    after: uint256[8] = header
    after[STEP] = header[STEP] + 1
    tag: uint256 = 0
    inputs: uint256[31] = empty(uint256[31])
    if header[INBOX_INDEX] < context.inbox_to:
        tag, inputs = self._message_inputs(context, header, given.message, given.code.argument_widths)
        after[INBOX_INDEX] = header[INBOX_INDEX] + 1
    else:
        cursor: uint256 = header[DATA_CURSOR]
        parcel: transaction.Parcel = self._parcel(
            context, cursor, given.elements, given.commitment, given.proofs, given.data
        )
        tag = self._tag(parcel)
        if self._is_action(tag):
            inputs = self._transaction_inputs(context, header, parcel, tag, given.code.argument_widths)
            after[DATA_CURSOR] = cursor + 1
        else:
            tag = numbers.TAG_FEES
            inputs[0] = context.payee
            inputs[1] = header[FEES]
            inputs[2] = header[NEXT_ACCOUNT]
            after[DATA_CURSOR] = numbers.END
    self._check_code(
        tag,
        given.code.argument_widths,
        keccak256(given.code.constants),
        keccak256(given.code.instructions),
        given.code.path,
    )
    run: interpreter.Run = interpreter.run(
        given.code.constants,
        given.code.instructions,
        interpreter.Environment(
            poseidon=POSEIDON,
            eddsa=EDDSA,
            key_bits=KEY_BITS,
            inputs=inputs,
            attributes=self._attributes(given.records),
            roots=given.roots,
            outputs=[header[WITHDRAWALS], header[WITHDRAWALS_COUNT], header[NEXT_ACCOUNT], header[FEES], 0, 0],
        ),
    )
    after[STATE_ROOT] = self._update(header[STATE_ROOT], run, given.records)
    after[WITHDRAWALS] = run.outputs[numbers.OUTPUT_WITHDRAWALS]
    after[WITHDRAWALS_COUNT] = run.outputs[numbers.OUTPUT_WITHDRAWALS_COUNT]
    after[NEXT_ACCOUNT] = run.outputs[numbers.OUTPUT_NEXT_ACCOUNT]
    after[FEES] = run.outputs[numbers.OUTPUT_FEES]
    return after, run.outputs[numbers.OUTPUT_STATUS], run.outputs[numbers.OUTPUT_REASON]


# ---------------------------------------------------------------- inputs


@internal
@view
def _message_inputs(
    context: IStepper.Context, header: uint256[8], message: DynArray[uint256, 6], widths: uint256
) -> (uint256, uint256[31]):
    """
    @notice The tag of the graph that a message runs, and its inputs: of a call if its action can be called from L1, else of `DEPOSIT`.
    """
    assert len(message) == numbers.MESSAGE_WORDS, "stepper: the message is missing"
    words: uint256[6] = [message[0], message[1], message[2], message[3], message[4], message[5]]
    rolling: bytes32 = keccak256(concat(context.rolling_before, keccak256(abi_encode(words))))
    assert rolling == context.rolling_after, "stepper: wrong message"
    inputs: uint256[31] = empty(uint256[31])
    for k: uint256 in range(5):
        inputs[k] = words[k + 1]
    inputs[5] = header[WITHDRAWALS]
    inputs[6] = header[WITHDRAWALS_COUNT]
    inputs[7] = header[NEXT_ACCOUNT]
    # SAFETY: L1 queues tags below 256, of which the bitmap has a bit each; other kinds are below the first call's, so they shift by 0, and no action has tag 0.
    called: uint256 = words[0] - min(words[0], numbers.MESSAGE_CALL)
    if (CALLS >> called) & 1 == 0:
        return numbers.TAG_DEPOSIT, inputs
    inputs[8] = context.timestamp
    inputs[9] = context.batch_number
    decodable: bool = False
    arguments: uint256[8] = empty(uint256[8])
    arguments, decodable = transaction.decode_call(words[2], words[3], widths)
    inputs[10] = convert(decodable, uint256)
    for k: uint256 in range(numbers.MAX_ARGUMENTS):
        inputs[11 + k] = arguments[k]
    return numbers.TAG_CALL + called, inputs


@internal
@view
def _transaction_inputs(
    context: IStepper.Context,
    header: uint256[8],
    parcel: transaction.Parcel,
    tag: uint256,
    widths: uint256,
) -> uint256[31]:
    decoded: transaction.Decoded = transaction.decode(
        parcel.window, parcel.start, parcel.start + STRIDE * numbers.SLOT_BITS, ACCOUNT_BITS, ARGUMENT_BITS, widths
    )
    inputs: uint256[31] = empty(uint256[31])
    inputs[0] = context.domain
    inputs[1] = tag
    inputs[2] = decoded.sender
    inputs[3] = decoded.fee
    inputs[4] = decoded.s
    inputs[5] = decoded.r_sign
    inputs[6] = parcel.r_y
    inputs[7] = convert(decoded.decodable, uint256)
    inputs[8] = header[WITHDRAWALS]
    inputs[9] = header[WITHDRAWALS_COUNT]
    inputs[10] = header[NEXT_ACCOUNT]
    inputs[11] = header[FEES]
    inputs[12] = context.timestamp
    inputs[13] = context.batch_number
    # SPEC: first the words that are signed, as many as hold the arguments of any action, then the arguments of this one.
    words: uint256 = (ARGUMENT_BITS + numbers.SIGNED_BITS - 1) // numbers.SIGNED_BITS
    for k: uint256 in range(words, bound=9):
        inputs[14 + k] = decoded.words[k]
    for k: uint256 in range(numbers.MAX_ARGUMENTS):
        inputs[14 + words + k] = decoded.arguments[k]
    return inputs


# ---------------------------------------------------------------- data


@internal
@view
def _parcel(
    context: IStepper.Context,
    cursor: uint256,
    elements: DynArray[uint256, 12],
    commitment: Bytes[48],
    proofs: DynArray[Bytes[48], 12],
    data: Bytes[43008],
) -> transaction.Parcel:
    """
    @notice Transaction number `cursor` of the data: nothing past the capacity, one element if its tag is not known, else all that carry
            its slots, and its r_y.
    @dev SAFETY: every element is below R: calldata was refused otherwise when it was posted, and an opening is.
    """
    parcel: transaction.Parcel = empty(transaction.Parcel)
    if cursor >= CAPACITY:
        return parcel
    if context.kind != numbers.KIND_BLOB:
        assert keccak256(data) == context.data_hash, "stepper: wrong data"
    place: uint256 = cursor % numbers.GROUP
    group: uint256 = cursor // numbers.GROUP * (numbers.GROUP + STRIDE)
    slot: uint256 = place * STRIDE
    first: uint256 = slot // numbers.SLOTS_PER_ELEMENT
    count: uint256 = (slot + STRIDE - 1) // numbers.SLOTS_PER_ELEMENT - first + 1
    parcel.start = slot % numbers.SLOTS_PER_ELEMENT * numbers.SLOT_BITS
    for k: uint256 in range(count + 1, bound=12):
        index: uint256 = group + numbers.GROUP + first + k if k < count else group + place
        element: uint256 = 0
        if context.kind == numbers.KIND_BLOB:
            assert k < len(elements) and k < len(proofs), "stepper: an element is missing"
            element = elements[k]
            posted.check_opening(context.data_hash, index, element, commitment, proofs[k])
        else:
            element = posted.word(data, index)
        if k == count:
            parcel.r_y = element
            break
        parcel.window[k] = transaction.readable(element)
        if k == 0 and not self._is_action(self._tag(parcel)):
            break
    return parcel


@internal
@pure
def _tag(parcel: transaction.Parcel) -> uint256:
    return transaction.bits(parcel.window, parcel.start, numbers.TAG_BITS)


@internal
@view
def _is_action(tag: uint256) -> bool:
    return tag != 0 and tag <= ACTIONS


# ---------------------------------------------------------------- code


@internal
@view
def _check_code(tag: uint256, widths: uint256, constants: bytes32, instructions: bytes32, path: bytes32[6]):
    """
    @notice Revert unless these are the hashes of the program's graph of this tag: leaf 0 is `DEPOSIT`, 1 `FEES`, 1 + t action t,
            32 + t the call of it.
    """
    node: bytes32 = keccak256(abi_encode(tag, widths, constants, instructions))
    place: uint256 = tag + 1
    if tag == numbers.TAG_DEPOSIT:
        place = 0
    elif tag == numbers.TAG_FEES:
        place = 1
    elif tag > numbers.TAG_CALL:
        place = tag - numbers.TAG_CALL + numbers.FIRST_CALL
    for sibling: bytes32 in path:
        if place & 1 == 0:
            node = keccak256(concat(node, sibling))
        else:
            node = keccak256(concat(sibling, node))
        place = place >> 1
    assert node == CODE_ROOT, "stepper: wrong code"


# ---------------------------------------------------------------- records


@internal
@pure
def _attributes(records: DynArray[Record, 8]) -> uint256[16][8]:
    attributes: uint256[16][8] = empty(uint256[16][8])
    slot: uint256 = 0
    for record: Record in records:
        for k: uint256 in range(len(record.attributes), bound=16):
            assert record.attributes[k] < numbers.R, "stepper: an attribute is not an element"
            attributes[slot][k] = record.attributes[k]
        slot += 1
    return attributes


@internal
@view
def _update(root: uint256, run: interpreter.Run, records: DynArray[Record, 8]) -> uint256:
    """
    @notice The root after replacing every record, slots in the order 1, 2, …, n, 0, each proved under the root reached so far.
    """
    count: uint256 = len(run.indices)
    assert len(records) == count, "stepper: another number of records"
    reached: uint256 = root
    for i: uint256 in range(1, count + 1, bound=8):
        slot: uint256 = i % count
        reached = self._replace(reached, run.indices[slot], run.attributes[slot], records[slot])
    return reached


@internal
@view
def _replace(root: uint256, index: uint256, attributes: uint256[16], record: Record) -> uint256:
    width: uint256 = (TABLE_WIDTHS >> (248 - 8 * (index >> KEY_BITS))) & 255
    assert len(record.attributes) == width, "stepper: another number of attributes"
    assert len(record.siblings) == DEPTH, "stepper: another depth"
    written: DynArray[uint256, 16] = []
    changed: bool = False
    for k: uint256 in range(width, bound=16):
        written.append(attributes[k])
        changed = changed or attributes[k] != record.attributes[k]
    old_leaf: uint256 = staticcall POSEIDON.leaf(record.attributes)
    new_leaf: uint256 = old_leaf
    if changed:
        new_leaf = staticcall POSEIDON.leaf(written)
    old_root: uint256 = 0
    new_root: uint256 = 0
    old_root, new_root = staticcall POSEIDON.update_root(index, old_leaf, new_leaf, record.siblings)
    assert old_root == root, "stepper: a record is not under the root"
    return new_root
