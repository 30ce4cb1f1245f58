"""Polynomials over Fr: number-theoretic transforms, vectors, sparse products."""
