"""Settlement backends: each a contract on L1 and its off-chain half, found through the entry points `tandem.provers`."""
