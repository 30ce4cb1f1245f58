"""Dies by its own hand at every statement of a write in turn, and reports what a reopened store holds.

Run as `python crash_child.py FOLDER`; prints one JSON list: [how the write ended, newest batch, L1 block, waiting] per death.
"""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from rollup.store.store import Store
from tests.unit.store.scene import IMAGE, Scene, play, point


def die_at(store: Store, statement: int) -> None:
    """Kill this process when the n-th statement, or the commit, is about to run."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        seen += 1

    for moment in ("before_cursor_execute", "commit"):
        event.listen(store._database.engine, moment, count)


def write(url: str, scene: Scene, statement: int) -> None:
    store = Store(url, scene.genesis)
    die_at(store, statement)
    store.advance(point(20), scene.messages[2:], scene.blocks[1:])


def survey(url: str, scene: Scene, ending: int) -> list[int]:
    """Reopen the store; the tree it holds must be whole."""
    store = Store(url, scene.genesis)
    newest, at = store.newest(), store.point()
    tree = store.state(newest)
    assert tree.root == store.header(newest).state_root
    assert all(tree.get(index) == record for index, record in scene.records[newest].items())
    assert len(store.messages(0)) == (2 if newest == 1 else 3)
    waiting = len(store.pending())
    store.close()
    return [ending, newest, -1 if at is None else at.number, waiting]


def main(folder: Path) -> None:
    scene = play()
    before, database = folder / "before.db", folder / "chain.db"
    store = Store(f"sqlite:///{before}", scene.genesis)
    store.advance(point(10), scene.messages[:2], scene.blocks[:1])
    for transaction in scene.transactions:
        store.add_pending(transaction, IMAGE.program_id)
    store.close()
    found: list[list[int]] = []
    ending = signal.SIGKILL + 0
    while ending:
        for stale in folder.glob("chain.db*"):
            stale.unlink()
        shutil.copy(before, database)
        url = f"sqlite:///{database}"
        child = os.fork()
        if not child:
            write(url, scene, len(found))
            os._exit(0)
        ending = os.waitpid(child, 0)[1]
        found.append(survey(url, scene, ending))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
