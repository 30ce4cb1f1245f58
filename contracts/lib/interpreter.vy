# pragma version 0.4.3
"""
@title The interpreter of the IR
@notice SPEC: docs/spec/machine.md §5. Twin: rollup/execution/interpreter.py, primitive by primitive.
@dev SAFETY: code is that of `code_root`, which the checker (rollup/ir/check.py) accepted; so registers, slots and attributes are in
     range, operands of Booleans are Booleans, and every primitive is total. Code that is not so can only revert.
"""

from interfaces import IEdDSA
from interfaces import IPoseidon2
from lib import numbers


# A square root that decompresses the R of one signature; see IEdDSA.
struct Root:
    is_square: bool
    root: uint256


# What a graph runs on. `attributes` are those before the step, by slot.
struct Environment:
    poseidon: IPoseidon2
    eddsa: IEdDSA
    key_bits: uint256
    inputs: uint256[31]
    attributes: uint256[16][8]
    roots: DynArray[Root, 4]
    outputs: uint256[6]


# What it did. `indices` are the tree indices of the slots opened, `attributes` those after the step.
struct Run:
    indices: DynArray[uint256, 8]
    attributes: uint256[16][8]
    outputs: uint256[6]


@internal
@view
def run(constants: Bytes[16384], instructions: Bytes[4096], environment: Environment) -> Run:
    """
    @notice Run a graph. Outputs that it does not write stay as the environment gives them.
    """
    result: Run = Run(indices=[], attributes=environment.attributes, outputs=environment.outputs)
    registers: uint256[512] = empty(uint256[512])
    queue: DynArray[uint256, 64] = []
    verified: uint256 = 0
    for i: uint256 in range(len(instructions) // 32, bound=128):
        word: uint256 = extract32(instructions, unsafe_mul(i, 32), output_type=uint256)
        for j: uint256 in range(4):
            op: uint256 = word >> 248
            imm: uint256 = (word >> 240) & 255
            a: uint256 = (word >> 224) & 65535
            b: uint256 = (word >> 208) & 65535
            c: uint256 = (word >> 192) & 65535
            word = word << 64
            value: uint256 = 0
            if op < numbers.OP_MINUS:
                if op < numbers.OP_ADD:
                    if op == numbers.OP_INPUT:
                        value = environment.inputs[a]
                    elif op == numbers.OP_LOAD:
                        value = environment.attributes[a][imm]
                    elif op == numbers.OP_STORE:
                        result.attributes[a][imm] = registers[b]
                    elif op == numbers.OP_CONST:
                        value = extract32(constants, unsafe_mul(a, 32), output_type=uint256)
                    elif op == numbers.OP_OPEN:
                        value = (imm << environment.key_bits) | registers[a]
                        result.indices.append(value)
                    else:
                        return result
                elif op == numbers.OP_ADD:
                    value = uint256_addmod(registers[a], registers[b], numbers.R)
                elif op == numbers.OP_SUB:
                    value = uint256_addmod(registers[a], unsafe_sub(numbers.R, registers[b]), numbers.R)
                else:
                    value = uint256_mulmod(registers[a], registers[b], numbers.R)
            elif op < numbers.OP_OR:
                if op < numbers.OP_NARROW:
                    if op == numbers.OP_MINUS:
                        if registers[a] >= registers[b]:
                            value = unsafe_sub(registers[a], registers[b])
                    elif op == numbers.OP_LT:
                        value = convert(registers[a] < registers[b], uint256)
                    else:
                        value = convert(registers[a] >> imm == 0, uint256)
                elif op == numbers.OP_NARROW:
                    if registers[a] >> imm == 0:
                        value = registers[a]
                elif op == numbers.OP_EQ:
                    value = convert(registers[a] == registers[b], uint256)
                else:
                    value = registers[a] & registers[b]
            elif op < numbers.OP_ARG:
                if op == numbers.OP_SELECT:
                    value = registers[b]
                    if registers[a] == 0:
                        value = registers[c]
                elif op == numbers.OP_OR:
                    value = registers[a] | registers[b]
                else:
                    value = 1 ^ registers[a]
            elif op == numbers.OP_ARG:
                queue.append(registers[a])
                queue.append(registers[b])
                queue.append(registers[c])
            elif op == numbers.OP_HASH:
                for _: uint256 in range(2):
                    if len(queue) > a:
                        queue.pop()
                value = staticcall environment.poseidon.hash_items(imm, queue)
                queue = []
            elif op == numbers.OP_VERIFY_SIGNATURE:
                assert verified < len(environment.roots), "stepper: a signature's root is missing"
                root: Root = environment.roots[verified]
                verified = unsafe_add(verified, 1)
                message: DynArray[uint256, 16] = []
                for k: uint256 in range(imm, bound=16):
                    message.append(queue[unsafe_add(k, 2)])
                value = convert(
                    staticcall environment.eddsa.verify(
                        queue[0], queue[1], message, registers[a], registers[b], registers[c], root.is_square, root.root
                    ),
                    uint256,
                )
                queue = []
            elif op == numbers.OP_OUTPUT:
                result.outputs[imm] = registers[a]
            elif op < numbers.OP_BIT_AND:
                if registers[b] != 0:
                    if op == numbers.OP_DIV:
                        value = unsafe_div(registers[a], registers[b])
                    else:
                        value = registers[a] % registers[b]
            elif op == numbers.OP_BIT_AND:
                value = registers[b] & registers[a]
            elif op == numbers.OP_BIT_OR:
                value = registers[b] | registers[a]
            elif op == numbers.OP_BIT_XOR:
                value = registers[a] ^ registers[b]
            elif op == numbers.OP_ISQRT:
                value = isqrt(registers[a])
            else:
                assert op == numbers.OP_SHR, "stepper: unknown primitive"
                value = registers[a] >> imm
            registers[unsafe_add(unsafe_mul(i, 4), j)] = value
    return result
