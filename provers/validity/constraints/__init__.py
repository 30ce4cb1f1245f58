"""Rank-1 constraints: the system, the two builders that gadgets run under, and the gadgets."""
