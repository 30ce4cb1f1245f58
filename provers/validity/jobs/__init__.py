"""Proofs of chunks as jobs: what a job is, where it runs, and why nobody is believed who ran it."""
