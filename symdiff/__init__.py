"""symdiff writes derivative code: a Python function in, the source of its gradient out, proved."""

from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from symdiff._version import __version__
from symdiff.api import (
    backward_stages,
    check,
    differentiable,
    grad,
    jvp,
    pullback,
    pushforward,
    source,
    stages,
    value_and_grad,
    vjp,
)
from symdiff.checkpointing import checkpoint
from symdiff.errors import SymdiffError
from symdiff.jacobians import hessian, hvp, jacobian
from symdiff.rules.custom import custom_jvp, custom_vjp, elementwise, stop_gradient

if _TYPE_CHECKING:
    from symdiff import rules


def __getattr__(name: str) -> _Any:
    if name == "rules":
        import importlib

        return importlib.import_module("symdiff.rules")
    raise AttributeError(f"module 'symdiff' has no attribute {name!r}")


__all__ = [
    "SymdiffError",
    "__version__",
    "backward_stages",
    "check",
    "checkpoint",
    "custom_jvp",
    "custom_vjp",
    "differentiable",
    "elementwise",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "pullback",
    "pushforward",
    "rules",
    "source",
    "stages",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
