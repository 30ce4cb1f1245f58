"""A settlement backend of somebody else's: one notary signs claims, and L1 recovers his address."""

from .backend import Notary

__all__ = ["Notary"]
