"""A chain goes on under another program, or another settlement: nothing acknowledged is lost, and nothing runs by the wrong rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from examples.counter import Counter
from examples.payments import Payments
from examples.tokens import Tokens
from l1bridge.client import L1Client
from l1bridge.devchain import connect
from provers.adversaries.liars import lie_at
from provers.conformance.programs import MoreCoins
from rollup.batch.derivation import DerivationError
from rollup.batch.parcel import elements_of
from rollup.batch.transaction import Transaction
from rollup.devnet import Devnet
from rollup.devnet.chain import BATCHER, KEYS
from rollup.devnet.liar import Liar
from rollup.devnet.posting import post as post_blindly
from rollup.errors import OutsideError
from rollup.execution.builder import TransactionRefusedError
from rollup.ir.image import Image
from rollup.nodes.claimant import Claimant
from rollup.nodes.follower import Derived
from rollup.nodes.full_node import FullNode
from rollup.nodes.l1_clock import L1Clock
from rollup.nodes.outbox import Outbox
from rollup.nodes.scan import Event
from rollup.nodes.sequencer import Sequencer
from rollup.nodes.settlements import Settlements
from rollup.nodes.stream import Stream
from rollup.params import Reason, Status
from rollup.ports.l1 import L1Reverted
from rollup.ports.settlement import batch_struct
from rollup.ports.store import L1Point
from rollup.store.store import Store
from tests.programs.counter_v2 import CounterV2

GWEI = 10**9
HOUR, DAY = 3_600, 86_400
CAP = Tokens.image().layout.inbox_cap


def balance(chain: Devnet, account: int = 0) -> int:
    return chain.record("balances", chain.account(account).id, 1)["amount"]


def mint(chain: Devnet, amount: int) -> None:
    assert chain.send(chain.account(0), "mint", token=1, amount=amount).status is Status.APPLIED


def announced(chain: Devnet) -> None:
    """Announce the other program, and let the exit window pass."""
    chain.announce(MoreCoins)
    chain.advance(days=14, seconds=1)


def epochs_of(chain: Devnet) -> list[int]:
    """Return the epoch of each batch that L1 has."""
    return [chain.node.epochs().of(number).index for number in range(1, chain.node.derived() + 1)]


def agrees(chain: Devnet) -> bool:
    """Tell whether a node that starts from nothing derives the same, and nobody cried out."""
    fresh = chain.full_node()
    newest = fresh.sync()
    same = all(fresh.header(number) == chain.node.header(number) for number in range(newest + 1))
    return (
        same
        and newest == chain.node.derived()
        and tuple(fresh.epochs()) == tuple(chain.node.epochs())
        and not chain.alarms
    )


class TestProgram:
    def test_every_record_stays_and_what_comes_after_runs_by_the_new_rules(self, chain: Devnet) -> None:
        mint(chain, 5)
        chain.upgrade(MoreCoins)
        assert (chain.image.name, balance(chain)) == ("MoreCoins", 5)
        mint(chain, 5)
        assert balance(chain) == 15
        assert chain.call(chain.account(0), "burn", 1, 4).status is Status.APPLIED
        assert (balance(chain), chain.record("burnt", 1)) == (11, {"amount": 4})
        chain.post()
        assert epochs_of(chain) == [0, 1, 1]
        assert [chain.node.program_of(number).name for number in (1, 2, 3)] == ["Tokens", "MoreCoins", "MoreCoins"]
        assert agrees(chain)

    def test_what_was_acknowledged_before_runs_by_the_old_rules(self, chain: Devnet) -> None:
        announced(chain)
        mint(chain, 5)  # and it is neither sealed nor posted when L1 switches
        chain.apply()
        assert balance(chain) == 5
        mint(chain, 5)
        chain.post()
        assert epochs_of(chain)[-2:] == [0, 1]
        assert (balance(chain), chain.sequencer.dropped) == (15, [])
        assert agrees(chain)

    def test_messages_queued_before_are_read_by_the_old_program_however_many_they_are(self, chain: Devnet) -> None:
        announced(chain)
        alice = chain.account(0)
        derived = chain.node.derived()
        for _ in range(2 * CAP + 1):
            chain._deposit(alice, 1)
        chain.l1.transact(chain.rollup, "apply")
        chain._deposit(alice, 1)
        chain.sync()  # all of it at once
        (_, epoch) = chain.node.epochs()
        chain.post()
        assert epochs_of(chain)[derived:] == [0, 0, 0, 1]
        assert [len(chain.node.batch(derived + place).messages) for place in (1, 2, 3, 4)] == [CAP, CAP, 1, 1]
        assert epoch.inbox_from == chain.node.batch(derived + 3).inbox_to
        assert agrees(chain)

    def test_a_transaction_signed_for_the_old_program_is_not_replayed_under_the_new_one(self, chain: Devnet) -> None:
        alice = chain.account(0)
        old = chain.image
        announced(chain)
        stray = chain.sign(alice, "mint", token=1, amount=50)  # handed in too late
        chain.apply()
        with pytest.raises(TransactionRefusedError, match="bad signature"):
            chain.sequencer.submit(stray)
        mint(chain, 1)
        chain.post()
        # A sequencer that does not look posts it all the same, with the nonce that is due, and what ran in the old epoch as well.
        due = chain.sequencer.nonce(alice.id)
        signed = Transaction(stray.tag, alice.id, stray.fee, stray.args)
        replays = [stray, signed.sign(alice.secret, old, chain.programs.domain(old.program_id), due)]
        block = post_blindly(chain, elements_of([each.parcel(chain.image) for each in replays]), 0)
        assert [receipt.skip for receipt in block.receipts if receipt.kind == "transaction"] == [
            Reason.BAD_SIGNATURE
        ] * 2
        assert agrees(chain)

    def test_a_transaction_that_waits_for_its_nonce_under_the_old_program_is_let_go(self, chain: Devnet) -> None:
        alice = chain.account(0)
        announced(chain)
        due = chain.sequencer.nonce(alice.id)
        early = Transaction(2, alice.id, 1, (1, 7)).sign(alice.secret, chain.image, chain.domain, due + 1)
        assert chain.sequencer.submit(early) is None
        chain.apply()
        mint(chain, 1)  # the nonce that it waited for
        assert (balance(chain), chain.sequencer.nonce(alice.id)) == (2, due + 1)
        # What is signed for the new one waits as before.
        later = Transaction(2, alice.id, 1, (1, 7)).sign(alice.secret, chain.image, chain.domain, due + 2)
        assert chain.sequencer.submit(later) is None
        mint(chain, 1)
        assert (balance(chain), chain.sequencer.nonce(alice.id)) == (2 + 2 + 14, due + 3)

    def test_and_back_again_is_refused_where_records_of_the_new_program_would_be_lost(self, chain: Devnet) -> None:
        chain.upgrade(MoreCoins)
        mint(chain, 1)
        chain.post()
        with pytest.raises(OutsideError, match="Tokens cannot go on with the state of MoreCoins"):
            chain.announce(Tokens)

    def test_a_third_program_follows_the_second(self, chain: Devnet) -> None:
        chain.upgrade(MoreCoins)
        mint(chain, 1)
        chain.post()
        chain.upgrade()  # the same program, another settlement contract
        mint(chain, 2)
        chain.post()
        assert (epochs_of(chain), balance(chain)) == ([0, 1, 2], 6)
        assert agrees(chain)


def claims(claimant: Claimant, _: Settlements) -> Claimant:
    """Claim so, whatever the seats are."""
    return claimant


class TestSettlement:
    def test_of_another_kind_keeps_transactions_valid_and_withdrawals_due(self, chain: Devnet) -> None:
        alice = chain.account(0)
        mint(chain, 5)
        chain.withdraw(alice, 700)
        chain.post()  # it is not claimed before the switch
        chain.announce(backend="optimistic")
        chain.advance(days=14, seconds=1)
        signed = chain.sign(alice, "mint", token=1, amount=6)
        chain.apply()
        receipt = chain.sequencer.submit(signed)
        assert receipt is not None
        assert receipt.status is Status.APPLIED
        chain.withdraw(alice, 300)
        chain.post()
        names = [chain.settlements.of(number).backend.name for number in range(1, chain.node.derived() + 1)]
        assert names == ["mock", "optimistic"]
        chain.settle()
        before = alice.l1.balance()
        chain.release()
        assert alice.l1.balance() - before == 1_000 * GWEI
        assert agrees(chain)

    def test_moves_from_fraud_proof_to_validity_proof_with_withdrawals_on_their_way(self) -> None:
        """The claim of the old epoch stands in its window, with a liar beside it, while the new one is proved; both leave by one walk."""
        with Devnet(Counter, "optimistic", accounts=1) as chain:
            alice = chain.account(0)
            chain.send(alice, "add", step=5)
            chain.withdraw(alice, 700)
            chain.post()
            chain.announce(backend="groth16", options={"transactions": 4})
            chain.advance(days=14, seconds=1)
            lie = lie_at(chain.node, 1, 1)
            bond = chain.l1.call(chain.settlements.of(1).settlement, "CLAIM_BOND")
            liar = chain.rival(partial(claims, Liar(lie, 1, bond)), {"defence": lie.defence})
            assert liar.proposer.propose() == (1,)
            assert chain.propose() == (2,)
            chain.apply()
            chain.send(alice, "add", step=7)
            chain.withdraw(alice, 300)
            chain.post()
            assert chain.propose() == (3,)
            proved, old = (chain.settlements.of(number) for number in (2, 1))
            assert (proved.backend.name, old.backend.name) == ("groth16", "optimistic")
            assert chain.l1.call(proved.settlement, "verdict", 3) == 1
            assert chain.finalise() == (), "its parent stands in its window"
            assert "ask" in [move.what for move in chain.react()]
            chain.settle()
            assert (chain.claims.final_claim(1), chain.claims.final_batch) == (2, 2)
            before = alice.l1.balance()
            chain.release()
            assert alice.l1.balance() - before == 1_000 * GWEI
            assert chain.record("counts", 1) == {"value": 12}
            assert agrees(chain)

    def test_claims_are_judged_by_the_contract_of_their_batch(self) -> None:
        """Bonds of both epochs are collected; neither player reads the other contract's claims for its own."""
        with Devnet(Tokens, "optimistic", accounts=1) as chain:
            mint(chain, 5)
            chain.post()
            chain.propose()
            chain.upgrade(MoreCoins)
            mint(chain, 6)
            chain.post()
            chain.settle()
            old, new = (chain.settlements.of(number) for number in (1, 2))
            assert (old.backend.describe(1)["verdict"], new.backend.describe(2)["verdict"]) == ("accepted",) * 2
            chain.react()
            assert [seat.backend.describe(claim)["stage"] for seat, claim in ((old, 1), (new, 2))] == ["paid", "paid"]
            for seat in (old, new):
                assert chain.l1.call(seat.settlement, "credit", chain.proposer._l1.address) == 0
            assert chain.react() == ()
            # Nothing of it is asked for again.
            for player in (seat.backend._player for seat in chain.settlements.all()):  # type: ignore[attr-defined]
                assert player._claims.up_to(2) == ()

    def test_a_lie_about_either_side_of_the_switch_is_thrown_out_by_the_rules_of_its_epoch(self) -> None:
        with Devnet(Tokens, "optimistic", accounts=1) as chain:
            mint(chain, 5)
            chain.post()
            chain.upgrade(MoreCoins)
            mint(chain, 6)
            chain.post()
            assert epochs_of(chain) == [0, 1]
            moves: list[str] = []
            for number, claim in ((1, 1), (2, 4)):
                bond = chain.l1.call(chain.settlements.of(number).settlement, "CLAIM_BOND")
                lie = lie_at(chain.node, number, 1)
                liar = chain.rival(partial(claims, Liar(lie, number, bond)), {"defence": lie.defence})
                assert liar.proposer.propose() == (claim,)
                while fresh := [*liar.defender.react(), *chain.react()]:
                    moves += [move.what for move in fresh]
                assert chain.settlements.of(number).backend.describe(claim)["verdict"] == "rejected"
                chain.propose()
            assert moves.count("refute") == 2
            chain.settle()
            assert [chain.claims.final_claim(number) for number in (1, 2)] == [2, 3]
            assert chain.alarms == []

    def test_a_proof_is_for_one_program(self) -> None:
        """The keys of either program refuse the proof of the other; with the right ones, both batches become final."""
        with Devnet(Counter, "groth16", accounts=1, options={"transactions": 4}) as chain:
            chain.send(chain.account(0), "add", step=5)
            chain.post()
            chain.upgrade(CounterV2)
            chain.send(chain.account(0), "add", step=7)
            chain.post()
            assert chain.record("counts", 1) == {"value": 5 + 14}
            seats = [chain.settlements.of(number) for number in (1, 2)]
            payloads = [
                seat.backend.fetch(seat.backend.submit(chain.node, n)).payload for n, seat in enumerate(seats, 1)
            ]
            thief = chain.spare_key()
            for number, parent in ((1, 0), (2, 1)):
                headers = [chain.node.header(at).words() for at in (number - 1, number)]
                claim = (batch_struct(chain.node.batch(number)), parent, *headers)
                other = payloads[2 - number]
                with pytest.raises(L1Reverted, match="validity: "):
                    thief.transact(chain.rollup, "propose", *claim, other)
                chain.propose()
            chain.settle()
            assert chain.claims.final_batch == 2
            assert chain.alarms == []


