"""The contracts of a chain: created, and found again, checked against what this code would create."""

from contracts.poseidon2_kernel import program
from l1bridge import compiler, kzg
from l1bridge.client import L1Client
from l1bridge.code import code_at, require_code
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.errors import InternalError, PeerError
from rollup.ir.image import Image
from rollup.ports.da import Blobs
from rollup.ports.deployment import Deployment, Ordering
from rollup.ports.l1 import L1, Artifact, Compiler, Contract
from rollup.ports.settlement import SettlementBackend
from rollup.state.genesis import GenesisState
from rollup.state.header import Header

CAUSE = "deploy"
WEI_PER_GWEI = 10**9
ADDRESS_BYTES = 20
OWN_WORDS = 1
"""Immutables of the rollup that depend on where it stands or who created it: `DEPLOYER`."""


class VyperContracts:
    """Compiles, deploys and finds; see `ports.deployment.ContractsToolchain`. Registered under `tandem.contracts`."""

    @property
    def compiler(self) -> Compiler:
        """The compiler of the `contracts` package."""
        return compiler.default_compiler()

    @property
    def blobs(self) -> Blobs:
        """KZG with the ceremony's setup."""
        return kzg

    def deploy(
        self, l1: L1, image: Image, genesis: GenesisState, ordering: Ordering, backend: SettlementBackend
    ) -> Deployment:
        """Create Poseidon2, the rollup and the backend's half, name the latter to the rollup, and bring genesis' balances; the backend is prepared.

        Raises
        ------
        L1Reverted
            If L1 refuses a contract.
        AuthorError
            If the program's layout is beyond what the contracts take, or a contract beyond what L1 takes.
        PeerError
            If the genesis says what none may.
        """
        genesis.require_sound(image.layout)
        header, funds = genesis.header(image.layout), genesis.funds(image.layout)
        poseidon = l1.deploy(self.compiler.contract("poseidon2"), cause=CAUSE)
        rollup = self._deploy_rollup(l1, image, header, ordering, poseidon)
        created = l1.head()
        settlement = backend.deploy(rollup)
        l1.transact(rollup, "initialize", settlement.address, value=funds * WEI_PER_GWEI, cause=CAUSE)
        return Deployment(
            chain_id=l1.chain_id,
            program=image.name,
            program_id=image.program_id,
            backend=backend.name,
            version=backend.version,
            block=created.number,
            block_hash=created.hash,
            genesis=header.words(),
            funds=funds,
            contracts={"rollup": rollup, "settlement": settlement, "poseidon2": poseidon},
        )

    def _deploy_rollup(self, l1: L1, image: Image, genesis: Header, ordering: Ordering, poseidon: Contract) -> Contract:
        arguments = _rollup_arguments(image, genesis, ordering, poseidon)
        return l1.deploy(self.compiler.contract("rollup"), *arguments, cause=CAUSE)

    def attach(self, l1: L1, image: Image, deployment: Deployment, backend: SettlementBackend) -> None:
        """Check what stands on L1 and attach the backend to it; what L1 answers here is the node's word.

        Raises
        ------
        PeerError
            If the L1, the program, the backend or a contract is another than the deployment says; `remedy` tells what to change.
        """
        _agree("L1 has another chain id", deployment.chain_id, l1.chain_id, "connect to the L1 of this deployment")
        _agree_on(image, deployment, backend)
        self._require_code(l1, image, deployment)
        rollup = deployment.rollup
        found, named, *_ = l1.call(rollup, "epoch", 0)
        _agree("L1 runs another program", image.program_id.hex(), found.hex(), "use the program it was deployed with")
        expected = hash_items(Domain.CHAIN, _chain_words(deployment))
        _agree("the contract binds signatures to another domain", expected, l1.call(rollup, "domain_of", found), "")
        brought = l1.call(rollup, "genesis_funds")
        _agree("other gwei were brought for the genesis", deployment.funds, brought, "use this chain's deployment")
        settlement = deployment.settlement
        _agree("the contract settles elsewhere", settlement.address.hex(), named.hex(), "use this chain's deployment")
        backend.attach(rollup, settlement)

    def _require_code(self, l1: L1, image: Image, deployment: Deployment) -> None:
        if not isinstance(l1, L1Client):
            raise InternalError(
                "deployment: this toolchain needs a connection of its own package", got=type(l1).__name__
            )
        rollup, poseidon = deployment.rollup, deployment.contracts["poseidon2"]
        _require_poseidon(l1, poseidon, self.compiler.contract("poseidon2"))
        words = ("SEQUENCER", "INCLUSION_WINDOW", "DRIFT", "SILENCE", "EXIT_WINDOW", "UPGRADER")
        ordering = Ordering(*(l1.call(rollup, name) for name in words))
        genesis = Header.from_words(deployment.genesis)
        arguments = _rollup_arguments(image, genesis, ordering, poseidon)
        require_code(l1, rollup, self.compiler.contract("rollup"), *arguments, own_words=OWN_WORDS)


def _require_poseidon(l1: L1Client, poseidon: Contract, artifact: Artifact) -> None:
    """Check Poseidon2, and the permutation that it created, whose address is its only immutable."""
    require_code(l1, poseidon, artifact, own_words=1)
    permutation = code_at(l1, code_at(l1, poseidon.address)[-ADDRESS_BYTES:])
    remedy = "use the version of Tandem that the chain was deployed with"
    _agree("another permutation stands behind Poseidon2", program().hex(), permutation.hex(), remedy)


def _rollup_arguments(image: Image, genesis: Header, ordering: Ordering, poseidon: Contract) -> tuple[object, ...]:
    layout = image.layout
    shape = (layout.account_bits, layout.capacity, layout.stride, layout.inbox_cap)
    start = (genesis.state_root, genesis.next_account)
    times = (ordering.inclusion_window, ordering.drift, ordering.silence)
    change = (ordering.upgrader, ordering.exit_window)
    return (image.program_id, *shape, *start, poseidon.address, ordering.sequencer, *times, *change)


def _agree_on(image: Image, deployment: Deployment, backend: SettlementBackend) -> None:
    remedy = "use the program it was deployed with, unchanged"
    _agree(f"it runs {deployment.program}", deployment.program_id.hex(), image.program_id.hex(), remedy)
    expected, got = f"{deployment.backend} {deployment.version}", f"{backend.name} {backend.version}"
    _agree("it settles by another backend", expected, got, "choose the backend that it was deployed with")


def _chain_words(deployment: Deployment) -> tuple[int, int, int, int]:
    """Return what the domain hashes. SPEC: machine.md §4."""
    high, low = (int.from_bytes(half, "big") for half in (deployment.program_id[:16], deployment.program_id[16:]))
    return deployment.chain_id, int.from_bytes(deployment.rollup.address, "big"), high, low


def _agree(what: str, expected: object, got: object, remedy: str) -> None:
    if expected != got:
        raise PeerError(f"deployment: {what}", expected=expected, got=got, remedy=remedy)
