"""Loops for Numba whose rounds run in parallel, told from the syntax that is written for them."""

from symdiff.write.parallel.rewrite import in_parallel

__all__ = ["in_parallel"]
