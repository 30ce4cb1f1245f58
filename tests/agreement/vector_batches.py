"""The batches of `tests/vectors/header.json`, ready to be run."""

from typing import Any, Final

from rollup.batch.inbox import Message
from rollup.state.tree import Tree
from tests.agreement.chain import Posted, post
from tests.agreement.programs import COUNTING
from tests.agreement.vector_files import load

VECTORS: Final = load("header")
STATE: Final = VECTORS["state"]
BATCHES: Final[list[dict[str, Any]]] = VECTORS["batches"]


def posted_of(case: dict[str, Any]) -> Posted:
    records = {record["index"]: tuple(record["attributes"]) for record in STATE["records"]}
    state = Tree.of(COUNTING.layout.depth, records)
    _, withdrawals, count, _, next_account, *_ = STATE["header"]
    messages = [Message(*words) for words in case["messages"]]
    return post(
        COUNTING,
        case["elements"],
        messages,
        payee=case["payee"],
        next_account=next_account,
        withdrawals=(withdrawals, count),
        state=state,
    )
