"""What `attach` finds wrong between a deployment, a program, this code and an L1."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from examples.counter import Counter
from examples.tokens import Tokens
from l1bridge.client import L1Client
from l1bridge.compiler import default_compiler, source
from l1bridge.deploy import VyperContracts
from l1bridge.devchain import KEYS, connect
from provers.mock import MockBackend
from rollup.errors import DecodeError, OutsideError, PeerError
from rollup.ir.image import Image
from rollup.ports.deployment import Deployment, Ordering
from rollup.ports.l1 import Contract
from rollup.ports.settlement import Context
from rollup.state.genesis import GenesisState

IMAGE = Tokens.image()
TOOLS = VyperContracts()


@pytest.fixture(scope="module")
def l1() -> L1Client:
    return connect()


def backend(l1: L1Client) -> MockBackend:
    return MockBackend(Context(l1, TOOLS.compiler, TOOLS.blobs, Path()))


def deploy(l1: L1Client, image: Image) -> Deployment:
    made = backend(l1)
    made.prepare(image)
    return TOOLS.deploy(l1, image, GenesisState(), Ordering(l1.address), made)


@pytest.fixture(scope="module")
def deployment(l1: L1Client) -> Deployment:
    return deploy(l1, IMAGE)


def test_deployment_when_written_and_read_again_is_the_same_and_attaches(l1: L1Client, deployment: Deployment) -> None:
    again = Deployment.from_json(json.loads(json.dumps(deployment.to_json())))
    assert again == deployment
    assert [again.contracts[role].abi for role in again.contracts] == [
        deployment.contracts[role].abi for role in deployment.contracts
    ]
    TOOLS.attach(l1.as_account(KEYS[3]), IMAGE, again, backend(l1))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.pop("block"),
        lambda data: data.update(format=1),
        lambda data: data.update(program_id="0x00"),
        lambda data: data["contracts"]["rollup"].pop("abi"),
        lambda data: data.update(genesis=["x"]),
    ],
)
def test_deployment_when_damaged_on_disk_is_refused(deployment: Deployment, damage: Callable[[Any], None]) -> None:
    data = json.loads(json.dumps(deployment.to_json()))
    damage(data)
    with pytest.raises(DecodeError, match="deployment: "):
        Deployment.from_json(data)


def test_program_when_changed_since_is_refused(l1: L1Client, deployment: Deployment) -> None:
    class Tokens(Counter):
        pass

    with pytest.raises(PeerError, match="it runs Tokens") as raised:
        TOOLS.attach(l1, Tokens.image(), deployment, backend(l1))
    assert (raised.value.expected, raised.value.got) == (IMAGE.program_id.hex(), Tokens.image().program_id.hex())


def test_l1_when_it_is_another_is_refused(l1: L1Client, deployment: Deployment) -> None:
    with pytest.raises(PeerError, match="another chain id") as raised:
        TOOLS.attach(l1, IMAGE, replace(deployment, chain_id=1), backend(l1))
    assert raised.value.expected == 1


def test_l1_when_nothing_stands_there_is_refused(deployment: Deployment) -> None:
    with pytest.raises(PeerError, match="another poseidon2 stands"):
        TOOLS.attach(connect(), IMAGE, deployment, backend(connect()))


def test_backend_when_it_is_another_is_refused(l1: L1Client, deployment: Deployment) -> None:
    for change in ({"backend": "optimistic"}, {"version": 2}):
        with pytest.raises(PeerError, match="it settles by another backend"):
            TOOLS.attach(l1, IMAGE, replace(deployment, **change), backend(l1))


def test_rollup_when_its_code_has_one_more_function_is_refused(l1: L1Client, deployment: Deployment) -> None:
    text = default_compiler()._root.joinpath("rollup.vy").read_text(encoding="utf-8")
    changed = text.replace('"rollup: no credit"', '"rollup: no money!"')
    assert len(changed) == len(text)
    assert changed != text
    other = _redeployed(l1, deployment, changed)
    with pytest.raises(PeerError, match="another rollup stands") as raised:
        TOOLS.attach(l1, IMAGE, other, backend(l1))
    assert "words different" in str(raised.value.got)


def test_rollup_when_it_is_the_same_code_for_another_program_is_refused(l1: L1Client) -> None:
    counter = deploy(l1, Counter.image())
    disguised = replace(counter, program="Tokens", program_id=IMAGE.program_id)
    with pytest.raises(PeerError, match="L1 runs another program"):
        TOOLS.attach(l1, IMAGE, disguised, backend(l1))


def test_settlement_when_the_rollup_names_another_is_refused(l1: L1Client, deployment: Deployment) -> None:
    other = l1.deploy(TOOLS.compiler.contract("mocks/instant"), deployment.rollup.address, IMAGE.program_id)
    contracts = {**deployment.contracts, "settlement": other}
    with pytest.raises(PeerError, match="settles elsewhere"):
        TOOLS.attach(l1, IMAGE, replace(deployment, contracts=contracts), backend(l1))


def test_mock_when_the_chain_is_no_development_chain_is_not_deployed(
    l1: L1Client, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(l1.connection, "chain_id", 1)
    mock = backend(l1)
    mock.prepare(IMAGE)
    with pytest.raises(OutsideError, match="development chains only") as raised:
        mock.deploy(deployment.rollup)
    assert raised.value.got == 1


def test_mock_contract_when_the_chain_is_no_development_chain_is_not_created(l1: L1Client) -> None:
    text = default_compiler()._root.joinpath("mocks/instant.vy").read_text(encoding="utf-8")
    elsewhere = text.replace("131277322940537", "131277322940538")
    with pytest.raises(OutsideError, match="mock: not a development chain"):
        l1.deploy(source("mocks/instant_elsewhere", elsewhere), l1.address, bytes(32))


def test_mock_when_attached_to_another_backends_contract_refuses(l1: L1Client, deployment: Deployment) -> None:
    text = default_compiler()._root.joinpath("mocks/instant.vy").read_text(encoding="utf-8")
    artifact = source("mocks/other", text.replace('return "mock"', 'return "none"'))
    other = l1.deploy(artifact, deployment.rollup.address, IMAGE.program_id)
    with pytest.raises(OutsideError, match="another backend") as raised:
        backend(l1).attach(deployment.rollup, other)
    assert raised.value.got == "none 1"


def test_mock_when_asked_for_a_job_it_never_gave_has_none(l1: L1Client) -> None:
    with pytest.raises(KeyError):
        backend(l1).poll("00")


def _redeployed(l1: L1Client, deployment: Deployment, text: str) -> Deployment:
    """Return the deployment with its rollup made from another source."""
    layout = IMAGE.layout
    shape = (layout.account_bits, layout.capacity, layout.stride, layout.inbox_cap)
    poseidon = deployment.contracts["poseidon2"]
    ordering = Ordering(l1.address)
    times = (ordering.inclusion_window, ordering.drift, ordering.silence)
    change = (ordering.upgrader, ordering.exit_window)
    genesis = (deployment.genesis[0], deployment.genesis[4])
    arguments = (IMAGE.program_id, *shape, *genesis, poseidon.address, l1.address, *times, *change)
    rollup: Contract = l1.deploy(source("rollup", text), *arguments)
    return replace(deployment, contracts={**deployment.contracts, "rollup": rollup})
