"""anvil, started on loopback for as long as a block of code runs; a second EVM to hold the in-process L1 against."""

import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

from l1bridge.client import L1Client
from l1bridge.client import connect as connect_url
from l1bridge.devchain import KEYS
from l1bridge.signer import Signer
from rollup.ports.l1 import L1Error

Hardfork = Literal["prague", "osaka"]

STARTUP_PATIENCE = 20.0
"""Seconds until anvil must listen."""
BALANCE = 10**24
_LISTENING = re.compile(r"Listening on (127\.0\.0\.1:\d+)")


def find() -> Path | None:
    """Return the program from PATH or from `.tools/node_modules/.bin` of the checkout; None if it is in neither."""
    local = Path(__file__).resolve().parents[1] / ".tools" / "node_modules" / ".bin"
    found = shutil.which("anvil", path=os.pathsep.join([os.environ.get("PATH", ""), str(local)]))
    return Path(found) if found else None


@contextmanager
def running(hardfork: Hardfork = "prague", *, estimate: bool = False) -> Iterator[L1Client]:
    """Run anvil and connect to it, with `devchain.KEYS` funded; from Osaka on it enforces EIP-7825 too.

    Raises
    ------
    L1Error
        If anvil is not installed or does not start.
    """
    program = find()
    if program is None:
        raise L1Error("L1: anvil is not installed", remedy="npm install --prefix .tools @foundry-rs/anvil")
    options = ["--enable-tx-gas-limit"] if hardfork == "osaka" else []
    process = subprocess.Popen(  # noqa: S603 - the program found above, with options of ours
        [program, "--hardfork", hardfork, "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # npm's `anvil` is a script that starts the binary: both end with their group
    )
    try:
        assert process.stdout is not None
        client = connect_url(f"http://{_address(process, process.stdout)}", key=KEYS[0], estimate=estimate)
        for key in KEYS:
            address = "0x" + Signer(key).address.hex()
            client.connection.ask_developer("anvil_setBalance", address, hex(BALANCE))
        yield client
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _address(process: subprocess.Popen[str], output: IO[str]) -> str:
    """Read what anvil prints until it names its address, and go on reading in the background so that it never blocks."""
    timer = threading.Timer(STARTUP_PATIENCE, process.kill)
    timer.start()
    try:
        for line in output:
            if found := _LISTENING.search(line):
                threading.Thread(target=output.read, daemon=True).start()
                return found[1]
    finally:
        timer.cancel()
    raise L1Error("L1: anvil ended before it listened", got=process.poll())
