"""Running graphs: the reference interpreter, its compiled twin, and the engine that takes steps."""
