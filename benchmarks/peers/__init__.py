"""Provers that others wrote, given our circuits and witnesses."""