class TestReorganisation:
    @pytest.fixture
    def l1(self) -> L1Client:
        # The finalised head stays behind, so that the outbox keeps what L1 may still lose.
        return connect(confirmations=(4, 8))

    @pytest.fixture
    def chain(self, l1: L1Client) -> Iterator[Devnet]:
        with Devnet(Tokens, "mock", accounts=2, l1=l1) as running:
            yield running

    def test_a_beginning_that_is_lost_is_made_again_and_comes_to_the_same(self, chain: Devnet, l1: L1Client) -> None:
        announced(chain)
        mint(chain, 5)
        chain.apply()
        chain.post()
        mint(chain, 6)
        before = l1.snapshot()
        first = chain.post()
        assert first is not None
        assert chain.node.epochs().waiting is None
        l1.revert(before)
        l1.mine()
        chain.sync()
        assert chain.node.epochs().waiting is not None
        assert balance(chain) == 17
        again = chain.post()
        assert again is not None
        assert (again.header, epochs_of(chain)[-2:]) == (first.header, [0, 1])
        assert agrees(chain)

    def test_an_application_that_is_lost_takes_the_open_batch_with_it(self, chain: Devnet, l1: L1Client) -> None:
        announced(chain)
        before = l1.snapshot()
        chain.apply()
        mint(chain, 6)
        l1.revert(before)
        chain.sync()
        assert (chain.image.name, balance(chain), len(chain.sequencer.dropped)) == ("Tokens", 0, 1)
        assert agrees(chain)

    def test_both_sides_of_a_switch_are_lost(self, chain: Devnet, l1: L1Client) -> None:
        announced(chain)
        mint(chain, 5)
        before = l1.snapshot()
        chain.apply()
        mint(chain, 6)
        chain.post()
        assert epochs_of(chain)[-2:] == [0, 1]
        l1.revert(before)
        l1.mine()
        chain.sync()
        # What was said before the switch still holds; what was signed for the program after it has become impossible.
        assert (chain.image.name, balance(chain), len(chain.sequencer.dropped)) == ("Tokens", 5, 1)
        mint(chain, 6)
        chain.post()
        assert (set(epochs_of(chain)), balance(chain)) == ({0}, 11)
        chain.apply()
        mint(chain, 7)
        chain.post()
        assert (epochs_of(chain)[-1], balance(chain)) == (1, 25)
        assert agrees(chain)

    def test_a_boundary_that_moves_takes_its_messages_to_the_old_program(self, chain: Devnet, l1: L1Client) -> None:
        announced(chain)
        before = l1.snapshot()
        first = chain.apply()
        alice = chain.account(0)
        chain.deposit(alice, 1)
        mint(chain, 6)  # by the new rules, which come later now
        l1.revert(before)
        chain._deposit(alice, 2)
        second = chain.apply()
        assert second.inbox_from == first.inbox_from + 1
        chain.post()
        assert (epochs_of(chain)[-1], balance(chain)) == (1, 12)  # for it is still good there
        assert chain.sequencer.dropped == []
        assert agrees(chain)

    def test_another_epoch_in_the_place_of_one_that_is_lost_takes_none_of_its_batches(
        self, chain: Devnet, l1: L1Client
    ) -> None:
        mint(chain, 1)
        chain.post()
        before = l1.snapshot()
        chain.upgrade(MoreCoins)
        mint(chain, 5)
        sealed = chain.sequencer.seal()
        assert sealed is not None
        l1.revert(before)
        chain.upgrade()  # another settlement, the same program
        assert chain.outbox.get(sealed.number) is None
        mint(chain, 6)
        chain.post()
        assert (epochs_of(chain)[-1], chain.image.name, balance(chain)) == (1, "Tokens", 7)
        assert agrees(chain)


