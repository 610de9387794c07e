"""Derivatives that Numba compiles: its dispatchers, its types, and what it has no words for."""
