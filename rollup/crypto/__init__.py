"""Field, hash, curve and signature. The plain modules are the meaning; `*_kernels` are the same, compiled.

Kernel modules are imported on first use, so plain use pays no compile time.
"""
