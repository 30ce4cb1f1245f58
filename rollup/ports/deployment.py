"""A chain's contracts on L1: how they get there, and how they are found again.

Whatever compiles and deploys registers under the entry-point group `tandem.contracts`; nodes see only what stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from rollup.errors import DecodeError
from rollup.ports.da import Blobs
from rollup.ports.l1 import L1, Compiler, Contract

if TYPE_CHECKING:
    from rollup.ir.image import Image
    from rollup.ports.settlement import SettlementBackend
    from rollup.state.genesis import GenesisState

FORMAT = 2
"""Of the JSON form; another is refused."""

HOUR, DAY = 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Ordering:
    """Who posts batches, who may announce other rules, and within which times (SOUNDNESS 15, 17, 25). Times in seconds.

    Attributes
    ----------
    sequencer
        L1 address that posts.
    inclusion_window
        After which a batch must have read a message.
    drift
        By which a batch's timestamp may lag its block.
    silence
        Without a batch after which anyone may post.
    exit_window
        Between the announcement of another program or settlement and its effect; longer than `inclusion_window + silence`.
    upgrader
        L1 address that announces; nobody ever, if it is zeros.
    """

    sequencer: bytes
    inclusion_window: int = DAY
    drift: int = HOUR
    silence: int = 3 * DAY
    exit_window: int = 14 * DAY
    upgrader: bytes = bytes(20)


@dataclass(frozen=True)
class Deployment:
    """Where a chain stands on L1, and what it was deployed for.

    Attributes
    ----------
    chain_id
        Of the L1.
    program, program_id
        Name of the program, and its identity (machine.md §5).
    backend, version
        Of the settlement backend.
    block, block_hash
        The L1 block that holds the rollup contract's creation: nothing before it concerns the chain.
    genesis
        The header before batch 1, six words.
    funds
        Gwei brought for the native balances of the genesis state.
    contracts
        `rollup`, `settlement` and `poseidon2`.
    """

    chain_id: int
    program: str
    program_id: bytes
    backend: str
    version: int
    block: int
    block_hash: bytes
    genesis: tuple[int, ...]
    funds: int
    contracts: Mapping[str, Contract] = field(repr=False)

    @property
    def rollup(self) -> Contract:
        """The rollup contract."""
        return self.contracts["rollup"]

    @property
    def settlement(self) -> Contract:
        """The settlement backend's contract."""
        return self.contracts["settlement"]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values: bytes as hex, header words as decimal strings."""
        contracts = {
            role: {"name": contract.name, "address": "0x" + contract.address.hex(), "abi": list(contract.abi)}
            for role, contract in self.contracts.items()
        }
        return {
            "format": FORMAT,
            "chain_id": self.chain_id,
            "program": self.program,
            "program_id": "0x" + self.program_id.hex(),
            "backend": self.backend,
            "version": self.version,
            "block": self.block,
            "block_hash": "0x" + self.block_hash.hex(),
            "genesis": [str(word) for word in self.genesis],
            "funds": str(self.funds),
            "contracts": contracts,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Deployment":
        """Read what `to_json` wrote; `DecodeError` if it is something else."""
        try:
            if data["format"] != FORMAT:
                raise DecodeError("deployment: written in another format", expected=FORMAT, got=data["format"])
            return cls(
                chain_id=int(data["chain_id"]),
                program=str(data["program"]),
                program_id=_octets(data["program_id"], 32),
                backend=str(data["backend"]),
                version=int(data["version"]),
                block=int(data["block"]),
                block_hash=_octets(data["block_hash"], 32),
                genesis=tuple(map(int, data["genesis"])),
                funds=int(data["funds"]),
                contracts={role: _contract(entry) for role, entry in data["contracts"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DecodeError(f"deployment: not a deployment ({type(error).__name__}: {error})") from error


class ContractsToolchain(Protocol):
    """What compiles the contracts of a chain, deploys them and finds them again."""

    @property
    def compiler(self) -> Compiler:
        """Compiles contracts, a backend's too."""
        ...

    @property
    def blobs(self) -> Blobs:
        """Commits to blobs and opens them."""
        ...

    def deploy(
        self, l1: L1, image: "Image", genesis: "GenesisState", ordering: Ordering, backend: "SettlementBackend"
    ) -> Deployment:
        """Create all contracts of a chain; the account of `l1` pays, brings genesis' balances, and may name the settlement contract once."""
        ...

    def attach(self, l1: L1, image: "Image", deployment: Deployment, backend: "SettlementBackend") -> None:
        """Check what stands on L1 against the deployment, the program and this code, and attach the backend to it.

        Raises
        ------
        PeerError
            If L1 holds something else.
        """
        ...


def _octets(text: str, size: int) -> bytes:
    data = bytes.fromhex(text.removeprefix("0x"))
    if len(data) != size:
        raise DecodeError("deployment: another number of bytes", expected=size, got=len(data))
    return data


def _contract(entry: Mapping[str, Any]) -> Contract:
    return Contract(str(entry["name"]), _octets(entry["address"], 20), tuple(entry["abi"]))
