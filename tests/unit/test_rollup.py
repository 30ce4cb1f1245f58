import subprocess
import sys

import pytest

import rollup
from rollup import program


def test_authors_names_when_imported_from_rollup_are_those_of_the_language() -> None:
    assert program.__all__
    assert [name for name in program.__all__ if getattr(rollup, name) is not getattr(program, name)] == []
    assert set(program.__all__) <= set(dir(rollup))


def test_name_when_nobody_defines_it_is_refused() -> None:
    with pytest.raises(ImportError, match="'Nonsense' from 'rollup'"):
        from rollup import Nonsense  # type: ignore[attr-defined]  # noqa: F401


def test_language_when_only_a_lower_layer_is_imported_stays_unloaded() -> None:
    text = "import sys; from rollup import errors, crypto; print('rollup.program' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout == "False\n"
