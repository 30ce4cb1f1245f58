"""The figures of a run: what is printed, and what `--json` writes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Transactions:
    """What became of the transactions of a batch: how many, and why those failed or skipped that did."""

    total: int
    applied: int
    failed: Mapping[str, int]
    skipped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ChainFigures:
    """A batch on a chain, from its posting to finality; all gas from receipts.

    Attributes
    ----------
    backend, version
        What settles the chain.
    final, withdrawal_paid
        Whether L1 says so; both were checked.
    transactions
        Of the batch.
    gas
        L1 gas by cause; `deployment`, `deposits` and `withdrawal` are not in the total.
    gas_total
        What settling the batch costs: data, claim, proof, finality, bond.
    gas_per_tx
        That over the number of transactions.
    blob_gas
        Of the posting, beside all that.
    bytes_per_tx
        Of data on L1, signatures included.
    bytes_claim
        Of the claim with whatever proves it.
    seconds_to_prove
        On this machine; None where nothing is proved.
    seconds_to_finality
        On L1's clock, from the block with the data to the block that made its result final.
    development_keys
        Whether whoever made the proving keys could forge proofs.
    weakness
        What the backend does not resist, in its own words.
    """

    backend: str
    version: int
    final: bool
    withdrawal_paid: bool
    transactions: Transactions
    gas: Mapping[str, int]
    gas_total: int
    gas_per_tx: float
    blob_gas: int
    bytes_per_tx: float
    bytes_claim: int
    seconds_to_prove: float | None
    seconds_to_finality: int
    development_keys: bool
    weakness: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A move of the dispute. `position` is that of the step which is refuted, None for other moves."""

    who: str
    what: str
    position: int | None
    gas: int


@dataclass(frozen=True, slots=True)
class Fraud:
    """A lie, and what came of it. `bond` is what the liar staked, in wei, and `to_challenger` what of it the challenger got."""

    lie: str
    step: int
    moves: tuple[Turn, ...]
    gas: int
    gas_one_step_proof: int
    claim_rejected: bool
    bond: int
    to_challenger: int
    right_claim_final: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A proof that the contract did not take. `reason` is the contract's text, empty where a precompile refused."""

    what: str
    why: str
    reason: str
    gas: int
    l1_transaction: str


@dataclass
class Figures:
    """A whole run; parts are filled in as they are shown. `seconds` is what the run took on this machine."""

    l1: str
    data: str
    pairing: str
    chains: dict[str, ChainFigures] = field(default_factory=dict)
    fraud: Fraud | None = None
    refused: list[Refusal] = field(default_factory=list)
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)