class TestTime:
    def test_what_was_sealed_too_early_is_sealed_again_for_the_old_epoch_while_that_may_go_on(
        self, chain: Devnet
    ) -> None:
        announced(chain)
        mint(chain, 5)
        chain.apply()
        chain.l1.advance(2 * HOUR)  # more than a batch's time may lag its block
        chain.sync()
        mint(chain, 5)
        chain.post()
        assert (epochs_of(chain)[-2:], balance(chain), chain.sequencer.dropped) == ([0, 1], 15, [])
        assert agrees(chain)

    def test_what_is_not_posted_when_the_old_epochs_time_is_over_is_dropped_and_listed(self, chain: Devnet) -> None:
        announced(chain)
        mint(chain, 5)
        ((transaction_hash, _),) = chain.node.store.pending()
        epoch = chain.apply()
        chain.l1.advance(epoch.until - chain.l1.head().timestamp + 1)
        assert chain.batcher.post() is None  # L1 would refuse it
        chain.sync()
        assert (chain.sequencer.dropped, balance(chain)) == ([transaction_hash], 0)
        mint(chain, 5)
        chain.post()
        assert (epochs_of(chain)[-1], balance(chain)) == (1, 10)
        assert agrees(chain)

    def test_what_was_sealed_again_for_the_old_epoch_is_dropped_with_its_time_however_fresh(
        self, chain: Devnet
    ) -> None:
        announced(chain)
        mint(chain, 5)
        epoch = chain.apply()
        chain.l1.advance(epoch.until - chain.l1.head().timestamp - 5)
        chain.sync()
        assert (balance(chain), chain.sequencer.dropped) == (5, [])
        chain.l1.advance(10)
        chain.sync()
        assert (balance(chain), len(chain.sequencer.dropped)) == (0, 1)
        assert agrees(chain)

    def test_messages_before_the_boundary_go_to_the_old_program_after_its_time_too(self, chain: Devnet) -> None:
        announced(chain)
        derived = chain.node.derived()
        chain._deposit(chain.account(0), 1)
        epoch = chain.apply()
        chain.l1.advance(epoch.until - chain.l1.head().timestamp + 1)
        chain.post()
        mint(chain, 5)
        chain.post()
        assert epochs_of(chain)[derived:] == [0, 1]
        assert agrees(chain)

    def test_nothing_is_applied_within_the_exit_window(self, chain: Devnet) -> None:
        chain.announce(MoreCoins)
        chain.advance(days=13)
        with pytest.raises(L1Reverted, match="the exit window is open"):
            chain.apply()
        mint(chain, 5)
        chain.post()
        assert balance(chain) == 5


