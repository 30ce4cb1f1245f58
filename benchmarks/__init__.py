"""What is measured, with the peers it is measured against. Each module named by a `make bench-…` runs alone."""
