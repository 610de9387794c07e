"""Generated source against SymPy's derivative of the original, and against numbers."""

from symdiff.checking.checker import check
from symdiff.checking.original import FromCallable, FromFile, FromText, Original
from symdiff.checking.report import Counterexample, Path, Report

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
