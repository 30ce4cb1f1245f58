"""From a settled batch to its figures."""

from collections.abc import Mapping, Sequence

from rollup.cli.demo.costs import SETTLING, Cost, function_of
from rollup.cli.demo.figures import ChainFigures
from rollup.cli.demo.opening import Opened
from rollup.devnet import Devnet


def seconds_between(chain: Devnet, posted: int, costs: Sequence[Cost]) -> int:
    """Return L1's seconds from block `posted` to the first block that made something final."""
    final = next(cost.block for cost in costs if function_of(cost) == "finalise")
    return chain.l1.block(final).timestamp - chain.l1.block(posted).timestamp


def figures_of(
    chain: Devnet,
    opened: Opened,
    settling: Mapping[str, int],
    seconds: int,
    *,
    claim: int,
    seconds_to_prove: float | None = None,
) -> ChainFigures:
    """Return the figures of a batch that was found final and whose withdrawal was found paid.

    Parameters
    ----------
    settling
        Gas after the posting, by cause.
    seconds
        To finality on L1's clock.
    claim
        Number of the claim that became final.
    """
    gas = {**opened.gas, **settling}
    total = sum(gas.get(cause, 0) for cause in SETTLING)
    payload = chain.backend.fetch(chain.backend.submit(chain.node, opened.batch.batch.number)).payload
    count = opened.transactions.total
    return ChainFigures(
        backend=chain.backend.name,
        version=chain.backend.version,
        final=chain.l1.call(chain.rollup, "final_claim", opened.batch.batch.number) == claim,
        withdrawal_paid=chain.l1.call(chain.rollup, "released") > 0,
        transactions=opened.transactions,
        gas=gas,
        gas_total=total,
        gas_per_tx=round(total / count, 1),
        blob_gas=opened.blob_gas,
        bytes_per_tx=round(opened.data_bytes / count, 1),
        bytes_claim=len(payload),
        seconds_to_prove=seconds_to_prove,
        seconds_to_finality=seconds,
        development_keys=bool(chain.backend.describe(claim).get("development_keys", False)),
        weakness=chain.backend.properties.weakness,
    )
