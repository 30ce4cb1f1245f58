"""Proofs that L1 must not take: each is really sent, and what the contract says is kept."""

from dataclasses import dataclass, replace
from typing import Final

from rollup.batch.parcel import Parcel, elements_of
from rollup.cli.demo.checks import hold, same
from rollup.cli.demo.figures import Refusal
from rollup.cli.demo.forgeries import Pretence, with_one_bit_changed
from rollup.cli.demo.generous import Generous
from rollup.cli.demo.opening import GROTH16, options_of
from rollup.cli.demo.screen import Screen, gas
from rollup.cli.demo.settings import Settings
from rollup.cli.demo.transactions import ADA, BOB, CYD, SEQUENCER_ACCOUNT, Call, outcome, send
from rollup.cli.demo.validity import wait_for_proofs
from rollup.devnet import Devnet
from rollup.devnet.plugins import cache_folder, load
from rollup.devnet.posting import post
from rollup.ports.l1 import L1Reverted
from rollup.ports.settlement import BackendFactory, Context, SettlementBackend, batch_struct
from rollup.state.header import Header

GAS: Final = 4_000_000
"""Offered with each: several times what a claim of one chunk needs, so a refusal is none for want of gas."""


@dataclass(frozen=True)
class Attempt:
    """A claim that must be refused.

    Attributes
    ----------
    what, why
        What is handed in, and what its author would gain.
    batch
        About which.
    header
        What is claimed.
    payload
        With which proofs.
    """

    what: str
    why: str
    batch: int
    header: Header
    payload: bytes


def refuse(screen: Screen, chain: Devnet, settings: Settings) -> list[Refusal]:
    """Post one more batch; hand in forged proofs for it, then the right ones, then those once more for a batch after it."""
    parcels = _one_more_batch(screen, chain)
    number = chain.node.derived()
    outsider = _outsider(screen, chain, settings)
    insider = chain.rival().settlements.of(number).backend
    parent = chain.claims.final_claim(number - 1)
    assert parent is not None, "the batch before is final"
    attempts = _forge(screen, chain, parcels, insider, outsider)
    refused = [_hand_in(screen, chain, attempt, parent) for attempt in attempts]
    (claim,) = _propose(screen, chain)
    screen.held(f"claim {claim}: the genuine proof of the same batch, handed in the same way, is taken")
    replay = _replay(screen, chain, parcels)
    return [*refused, _hand_in(screen, chain, replay, claim)]


def _one_more_batch(screen: Screen, chain: Devnet) -> list[Parcel]:
    ada, bob, cyd = (chain.account(index) for index in (ADA, BOB, CYD))
    wanted = (
        Call(ada, "mint", (3, 50)),
        Call(bob, "transfer", (cyd.id, 1, 70)),
        Call(cyd, "transfer", (ada.id, 1, 30)),
    )
    with screen.working("posting one more batch"):
        parcels = [send(chain, call) for call in wanted]
        block = chain.post()
    assert block is not None, "there was something to post"
    screen.line(f"batch {block.batch.number} is posted: a mint and two transfers")
    return parcels


def _outsider(screen: Screen, chain: Devnet, settings: Settings) -> SettlementBackend:
    """Return a prover for another program, with keys of its own."""
    factory: BackendFactory = load("tandem.provers", GROTH16)
    context = Context(chain.l1, chain.toolchain.compiler, chain.toolchain.blobs, cache_folder(), screen.progress)
    backend = factory(context, **options_of(settings, GROTH16))
    with screen.working("preparing a prover for another program"):
        backend.prepare(Generous.image())
    return backend


def _forge(
    screen: Screen, chain: Devnet, parcels: list[Parcel], insider: SettlementBackend, outsider: SettlementBackend
) -> list[Attempt]:
    """Make the forgeries that are of the newest batch itself."""
    number = chain.node.derived()
    batch = chain.node.batch(number)
    censored = Pretence(chain.node, chain.image, replace(batch, elements=elements_of(parcels[:-1])))
    generous = Pretence(chain.node, Generous.image(), batch)
    hold(generous.header(number) != chain.node.header(number), "the other program comes to another result")
    jobs = [insider.submit(censored, number), outsider.submit(generous, number)]
    wait_for_proofs(screen, chain)
    genuine = chain.backend.fetch(chain.backend.submit(chain.node, number)).payload
    with screen.working("proving what is not so"):
        payloads = [insider.fetch(jobs[0]).payload, outsider.fetch(jobs[1]).payload]
    return [
        Attempt("a proof with one bit changed", "", number, chain.node.header(number), with_one_bit_changed(genuine)),
        Attempt(
            "a proof for other data", "the last transaction is left out", number, censored.header(number), payloads[0]
        ),
        Attempt(
            "a proof for another program",
            "by its rules a mint gives twice as much",
            number,
            generous.header(number),
            payloads[1],
        ),
    ]


def _propose(screen: Screen, chain: Devnet) -> tuple[int, ...]:
    with screen.working("claiming, with the genuine proof"):
        claims = chain.propose()
        same("the claim became final", claims, chain.finalise())
    return claims


def _replay(screen: Screen, chain: Devnet, parcels: list[Parcel]) -> Attempt:
    """Post the same data again, and return the claim that tries the proof of the batch before on it."""
    number = chain.node.derived()
    genuine = chain.backend.fetch(chain.backend.submit(chain.node, number)).payload
    with screen.working("posting the same data again"):
        block = post(chain, elements_of(parcels), chain.account(SEQUENCER_ACCOUNT).id)
    counted = outcome(block)
    same("transactions posted twice are skipped", {"bad_signature": counted.total}, dict(counted.skipped))
    screen.line(f"batch {number + 1} is posted: the same data again; its signatures are for nonces that are used up")
    header = replace(chain.node.header(number), batch_number=number + 1)
    return Attempt("a replayed proof", f"that of batch {number}, for batch {number + 1}", number + 1, header, genuine)


def _hand_in(screen: Screen, chain: Devnet, attempt: Attempt, parent: int) -> Refusal:
    """Send a claim to L1, where it must fail, and leave no claim behind."""
    before = chain.l1.call(chain.rollup, "claim_count")
    words = (batch_struct(chain.node.batch(attempt.batch)), parent, chain.node.header(attempt.batch - 1).words())
    try:
        with screen.working(f"handing in {attempt.what}"):
            chain.l1.transact(
                chain.rollup, "propose", *words, attempt.header.words(), attempt.payload, gas=GAS, cause="refused"
            )
    except L1Reverted as error:
        receipt = error.receipt
        assert receipt is not None, "gas was given, so it was sent"
        same("no claim was made", before, chain.l1.call(chain.rollup, "claim_count"))
        refusal = Refusal(
            attempt.what, attempt.why, error.reason, receipt.gas_used, "0x" + receipt.transaction_hash.hex()
        )
        _show(screen, refusal)
        return refusal
    hold(truth=False, what=f"L1 refuses {attempt.what}")
    raise AssertionError


def _show(screen: Screen, refusal: Refusal) -> None:
    why = f": {refusal.why}" if refusal.why else ""
    screen.held(f"refused: {refusal.what}{why}", gas(refusal.gas))
    said = f'the contract says "{refusal.reason}"' if refusal.reason else "a precompile refused it, which says nothing"
    screen.line(said, mark=" ")
