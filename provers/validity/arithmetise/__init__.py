"""From a program's IR to the circuits of its chunks (SPEC §7): nothing here knows a program, and no program knows of it."""
