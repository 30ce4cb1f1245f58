"""Which hashes an idle permutation gives."""

from examples.counter import Counter
from examples.payments import Payments
from examples.tokens import Tokens
from provers.validity.arithmetise.graphs import Family, merge
from provers.validity.arithmetise.guests import hosts_of
from rollup import U64, AccountId, Field, L1Address, Program, Record, Table, Transaction, action, digest, send_to_l1
from rollup.crypto.poseidon2 import Domain
from rollup.ir.primitives import Primitive
from rollup.params import TransactionInput

WITHDRAW = 1


class Stamp(Record):
    """What an account has stamped."""

    code: Field


class Stamps(Program):
    """Hashes of an action that opens as many records as any, of one that opens fewer, and of more than a permutation takes."""

    stamps = Table(Stamp, key=AccountId)

    @action
    def both(self, tx: Transaction, one: Field, other: Field, to: AccountId) -> None:
        """Open three records, and hash."""
        self.stamps[tx.sender].code = digest(one)
        self.stamps[to].code = digest(one, other)

    @action
    def one(self, tx: Transaction, one: Field, other: Field) -> None:
        """Open two, and hash."""
        self.stamps[tx.sender].code = digest(one, other) + digest(one, other, one, other)

    @action
    def none(self, tx: Transaction, to: L1Address, amount: U64) -> None:
        """Open only the sender's account, and hash two withdrawals."""
        send_to_l1(to, amount)
        send_to_l1(to, amount)


def family_of(program: type[Program]) -> Family:
    image = program.image()
    return merge(image.actions, image.layout, TransactionInput.WORDS + len(image.layout.word_widths))


def hosted(program: type[Program]) -> list[tuple[int, frozenset[int], int]]:
    """Return domain, users and host of each hash that a slot gives."""
    family = family_of(program)
    return [(family.nodes[place].number, family.users[place], slot) for place, slot in hosts_of(family).items()]


def test_withdrawal_is_hashed_by_the_first_slot_that_withdraw_does_not_open() -> None:
    for program in (Counter, Payments, Tokens):
        assert hosted(program) == [(Domain.WITHDRAWAL, frozenset({WITHDRAW}), 1)]


def test_each_slot_has_one_guest_and_none_of_a_graph_that_opens_it() -> None:
    family = family_of(Stamps)
    hosts = hosts_of(family)
    assert len(set(hosts.values())) == len(hosts)
    slots = {effect.tag: len(effect.slots) for effect in family.effects}
    for place, host in hosts.items():
        assert all(slots[tag] <= host for tag in family.users[place])
    one = 3
    assert hosted(Stamps) == [(Domain.WITHDRAWAL, frozenset({WITHDRAW}), 1), (Domain.USER, frozenset({one}), 2)]


def test_users_of_a_node_are_the_graphs_whose_effects_need_it() -> None:
    family = family_of(Stamps)
    hashes = [place for place in family.order if family.nodes[place].op is Primitive.HASH]
    found: dict[tuple[int, int], list[set[int]]] = {
        (family.nodes[place].number, len(family.nodes[place].operands)): [] for place in hashes
    }
    for place in hashes:
        found[family.nodes[place].number, len(family.nodes[place].operands)].append(set(family.users[place]))
    assert found == {
        (Domain.USER, 1): [{2}],
        (Domain.USER, 2): [{2}, {3}],
        (Domain.USER, 4): [{3}],
        (Domain.WITHDRAWAL, 3): [{1}, {4}, {4}],
    }
