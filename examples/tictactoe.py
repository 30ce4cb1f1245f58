"""A game for two with a stake: three in a row take both, and a full board gives each his own back."""

from typing import Final, Literal

from rollup import (
    U8,
    U32,
    U64,
    AccountId,
    Array,
    Enum,
    Program,
    Record,
    Table,
    action,
    conserves,
    require,
    select,
    when,
)

LINES: Final = ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6))


class Mark(Enum):
    """What a field of the board holds."""

    EMPTY = 0
    CROSS = 1
    NOUGHT = 2


class Game(Record):
    """Two players, what lies between them, and the board."""

    cross: AccountId
    nought: AccountId
    pot: U64
    moves: U8
    board: Array[Mark, Literal[9]]


class Balance(Record):
    """What an account can stake."""

    amount: U64


class TicTacToe(Program):
    """Games by number; crosses begin."""

    games = Table(Game, key=U32)
    balances = Table(Balance, key=AccountId)

    money = conserves("balances.amount", "games.pot", except_in="mint")

    @action
    def mint(self, tx, amount: U64):  # a faucet: this is an example
        """Create money for the sender."""
        self.balances[tx.sender].amount += amount

    @action
    def offer(self, tx, number: U32, stake: U64):
        """Open a game and put a stake in its pot."""
        game = self.games[number]
        require(game.cross == AccountId(0), "this number is taken")
        self.balances[tx.sender].amount -= stake
        game.cross = tx.sender
        game.pot += stake

    @action
    def accept(self, tx, number: U32):
        """Put the same stake in, and play noughts."""
        game = self.games[number]
        require(game.cross != AccountId(0), "there is no such game")
        require(game.nought == AccountId(0), "this game has two players")
        require(game.cross != tx.sender, "nobody plays against himself")
        self.balances[tx.sender].amount -= game.pot
        game.nought, game.pot = tx.sender, game.pot * 2

    @action
    def play(self, tx, number: U32, place: U8):
        """Mark a field; the stakes go where they belong if that ends the game."""
        game = self.games[number]
        require(game.nought != AccountId(0), "this game has not begun")
        require(game.moves < 9, "this game is over")
        crosses = (game.moves & 1) == 0
        require(tx.sender == select(crosses, game.cross, game.nought), "it is not your turn")
        mark = select(crosses, Mark.CROSS, Mark.NOUGHT)
        require(game.board[place] == Mark.EMPTY, "this field is taken")
        game.board[place] = mark
        game.moves += 1
        winner, loser = self.balances[tx.sender], self.balances[select(crosses, game.nought, game.cross)]
        won = self._has_line(game.board, mark)
        with when(won):
            winner.amount += game.pot
            game.pot, game.moves = 0, 9
        with when(~won & (game.moves == 9)):
            half = game.pot >> 1
            loser.amount += half
            winner.amount += game.pot - half
            game.pot = 0

    def _has_line(self, board, mark):  # noqa: ANN202 -- a Bool, which the language needn't be told
        found = []
        for first, second, third in LINES:
            found.append((board[first] == mark) & (board[second] == mark) & (board[third] == mark))
        result = found[0]
        for line in found[1:]:
            result = result | line
        return result


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201
# Assignment converts when an action is traced.
# mypy: allow-untyped-defs, allow-incomplete-defs, disable-error-code="assignment, no-untyped-call, var-annotated"
