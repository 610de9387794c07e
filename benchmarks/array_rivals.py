"""Value and gradient of the array programs by other tools, where these are installed.

The programs are run anew with another module in the place of NumPy. A tool whose gradient is not
that of symdiff, or that can't differentiate a program as it is written, is left out.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.array_functions import FUNCTIONAL

Gradient = Callable[[], Any]
TEXT = Path(__file__).with_name("array_functions.py").read_text(encoding="utf-8")
IMPORTS = "import numpy as np\nfrom scipy import special\n"


def rivals(name: str, args: tuple[Any, ...], expected: Any) -> dict[str, Gradient]:
    """Those that find the expected value and gradient, each as a call."""
    found: dict[str, Gradient] = {}
    for tool, make in MAKERS.items():
        for wanted in (name, FUNCTIONAL.get(name)):
            try:
                gradient = make(wanted, args)
                same = _same(gradient(), expected)
            except Exception:  # not installed, or not able to: there are as many ways as tools
                continue
            if same:
                found[tool] = gradient
                break
    return found


def _same(found: Any, expected: Any) -> bool:
    pairs = list(zip(_leaves(found), _leaves(expected), strict=True))
    return all(np.allclose(np.asarray(a), np.asarray(b), rtol=1e-6, atol=1e-8) for a, b in pairs)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _over(name: str, np: Any, special: Any) -> Callable[..., Any]:
    """A program with other modules."""
    assert IMPORTS in TEXT
    namespace: dict[str, Any] = {"np": np, "special": special}
    exec(compile(TEXT.replace(IMPORTS, ""), "array_functions.py", "exec"), namespace)
    function: Callable[..., Any] = namespace[name]
    return function


def _autograd(name: str, args: tuple[Any, ...]) -> Gradient:
    import autograd
    import autograd.numpy as anp
    import autograd.scipy.special as asp

    gradient = autograd.value_and_grad(_over(name, anp, asp))
    return lambda: gradient(*args)


def _jax(name: str, args: tuple[Any, ...]) -> Gradient:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    static = tuple(i for i, a in enumerate(args) if type(a) is int)
    function = _over(name, jnp, jax.scipy.special)
    compiled = jax.jit(jax.value_and_grad(function), static_argnums=static)
    given = tuple(
        a if i in static else jax.tree_util.tree_map(jnp.asarray, a) for i, a in enumerate(args)
    )
    return lambda: jax.block_until_ready(compiled(*given))


def _torch(name: str, args: tuple[Any, ...]) -> Gradient:
    import torch

    torch.set_num_threads(1)
    names = ("sum", "exp", "log", "log1p", "sin", "cos", "sqrt", "tanh", "mean", "arange", "zeros",
             "maximum", "diag", "eye", "linalg")  # fmt: skip
    module = types.SimpleNamespace(**{n: getattr(torch, n) for n in names})
    module.maximum = lambda a, b: torch.clamp(a, min=b)
    module.concatenate = torch.cat
    module.zeros = lambda *shape: torch.zeros(*shape, dtype=torch.float64)
    module.eye = lambda n: torch.eye(n, dtype=torch.float64)
    module.pad = lambda a, widths: torch.nn.functional.pad(a, [w for p in widths[::-1] for w in p])
    module.linalg = types.SimpleNamespace(
        cholesky=torch.linalg.cholesky,
        solve=torch.linalg.solve,
    )
    special = types.SimpleNamespace(
        expit=torch.sigmoid,
        logsumexp=lambda a, axis, keepdims: torch.logsumexp(a, dim=axis, keepdim=keepdims),
    )
    function = _over(name, module, special)

    def tensors(value: Any, grad: bool = False) -> Any:
        if isinstance(value, (list, tuple)):
            return type(value)(tensors(v, grad) for v in value)
        if isinstance(value, np.ndarray):
            return torch.tensor(value).requires_grad_(grad)
        return value

    rest = tensors(args[1:])

    def gradient() -> Any:
        first = tensors(args[0], True)
        value = function(first, *rest)
        return value.detach(), torch.autograd.grad(value, list(_leaves(first)))

    return gradient


MAKERS = {"autograd": _autograd, "jax": _jax, "pytorch": _torch}
