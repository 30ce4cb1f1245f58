"""How many cores this process may use."""

import os


def cores() -> int:
    """Return how many there are, less those that the process is kept from."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
