"""The conformance kit: the same scenarios for every settlement backend, ours and anybody's. `pytest --settlement mypkg:MyBackend`."""
