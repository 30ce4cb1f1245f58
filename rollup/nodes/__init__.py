"""The roles: one file each. They meet at the stream, the store, the outbox and the L1, and never import one another."""
