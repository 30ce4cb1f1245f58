"""A toy contract, and every L1 that it can be tried on: the in-process one, and anvil where it is installed."""

from collections.abc import Iterator

import pytest

from l1bridge import anvil, compiler, devchain
from l1bridge.client import L1Client
from rollup.ports.l1 import Artifact, Contract

TOY = """
event Counted:
    who: indexed(address)
    count: uint256
    note: String[32]

struct Seen:
    time: uint256
    sender: address
    balance: uint256

count: public(uint256)
blob: public(bytes32)

@deploy
@payable
def __init__(start: uint256):
    assert start > 0, "toy: zero"
    self.count = start

@external
@payable
def add(by: uint256, note: String[32] = "none") -> uint256:
    assert by < 100, "toy: too much"
    self.count += by
    log Counted(who=msg.sender, count=self.count, note=note)
    return self.count

@external
def add_quietly(by: uint256):
    self.count += by

@external
def add_blob(most: uint256):
    assert blobhash(0) != empty(bytes32), "toy: no blob"
    assert self.count <= most, "toy: too many"
    self.blob = blobhash(0)
    log Counted(who=msg.sender, count=self.count, note="blob")

@external
def revert_bare():
    raise

@external
def burn():
    for i: uint256 in range(10000000):
        self.count = i

@external
@view
def seen() -> Seen:
    return Seen(time=block.timestamp, sender=msg.sender, balance=msg.sender.balance)

@external
@view
def pair() -> (uint256, bytes32):
    return self.count, self.blob

@external
@view
def precompiled(where: address, data: Bytes[1024], most: uint256) -> (bool, Bytes[128]):
    ok: bool = False
    out: Bytes[128] = b""
    ok, out = raw_call(where, data, max_outsize=128, gas=most, is_static_call=True, revert_on_failure=False)
    return ok, out
"""

NODES = ["in process", "anvil prague", "anvil osaka"]


@pytest.fixture(scope="session")
def artifact() -> Artifact:
    return compiler.source("toy", TOY)


@pytest.fixture(scope="session")
def anvils() -> Iterator[dict[str, L1Client]]:
    """Every anvil that a test has asked for, started once."""
    if anvil.find() is None:
        yield {}
        return
    with anvil.running("prague") as prague, anvil.running("osaka") as osaka:
        yield {"anvil prague": prague, "anvil osaka": osaka}


@pytest.fixture(params=NODES)
def l1(request: pytest.FixtureRequest) -> Iterator[L1Client]:
    """A connection to each kind of L1; what a test does to it is undone."""
    if request.param == "in process":
        yield devchain.connect()
        return
    clients: dict[str, L1Client] = request.getfixturevalue("anvils")
    if request.param not in clients:
        pytest.skip("anvil is not installed")
    shared = clients[request.param]
    client = L1Client(shared.connection, key=devchain.KEYS[0], estimate=False)
    snapshot = client.snapshot()
    yield client
    client.automine(on=True)
    client.revert(snapshot)
    # Its pool may still hold what the blocks that are gone had sealed.
    client.connection.ask("anvil_dropAllTransactions")


@pytest.fixture
def toy(l1: L1Client, artifact: Artifact) -> Contract:
    return l1.deploy(artifact, 5)


@pytest.fixture
def own() -> L1Client:
    """The in-process L1, its clock standing still."""
    return devchain.connect(clock=lambda: 1_700_000_000)


@pytest.fixture
def own_toy(own: L1Client, artifact: Artifact) -> Contract:
    return own.deploy(artifact, 5)