def raw_switch(chain: Devnet, image: Image) -> None:
    """Announce and apply a program that no node here has been told of."""
    artifact = chain.toolchain.compiler.contract("mocks/instant")
    settlement = chain.l1.deploy(artifact, chain.rollup.address, image.program_id)
    shape = (image.layout.capacity, image.layout.stride)
    chain.l1.transact(chain.rollup, "schedule", image.program_id, settlement.address, *shape)
    chain.advance(days=14, seconds=1)
    chain.l1.transact(chain.rollup, "apply")


def raw_begin(chain: Devnet) -> int:
    """Post an empty batch as the first of the epoch that waits; return its number."""
    node = chain.node
    number, epoch = node.derived() + 1, tuple(node.epochs())[-1]
    link = epoch.link(chain.l1.call(chain.rollup, "batch_hash", number - 1))
    position = node.position(number - 1)
    posting = (link, chain.l1.head().timestamp, position.inbox_index, position.rolling, 0, b"")
    chain.l1.as_account(KEYS[BATCHER]).transact(chain.rollup, "post_calldata", *posting)
    return number


class TestWithoutTheProgram:
    def test_nodes_stop_before_the_epoch_and_go_on_once_they_have_it(self, chain: Devnet) -> None:
        image = MoreCoins.image()
        raw_switch(chain, image)
        with pytest.raises(OutsideError, match="a program that is not installed here") as refused:
            chain.sync()
        assert refused.value.got == f"0x{image.program_id.hex()}"
        mint(chain, 5)  # the old epoch goes on meanwhile, and nothing acknowledged is lost
        sealed = chain.sequencer.seal()
        assert sealed is not None
        assert chain.batcher.post() is not None
        chain.node.sync()
        number = raw_begin(chain)
        for node in (chain.node, chain.full_node()):
            with pytest.raises(OutsideError, match="a program that is not installed here"):
                node.sync()
            assert (node.derived(), node.header(sealed.number)) == (sealed.number, sealed.header)
        chain.programs.add(image)
        chain.sync()
        assert (chain.node.derived(), chain.image.name, balance(chain)) == (number, "MoreCoins", 5)
        mint(chain, 5)
        chain.post()
        assert balance(chain) == 15
        assert agrees(chain)

    def test_nodes_stop_before_a_program_that_would_not_find_the_records(self, chain: Devnet) -> None:
        mint(chain, 5)
        chain.post()
        chain.programs.add(Payments.image())
        raw_switch(chain, Payments.image())
        chain.node.sync()
        raw_begin(chain)
        before = chain.node.derived()
        for turn in (chain.node.sync, chain.sequencer.refresh):
            with pytest.raises(OutsideError, match="Payments cannot go on with the state of Tokens") as refused:
                turn()
            assert "table 1, balances, is gone" in str(refused.value)
        assert chain.node.derived() == before


