"""Tandem: write a rollup once, as a Python class; settle it by fraud proof or by validity proof."""

__version__ = "0.1.0"
