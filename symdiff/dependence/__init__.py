"""Sparsity patterns: on which inputs each number of a result depends, told by its stages."""

from symdiff.dependence.pattern import pattern_of
from symdiff.dependence.steady import key_of

__all__ = ["key_of", "pattern_of"]
