"""Derivatives that Numba's dispatchers find by the types of their arguments, and their cache."""
