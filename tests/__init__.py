"""Tests, by what they hold together; `tests/unit` mirrors the packages."""
