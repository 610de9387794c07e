"""Passes that make derivatives ready for Numba: loops fused, what is kept in arrays, and what Numba
has no words for written in words that it has."""
