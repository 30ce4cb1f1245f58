"""anvil, started on loopback for as long as a block of code runs; a second EVM to hold the in-process L1 against."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

from l1bridge.client import L1Client
from l1bridge.client import connect as connect_url
from l1bridge.connection import to_hex
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
    with tempfile.TemporaryFile("a+") as output:
        process = subprocess.Popen(  # noqa: S603 - the program found above, with options of ours
            [program, "--hardfork", hardfork, "--port", "0", *options],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # npm's `anvil` is a script that starts the binary: both end with their group
        )
        try:
            client = connect_url(f"http://{_address(process, output)}", key=KEYS[0], estimate=estimate)
            for key in KEYS:
                address = to_hex(Signer(key).address)
                client.connection.ask_developer("anvil_setBalance", address, hex(BALANCE))
            yield client
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def _address(process: subprocess.Popen[bytes], output: IO[str]) -> str:
    """Wait until anvil has printed where it listens, and return that."""
    deadline = time.monotonic() + STARTUP_PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        output.seek(0)
        if found := _LISTENING.search(output.read()):
            return found[1]
        time.sleep(0.02)
    raise L1Error("L1: anvil did not start to listen", got=process.poll())
