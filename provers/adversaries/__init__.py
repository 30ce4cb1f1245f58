"""Players who do not keep to the rules, for tests and demonstrations: what they say looks right until L1 executes a step of it."""
