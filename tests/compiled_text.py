"""The text that is written for Numba, run as Python runs it."""

from __future__ import annotations

from typing import Any

import numpy as np

import symdiff

U = np.linspace(0.1, 1.2, 9) ** 2


def reals(args: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(i for i, a in enumerate(args) if not isinstance(a, int))


def written(function: Any, args: tuple[Any, ...]) -> str:
    return symdiff.source(function, reals(args), at=args, target="numba")


def run(text: str, name: str, args: tuple[Any, ...]) -> Any:
    """The text as Python runs it, without Numba."""
    names: dict[str, Any] = {}
    exec(text.replace("@numba.njit\n", ""), names)
    return names[name](*args)


def flat(result: Any) -> list[Any]:
    if isinstance(result, tuple):
        return [number for part in result for number in flat(part)]
    return list(np.ravel(result))


def assert_gradients_agree(function: Any, args: tuple[Any, ...]) -> None:
    """The value and gradient of the text are those of the Python target."""
    found = run(written(function, args), f"{function.__name__}_grad", args)
    expected = symdiff.value_and_grad(function, reals(args))(*args)
    np.testing.assert_allclose(flat(found), flat(expected), rtol=1e-12, atol=1e-14)
