"""Generated source against SymPy's derivative of the original, and against numbers."""

from symdiff.check.checker import check
from symdiff.check.original import FromCallable, FromFile, FromText, Original
from symdiff.check.report import Counterexample, Path, Report

__all__ = [
    "Counterexample",
    "FromCallable",
    "FromFile",
    "FromText",
    "Original",
    "Path",
    "Report",
    "check",
]
