"""Where circuits are kept between runs, and what they are valid for."""

import hashlib
import os
from functools import cache
from pathlib import Path

import rollup
from provers import validity

CACHE_VARIABLE = "TANDEM_CACHE"


def cache_folder() -> Path:
    """Return the folder that `TANDEM_CACHE` names, or else `tandem` in the user's cache folder."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tandem"


@cache
def code_version() -> bytes:
    """Return SHA-256 over the sources that decide what a circuit is: a changed gadget never meets a system that the old one built."""
    provers_root, rollup_root = (Path(str(package.__file__)).parent for package in (validity, rollup))
    folders = (provers_root / "constraints", provers_root / "arithmetise", rollup_root / "crypto", rollup_root / "ir")
    state = hashlib.sha256()
    for path in sorted([rollup_root / "params.py", *(path for folder in folders for path in folder.glob("*.py"))]):
        text = path.read_bytes()
        state.update(f"{path.parent.name}/{path.name}/{len(text)}/".encode() + text)
    return state.digest()
