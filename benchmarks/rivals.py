"""Value and gradient of the benchmark functions by other tools, where these are installed.

The functions are run anew with another module in the place of `math`. A tool that cannot
differentiate a function as it is written, loops that depend on values included, is left out there.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

Gradient = Callable[[], Any]
TEXT = Path(__file__).with_name("functions.py").read_text(encoding="utf-8")


def rivals(name: str, args: tuple[Any, ...], count: int) -> dict[str, Gradient]:
    """Those that can differentiate the function of that name in its first `count` arguments, each
    as a call at the point `args`."""
    found: dict[str, Gradient] = {}
    for tool, make in MAKERS.items():
        try:
            gradient = make(name, args, count)
            gradient()
        except Exception:  # not installed, or not able to: there are as many ways as tools
            continue
        found[tool] = gradient
    return found


def _over(module: Any, name: str) -> Callable[..., Any]:
    """The benchmark function with its `math` replaced."""
    namespace: dict[str, Any] = {"math": module, "__name__": "benchmarks.functions"}
    exec(compile(TEXT.replace("import math\n", ""), "functions.py", "exec"), namespace)
    function: Callable[..., Any] = namespace[name]
    return function


def _math(array_module: Any, **more: Any) -> types.SimpleNamespace:
    """What the functions use of `math`, from a module with NumPy's names."""
    names = ("sin", "cos", "exp", "log", "sqrt")
    own = {name: getattr(array_module, name) for name in names}
    return types.SimpleNamespace(pi=math.pi, radians=lambda x: x * (math.pi / 180), **own, **more)


def _sympy(name: str, args: tuple[Any, ...], count: int) -> Gradient:
    import sympy

    shim = types.SimpleNamespace(
        sin=sympy.sin, cos=sympy.cos, exp=sympy.exp, log=sympy.log, sqrt=sympy.sqrt,
        erf=sympy.erf, asin=sympy.asin, pi=sympy.pi, radians=lambda x: x * sympy.pi / 180,
    )  # fmt: skip
    symbols = sympy.symbols(f"x:{count}", real=True)
    if name in ("logistic_map", "pendulum", "simpson"):  # an expression of all rounds swells
        raise NotImplementedError(name)
    value = _over(shim, name)(*symbols, *args[count:])
    outputs = [value, *(sympy.diff(value, symbol) for symbol in symbols)]
    function = sympy.lambdify(symbols, outputs, modules="math", cse=True)
    point = args[:count]
    return lambda: function(*point)


def _autograd(name: str, args: tuple[Any, ...], count: int) -> Gradient:
    import autograd
    import autograd.numpy as anp
    from autograd.scipy.special import erf

    function = _over(_math(anp, asin=anp.arcsin, erf=erf), name)
    gradient = autograd.value_and_grad(function, argnum=tuple(range(count)))
    return lambda: gradient(*args)


def _jax(name: str, args: tuple[Any, ...], count: int) -> Gradient:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    function = _over(_math(jnp, asin=jnp.arcsin, erf=jax.scipy.special.erf), name)
    gradient = jax.value_and_grad(function, argnums=tuple(range(count)))
    compiled = jax.jit(gradient, static_argnums=tuple(range(count, len(args))))
    return lambda: jax.block_until_ready(compiled(*args))


def _torch(name: str, args: tuple[Any, ...], count: int) -> Gradient:
    import torch

    function = _over(_math(torch, asin=torch.asin, erf=torch.erf), name)
    torch.set_num_threads(1)

    def gradient() -> Any:
        inputs = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in args[:count]]
        value = function(*inputs, *args[count:])
        return value, torch.autograd.grad(value, inputs)

    return gradient


MAKERS = {"sympy": _sympy, "autograd": _autograd, "jax": _jax, "pytorch": _torch}
