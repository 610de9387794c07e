"""Values as they are shown: six significant digits, small arrays whole, large ones summarised."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from symdiff.stages import Dim, Var

WHOLE = 9  # so many elements of an array are shown
HELD = 100  # so many are held


@dataclass(frozen=True, slots=True)
class Summary:
    """What is told of a large array. `least` and `greatest` leave NaN out; `odd` counts what is
    not finite. They are None where the elements have no order."""

    shape: tuple[int, ...]
    least: float | None = None
    greatest: float | None = None
    odd: int = 0


def held(value: Any) -> Any:
    """A value as it is now, whatever becomes of it: a copy, or a summary of what is large."""
    if hasattr(value, "__array_interface__") and hasattr(value, "copy"):
        return value.copy() if value.size <= HELD else _summary(value)
    if isinstance(value, (list, tuple, dict)) and len(value) > HELD:
        return _summary_of_list(value)
    if isinstance(value, dict):
        return {k: held(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return _like(value, map(held, value))
    return value


def _like(value: list[Any] | tuple[Any, ...], items: Iterable[Any]) -> Any:
    return list(items) if isinstance(value, list) else tuple(items)


def shown(value: Any) -> str:
    """A value as text: `1.54564`, `[0.1, 0.2]`, `100×3 from -1.2 to 3.4`."""
    if isinstance(value, Summary):
        return _told(value)
    if hasattr(value, "__array_interface__"):
        return _array(value)
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return f"{float(value) + 0.0:.6g}"
    if isinstance(value, numbers.Complex):
        made = complex(value)
        return f"{made.real + 0.0:.6g}{made.imag + 0.0:+.6g}j"
    if isinstance(value, str):
        return repr(value if len(value) <= 24 else value[:23] + "…")
    if isinstance(value, dict):
        inner = [f"{shown(k)}: {shown(v)}" for k, v in list(value.items())[:WHOLE]]
        return "{" + ", ".join(_with_rest(inner, len(value))) + "}"
    if isinstance(value, (list, tuple)):
        inner = _with_rest([shown(v) for v in value[:WHOLE]], len(value))
        left, right = "[]" if isinstance(value, list) else "()"
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        return f"{left}{', '.join(inner)}{comma}{right}"
    return type(value).__name__


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of an array or of its summary; () of anything else."""
    return tuple(getattr(value, "shape", ()))


def length(dim: Dim, name: Callable[[Var], str | None]) -> str:
    """The length of an axis as text: `3`, `n-2`, or `·` where it is not known. `name` gives the
    texts of variables, None for what can't be named."""
    if isinstance(dim, int):
        return str(dim)
    sizes = [size.of for size, _ in dim.terms] if dim else [None]
    names = [name(of) if isinstance(of, Var) else of for of in sizes]
    if dim is None or not all(isinstance(n, str) for n in names):
        return "·"
    factors = [factor for _, factor in dim.terms]
    signs = [f"{f:+d}" if abs(f) != 1 else "-+"[f > 0] for f in factors]
    text = "".join(f"{sign}{name}" for sign, name in zip(signs, names, strict=True))
    text += f"{dim.constant:+d}" if dim.constant else ""
    return text.removeprefix("+")


def _with_rest(items: Sequence[str], count: int) -> list[str]:
    return [*items, f"… {count - WHOLE} more"] if count > WHOLE else list(items)


def _array(value: Any) -> str:
    if value.ndim == 0:
        return shown(value.item())
    return shown(value.tolist()) if value.size <= WHOLE else _told(_summary(value))


def _told(summary: Summary) -> str:
    text = "×".join(map(str, summary.shape)) + (" numbers" if len(summary.shape) == 1 else "")
    if summary.least is not None and summary.greatest is not None:
        text += f" from {summary.least:.6g} to {summary.greatest:.6g}"
    return text + (f", {summary.odd} not finite" if summary.odd else "")


def _summary(value: Any) -> Summary:
    import numpy as np

    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or not array.size:
        return Summary(array.shape)
    finite = array[np.isfinite(array)]
    odd = int(array.size - finite.size)
    if not finite.size:
        return Summary(array.shape, odd=odd)
    return Summary(array.shape, float(finite.min()), float(finite.max()), odd)


def _summary_of_list(value: Any) -> Any:
    items = list(value.values()) if isinstance(value, dict) else value
    if all(isinstance(v, numbers.Real) for v in items):
        return Summary((len(items),), float(min(items)), float(max(items)))
    if isinstance(value, dict):
        return dict(list(value.items())[:HELD])
    return _like(value, map(held, value[:HELD]))