@dataclass
class Restarted:
    """Node and sequencer of a second process over the database of the first."""

    node: FullNode
    sequencer: Sequencer
    stream: Stream


class TestRestart:
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'node.sqlite'}"

    @pytest.fixture
    def chain(self, url: str) -> Iterator[Devnet]:
        with Devnet(Tokens, "mock", accounts=2, store=url) as running:
            yield running

    def restart(self, chain: Devnet, url: str) -> Restarted:
        node, stream = chain.full_node(url), Stream()
        clock = L1Clock(chain.l1, chain.rollup)
        return Restarted(node, Sequencer(chain.programs, clock, node.store, Outbox(url), stream), stream)

    def test_between_application_and_beginning_loses_nothing(self, chain: Devnet, url: str) -> None:
        announced(chain)
        mint(chain, 5)
        chain.apply()  # which seals it, for the old epoch
        mint(chain, 6)
        again = self.restart(chain, url)
        assert (again.sequencer.image.name, again.sequencer.dropped) == ("MoreCoins", [])
        assert again.sequencer.batch_number == chain.sequencer.batch_number
        assert again.sequencer.records.get(balance_index(chain)) == (17,)
        # And so does one that crashed before it saw what L1 had applied.
        said = [receipt.args for block in again.stream.after(-1) for receipt in block.receipts if receipt.transaction]
        assert said == [(1, 5), (1, 6)]
        store = again.node.store
        assert isinstance(store, Store)
        assert [epoch.index for epoch in store.epochs()] == [0, 1]
        store.close()

    def test_when_the_disk_is_full_in_the_middle_goes_on_when_there_is_room(
        self, chain: Devnet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        announced(chain)
        mint(chain, 5)

        def full(*_: object) -> None:
            raise OutsideError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(chain.outbox, "put", full)
            with pytest.raises(OutsideError, match="the disk is full"):
                chain.apply()
            for act in (chain.sequencer.seal, chain.sequencer.refresh, lambda: mint(chain, 1)):
                with pytest.raises(OutsideError, match="the disk is full"):
                    act()
        chain.sync()
        mint(chain, 6)
        assert (balance(chain), chain.sequencer.dropped) == (17, [])
        chain.post()
        assert epochs_of(chain)[-2:] == [0, 1]
        assert agrees(chain)

    def test_before_it_saw_the_application_keeps_the_open_batch_in_the_old_epoch(self, chain: Devnet, url: str) -> None:
        announced(chain)
        mint(chain, 5)
        chain.l1.transact(chain.rollup, "apply")
        again = self.restart(chain, url)
        again.node.sync()
        again.sequencer.refresh()
        assert (again.sequencer.image.name, again.sequencer.dropped) == ("MoreCoins", [])
        assert again.sequencer.records.get(balance_index(chain)) == (5,)
        store = again.node.store
        assert isinstance(store, Store)
        store.close()


def balance_index(chain: Devnet) -> int:
    layout = chain.image.layout
    return layout.tree_index(1, layout.key(1, chain.account(0).id, 1))


def told(chain: Devnet, monkeypatch: pytest.MonkeyPatch, *blocks: Sequence[Event]) -> list[Derived]:
    """Derive from genesis on, from these events in the place of those that L1 has."""
    follower, node = chain.node._follower, chain.node
    at = L1Point(1, bytes(32))
    monkeypatch.setattr(follower.scanner, "after", lambda _: ((at, tuple(events)) for events in blocks))
    return list(follower.after(chain.start, node.position(0), (), node.store.epochs()[:1]))


class TestDerivation:
    @pytest.fixture
    def events(self, chain: Devnet) -> list[Event]:
        """Two deposits, one batch of the old program, a deposit after the application, two batches of the new program."""
        announced(chain)
        mint(chain, 5)
        chain.apply()
        chain.deposit(chain.account(0), 3)
        mint(chain, 6)
        chain.post()
        mint(chain, 7)
        chain.post()
        return [event for _, events in chain.node._follower.scanner.after(chain.start) for event in events]

    def place(self, events: Sequence[Event], name: str) -> int:
        return next(place for place, event in enumerate(events) if event.name == name)

    def test_does_not_depend_on_where_l1_cuts_its_blocks(
        self, chain: Devnet, events: list[Event], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Application, last batch of the old epoch, beginning and what follows it may all be in one block."""
        names = [event.name for event in events if event.name in ("Applied", "Began", "BatchPosted")]
        assert names[-5:] == ["Applied", "BatchPosted", "Began", "BatchPosted", "BatchPosted"]
        node, began = chain.node, self.place(events, "Began")
        for cut in (0, 1, self.place(events, "Applied"), began, began + 2, len(events)):
            blocks = told(chain, monkeypatch, events[:cut], events[cut:])
            derived = [posted for block in blocks for posted in block.batches]
            assert [posted.batch for posted in derived] == [node.batch(n) for n in range(1, node.derived() + 1)]
            assert [posted.epoch.index for posted in derived] == epochs_of(chain)
            newest = {epoch.index: epoch for block in blocks for epoch in block.epochs}
            assert tuple(newest.values()) == tuple(node.epochs())[1:]

    def test_of_an_epoch_that_was_not_applied_or_applied_twice_is_refused(
        self, chain: Devnet, events: list[Event], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at = self.place(events, "Applied")
        with pytest.raises(DerivationError, match="an epoch begins that was not applied"):
            told(chain, monkeypatch, [*events[:at], *events[at + 1 :]])
        with pytest.raises(DerivationError, match="an epoch is applied out of turn"):
            told(chain, monkeypatch, [*events[: at + 1], *events[at:]])

    def test_of_an_epoch_that_is_applied_before_or_after_its_place_in_the_inbox_is_refused(
        self, chain: Devnet, events: list[Event], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at, began = self.place(events, "Applied"), self.place(events, "Began")
        applied, rest = events[at], [*events[:at], *events[at + 1 :]]
        with pytest.raises(DerivationError, match="does not begin behind the messages queued before it") as refused:
            told(chain, monkeypatch, [*rest[: began - 1], applied, *rest[began - 1 :]])
        assert (refused.value.expected, refused.value.got) == (4, 3)
        earlier = replace(applied, values={**applied.values, "inbox_from": 1})
        first = self.place(events, "Deposit")
        with pytest.raises(DerivationError, match="batch 1 reads messages of the epoch after it"):
            told(chain, monkeypatch, [*rest[: first + 1], earlier, *rest[first + 1 :]])
