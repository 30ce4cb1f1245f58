"""Vyper sources, shipped as data and compiled at first use."""
