"""All kernels, and nothing else, loaded into a process: what `ours.first_use` measures."""

from rollup.crypto.kernel_loading import load_all


def load_all_kernels() -> None:
    """Import every module that holds kernels for the chosen path, which compiles what is not cached."""
    load_all()
