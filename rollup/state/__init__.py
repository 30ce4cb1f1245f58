"""The state of a chain: headers, the Merkle tree of records, proofs about it. Everything here is a value or a pure function of one."""
