"""Elementwise operations on arrays as loops over their elements."""
