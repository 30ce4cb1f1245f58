"""The audit of a program: its graphs as formulas of z3, and what can be proved of every transaction, or refuted by one."""
