"""`tandem new`: a folder with a program to change, and a test of it that passes."""

import json
import keyword
import re
from pathlib import Path
from typing import Annotated, Final

import typer

from rollup.errors import AuthorError

NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
PROGRAM: Final = '''"""{name}: a score for each account. Make it yours."""

from rollup import U32, U64, AccountId, Program, Record, Table, action, invariant, require


class Score(Record):
    """What an account has earned, and what it has given away."""

    points: U64
    given: U64


class {title}(Program):
    """Accounts earn points, and give them to others."""

    LIMIT = 100

    scores = Table(Score, key=AccountId)

    @invariant(scores)
    def giving_is_never_forgotten(self, old, new):
        """`tandem audit {name}.py` proves this."""
        return new.given >= old.given

    @action
    def earn(self, tx, points: U32):
        """Add to the sender's score."""
        require(points <= self.LIMIT, "more than may be earned at once")
        self.scores[tx.sender].points += points

    @action
    def give(self, tx, to: AccountId, points: U64):
        """Give points to another account."""
        mine, theirs = self.scores[tx.sender], self.scores[to]
        require(mine.points >= points, "not enough points")
        mine.points -= points
        mine.given += points
        theirs.points += points
'''
TEST: Final = '''"""What {name} does, on a chain in this process; settled by fraud proof and by validity proof."""

import pytest
from {name} import {title}

from rollup.devnet import Devnet


@pytest.mark.parametrize(("backend", "options"), [("optimistic", {{}}), ("groth16", {{"transactions": 4}})])
def test_points_that_are_given_arrive(backend, options):
    with Devnet({title}, backend, accounts=2, options=options) as chain:
        ada, bob = chain.accounts
        assert chain.send(ada, "earn", points=101).reason == "more than may be earned at once"
        chain.send(ada, "earn", points=10)
        chain.send(ada, "give", to=bob.id, points=4)
        assert chain.send(bob, "give", to=ada.id, points=5).reason == "not enough points"
        assert chain.record("scores", ada.id) == {{"points": 6, "given": 4}}
        assert chain.record("scores", bob.id) == {{"points": 4, "given": 0}}
        chain.post()
        chain.settle()
        assert chain.claims.final_batch == 1
'''
README: Final = """# {title}

```sh
pytest                  # what {name}.py does, settled both ways
tandem audit {name}.py  # what its transactions can and cannot do
```
"""


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the program: small letters, digits and _.")],
    *,
    path: Annotated[Path, typer.Option(help="The folder in which the new folder is made.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
) -> None:
    """Write a small program, a test of it that passes, and a page that says how to run both.

    \b
    Examples:
      tandem new market                   market/market.py, market/test_market.py, market/README.md
      tandem new market --path projects   the same under projects/
    """  # noqa: D301 - click wants the character itself
    files = write(name, path)
    if as_json:
        typer.echo(
            json.dumps({"program": f"{files[0]}:{_title(name)}", "files": [str(file) for file in files]}, indent=2)
        )
        return
    typer.echo("\n".join([*(f"wrote {file}" for file in files), "", f"next: cd {files[0].parent} && pytest"]))


def write(name: str, path: Path) -> list[Path]:
    """Write the files and return them, the program first.

    Raises
    ------
    AuthorError
        The name is none for a module, the folder is there already, or the one that should hold it is not.
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise AuthorError(
            f"{name!r} is no name for a program",
            remedy="small letters, digits and _, a letter first: tandem new market",
        )
    if name in ("rollup", "provers", "l1bridge", "contracts", "examples", "pytest"):
        raise AuthorError(f"{name} is the name of a package that the program needs", remedy="take another name")
    folder = path / name
    if not path.is_dir():
        raise AuthorError(f"there is no folder {path}", remedy=f"make it first: mkdir -p {path}")
    if folder.exists():
        raise AuthorError(f"{folder} is there already", remedy="take another name, or --path, or remove it")
    folder.mkdir()
    texts = {f"{name}.py": PROGRAM, f"test_{name}.py": TEST, "README.md": README}
    for file, text in texts.items():
        (folder / file).write_text(text.format(name=name, title=_title(name)), encoding="utf-8")
    return [folder / file for file in texts]


def _title(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_") if part)
