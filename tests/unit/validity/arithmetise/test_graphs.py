from collections import Counter

from examples.tokens import Tokens
from provers.validity.arithmetise.graphs import Family, merge
from rollup.ir.image import Image
from rollup.ir.primitives import Primitive
from rollup.params import Output, TransactionInput


def family(image: Image) -> Family:
    return merge(image.actions, image.layout, TransactionInput.WORDS + len(image.layout.word_widths))


def ops(merged: Family) -> Counter[Primitive]:
    return Counter(merged.nodes[place].op for place in merged.order)


def test_actions_of_one_program_share_their_prologue() -> None:
    merged = ops(family(Tokens.image()))
    assert merged[Primitive.VERIFY_SIGNATURE] == 1
    assert merged[Primitive.HASH] == 1  # the withdrawal of `withdraw`


def test_a_family_has_no_more_nodes_than_its_graphs_together_and_no_fewer_than_its_largest() -> None:
    image = Tokens.image()
    merged = len(family(image).order)
    alone = [len(merge([graph], image.layout, len(graph.inputs)).order) for graph in image.actions]
    assert max(alone) <= merged < sum(alone)


def test_status_and_reason_are_not_proved() -> None:
    merged = family(Tokens.image())
    for effects in merged.effects:
        assert not {Output.STATUS, Output.REASON} & set(effects.outputs)
    reasons = {place for place, node in enumerate(merged.nodes) if node.op is Primitive.CONST and node.number == 4}
    assert not reasons & set(merged.order)


def test_operands_stand_before_their_nodes() -> None:
    merged = family(Tokens.image())
    for place in merged.order:
        assert all(operand < place and operand in merged.order for operand in merged.nodes[place].operands)


def test_arguments_of_different_actions_are_different_inputs() -> None:
    merged = family(Tokens.image())
    own = {merged.nodes[place].source for place in merged.order if merged.nodes[place].op is Primitive.INPUT}
    tags = {tag for tag, _ in own}
    assert tags == {0, 1, 2, 3}
