"""Figures of a run that nobody ran."""

from dataclasses import replace

from rollup.cli.demo.figures import ChainFigures, Figures, Fraud, Refusal, Transactions, Turn

TRANSACTIONS = Transactions(19, 13, {"insufficient balance": 2}, {"bad_signature": 4})
OPTIMISTIC = ChainFigures(
    backend="optimistic",
    version=2,
    final=True,
    withdrawal_paid=True,
    transactions=TRANSACTIONS,
    gas={"data": 60_000, "claim": 270_000, "finality": 140_000, "bond": 110_000},
    gas_total=580_000,
    gas_per_tx=30_526.3,
    blob_gas=131_072,
    bytes_per_tx=104.4,
    bytes_claim=544,
    seconds_to_prove=None,
    seconds_to_finality=604_803,
    development_keys=False,
    weakness="sybils can delay it",
)
VALIDITY = replace(
    OPTIMISTIC,
    backend="groth16",
    gas={"data": 60_000, "claim": 1_255_000, "finality": 129_000},
    gas_total=1_444_000,
    gas_per_tx=76_000.0,
    seconds_to_prove=31.4,
    seconds_to_finality=54,
    development_keys=True,
    weakness="whoever kept the toxic waste can prove anything",
)
FRAUD = Fraud(
    lie="Eve is rich",
    step=2,
    moves=(Turn("challenger", "refute", 2, 2_825_000), Turn("challenger", "collect", None, 29_000)),
    gas=4_329_582,
    gas_one_step_proof=2_808_979,
    claim_rejected=True,
    bond=10**17,
    to_challenger=5 * 10**16,
    right_claim_final=True,
)
REFUSAL = Refusal("a replayed proof", "that of batch 2", "validity: a proof does not verify", 548_613, "0x00")


def figures() -> Figures:
    """Return a whole run."""
    chains = {"optimistic": OPTIMISTIC, "validity": VALIDITY}
    return Figures("an L1", "blob", "arkworks", chains, FRAUD, [REFUSAL], 160.0)
