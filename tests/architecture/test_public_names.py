"""Names that others build on: one that comes or goes shows as a change of this file."""

import importlib

import pytest

PUBLIC = {
    "rollup.errors": [
        "AuthorError",
        "DecodeError",
        "InternalError",
        "OutsideError",
        "PeerError",
        "TandemError",
        "UNSET",
    ],
}


@pytest.mark.parametrize("module", PUBLIC)
def test_module_when_imported_offers_exactly_its_pinned_names(module: str) -> None:
    found = importlib.import_module(module)
    assert sorted(found.__all__) == sorted(PUBLIC[module])
    assert [name for name in found.__all__ if not hasattr(found, name)] == []
