"""The pytest plug-in is loaded in every run of everybody who has this package; it must cost them nothing."""

import subprocess
import sys


def test_plugin_when_loaded_does_not_load_the_devnet() -> None:
    heavy = ("numba", "web3", "eth", "sqlalchemy", "rollup.nodes", "rollup.devnet.devnet")
    code = f"import sys, rollup.devnet.fixture; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
