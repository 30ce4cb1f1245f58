"""Batches: how transactions become field elements, and how L1's data becomes batches again. Pure functions of their arguments."""
