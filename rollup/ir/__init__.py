"""The intermediate representation: what every backend runs, hashes and proves."""
