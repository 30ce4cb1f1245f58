"""The ledger adds up what each cause cost."""

import json

from l1bridge.ledger import GasLedger, Total
from rollup.ports.l1 import Receipt


def receipt(gas: int, blob_gas: int = 0, *, status: bool = True) -> Receipt:
    return Receipt(
        transaction_hash=bytes(32),
        transaction_index=0,
        transaction_type=2,
        block_number=7,
        block_hash=bytes(32),
        status=status,
        gas_used=gas,
        cumulative_gas_used=gas,
        effective_gas_price=10,
        blob_gas_used=blob_gas,
        blob_gas_price=3,
        contract=None,
        logs=(),
    )


def test_ledger_when_causes_repeat_sums_each() -> None:
    ledger = GasLedger()
    for cause, gas, blob_gas in (("data", 100, 5), ("claim", 30, 0), ("data", 200, 5)):
        ledger.record(receipt(gas, blob_gas), cause=cause, what="w", sender=b"\1" * 20, calldata=4)
    assert ledger.by_cause() == {"data": Total(2, 8, 300, 10, 3030), "claim": Total(1, 4, 30, 0, 300)}
    assert ledger.total() == Total(3, 12, 330, 10, 3330)
    assert ledger.total("proof") == Total()


def test_ledger_when_a_transaction_failed_books_it_too() -> None:
    ledger = GasLedger()
    cost = ledger.record(receipt(50, status=False), cause="claim", what="w", sender=b"\1" * 20, calldata=0)
    assert (len(ledger), cost.succeeded, cost.wei) == (1, False, 500)


def test_ledger_when_written_as_json_is_plain() -> None:
    ledger = GasLedger()
    ledger.record(receipt(50), cause="claim", what="rollup.claim", sender=b"\1" * 20, calldata=0)
    (entry,) = json.loads(json.dumps(ledger.to_json()))
    assert (entry["sender"], entry["gas"], entry["what"]) == ("0x" + "01" * 20, 50, "rollup.claim")
