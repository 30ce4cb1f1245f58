"""The demonstration from beginning to end."""

import time

from rollup.batch.blob import BLOB_BYTES
from rollup.cli.demo import fraud, ground, optimistic, refusals, validity
from rollup.cli.demo.figures import Figures
from rollup.cli.demo.opening import GROTH16, opened
from rollup.cli.demo.screen import Screen
from rollup.cli.demo.settings import Settings
from rollup.devnet.chain import CHALLENGER
from rollup.devnet.plugins import load

OPTIMISTIC, VALIDITY = "optimistic", "validity"


def run(screen: Screen, settings: Settings) -> Figures:
    """Show everything, and return the figures.

    Raises
    ------
    DemoFailedError
        If something that should hold does not.
    TandemError
        If a part fails.
    """
    started = time.monotonic()
    screen.chapter(1, "An L1, a rollup on it, eight users and their transactions")
    with screen.working("starting an L1"):
        # Loading the setup of KZG holds the interpreter's lock for a second or two: best right after a line was printed.
        load("tandem.contracts", "vyper")().blobs.commitment(bytes(BLOB_BYTES))
        base = ground.connect(settings)
    screen.held(f"connected to {base.name}" if settings.l1 else f"started {base.name}")
    figures = Figures(base.name, settings.data, settings.pairing)
    with opened(screen, settings, base, OPTIMISTIC) as chain:
        screen.chapter(2, "Settled by fraud proof, and everybody is honest")
        figures.chains[OPTIMISTIC] = optimistic.settle(screen, chain)
        screen.chapter(3, "Settled by fraud proof, and the proposer lies")
        challenger = base.l1.as_account(base.keys[CHALLENGER]).address
        figures.fraud = fraud.dispute(screen, chain.chain, challenger)
        before = chain.transactions
    screen.chapter(4, "The same transactions, settled by validity proof")
    with opened(screen, settings, base, GROTH16, before) as chain:
        figures.chains[VALIDITY] = validity.settle(screen, chain)
        screen.chapter(5, "Proofs that L1 does not take")
        figures.refused = refusals.refuse(screen, chain.chain, settings)
    figures.seconds = round(time.monotonic() - started, 1)
    return figures
