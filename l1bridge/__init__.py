"""The L1: its client, the in-process chain, deployment, the inbox and the bridge; found through `tandem.l1`."""
