"""Rollup programs to read first."""
