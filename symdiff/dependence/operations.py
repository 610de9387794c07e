"""What the value of an operation depends on, from what its arguments depend on.

What is not known here depends on all that the arguments depend on: a pattern may be larger than the
true one, never smaller. Nothing is told from the values of real numbers, but for those that the
program itself takes for an index.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symdiff import rules
from symdiff.dependence.sets import NONE, Sets, as_array, as_items, is_container, is_real
from symdiff.rules.arrays import registry as arrays

Pair = tuple[Any, Any]  # a value and its dependence

ARITHMETIC = frozenset({"add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "neg", "pos"})
ELEMENTWISE = frozenset({
    "abs", "copy", "numpy.where", "numpy.clip", "numpy.nan_to_num", "numpy.real", "numpy.imag",
    "numpy.conj", "numpy.angle", "ndarray.astype", "numpy.astype", "numpy.copy", "numpy.asarray",
    "numpy.maximum", "numpy.minimum", "numpy.fmax", "numpy.fmin", "numpy.copysign",
    "numpy.array", "numpy.asanyarray", "numpy.ascontiguousarray",
}) | ARITHMETIC  # fmt: skip
REDUCTIONS = frozenset({
    "numpy.sum", "numpy.prod", "numpy.mean", "numpy.var", "numpy.std", "numpy.max", "numpy.min",
    "numpy.ptp", "numpy.median", "numpy.nansum", "numpy.nanprod", "numpy.nanmean", "numpy.nanvar",
    "numpy.nanstd", "numpy.nanmax", "numpy.nanmin", "numpy.nanmedian", "numpy.linalg.vector_norm",
    "numpy.linalg.norm", "scipy.special.logsumexp",
})  # fmt: skip
CUMULATIVE = frozenset({"numpy.cumsum", "numpy.cumprod", "numpy.nancumsum", "numpy.nancumprod"})


class Operations:
    """The dependences of the values of operations."""

    def __init__(self, sets: Sets) -> None:
        self.sets = sets
        self.random = np.random.default_rng(0)

    def of(
        self,
        op: str,
        args: Sequence[Pair],
        keywords: Mapping[str, Pair],
        value: Any,
        compute: Callable[[Sequence[Any], Mapping[str, Any]], Any],
    ) -> Any:
        """The dependence of `value`, which `compute` finds from the values of the arguments."""
        every = [*args, *keywords.values()]
        if not any(_depends(deps) for _, deps in every):
            return NONE
        if op in ("getitem", "part"):
            return self.item(args[0], args[1][0], value)
        if is_container(value):
            return self.container(op, args, keywords, value, compute)
        if not is_real(value):
            return NONE
        shape = np.shape(value)
        primitive = arrays.by_name(op)
        known = primitive or rules.by_name(op)
        if op in ("zeros_like", "stop_gradient") or known is not None and known.piecewise_constant:
            return NONE
        if not shape:
            return self.everything(every)
        named = _named(primitive, args, keywords)
        if op in REDUCTIONS and "axis" in named:
            found = self.reduced(named)
        elif op in CUMULATIVE and "axis" in named:
            found = self.cumulated(named)
        elif op in OWN:
            found = self.own(OWN[op], args, keywords)
        elif op in ELEMENTWISE or _is_elementwise(op):
            found = self.sets.elementwise([_array(pair) for pair in every], shape)
        elif primitive is not None and primitive.linear:
            found = self.rearranged(args, keywords, value, compute)
        else:
            found = None
        if isinstance(found, np.ndarray) and found.shape != shape:
            found = np.broadcast_to(found, shape)
        return self.everything(every) if found is None else found

    def own(self, rule: Any, args: Sequence[Pair], keywords: Mapping[str, Pair]) -> Any:
        try:
            inspect.signature(rule).bind(self, *args, **keywords)
        except TypeError:
            return None
        return rule(self, *args, **keywords)

    def everything(self, pairs: Sequence[Pair]) -> Any:
        return self.sets.of_all([deps for _, deps in pairs])

    # --- items and containers

    def item(self, whole: Pair, index: Any, value: Any) -> Any:
        """The dependence of an item, or of a slice."""
        held, deps = whole
        if isinstance(deps, frozenset):
            return deps if is_container(value) or is_real(value) else NONE
        if isinstance(held, np.ndarray) and isinstance(deps, np.ndarray):
            found = deps[index]
            return found.copy() if isinstance(found, np.ndarray) else found
        return deps[index]

    def container(
        self,
        op: str,
        args: Sequence[Pair],
        keywords: Mapping[str, Pair],
        value: Any,
        compute: Callable[[Sequence[Any], Mapping[str, Any]], Any],
    ) -> Any:
        if op in ("copy", "builtins.list", "reversed") and len(args) == 1:
            items = as_items(args[0][1], args[0][0])
            items = items[::-1] if op == "reversed" else items
            return items if len(items) == len(value) else self.everything(args)
        if op == "add" and isinstance(value, list):
            return [item for held, deps in args for item in as_items(deps, held)]
        if op == "mul" and isinstance(value, list):
            (held, deps), (count, _) = args if isinstance(args[0][0], list) else args[::-1]
            return as_items(deps, held) * int(count)
        primitive = arrays.by_name(op)
        if primitive is not None and primitive.linear:
            return self.rearranged(args, keywords, value, compute)
        return self.everything([*args, *keywords.values()])

    # --- what only moves numbers

    def rearranged(
        self,
        args: Sequence[Pair],
        keywords: Mapping[str, Pair],
        value: Any,
        compute: Callable[[Sequence[Any], Mapping[str, Any]], Any],
    ) -> Any:
        """The dependence of the value of a linear operation. It is run on random numbers instead:
        a number that comes out as it went in depends on what that one depends on, one that stays
        when all change their signs on nothing, and any other one on everything."""
        numbers: list[Any] = []
        sets: list[Any] = []

        def run(sign: float, draw: Callable[[Pair], Any]) -> Any:
            given = [_replaced(pair, sign, draw) for pair in args]
            named = {name: _replaced(pair, sign, draw) for name, pair in keywords.items()}
            return compute(given, named)

        def drawn(pair: Pair) -> Any:
            shape = np.shape(pair[0])
            made = self.random.uniform(1.0, 2.0, shape) * self.random.choice([-1.0, 1.0], shape)
            numbers.append(np.ravel(made))
            sets.append(as_array(pair[1], shape).ravel())
            return made

        once = run(1.0, drawn)
        same = iter(list(numbers))
        again = run(-1.0, lambda pair: next(same).reshape(np.shape(pair[0])))
        if not numbers:  # nothing among the arguments depends on a number
            numbers, sets = [np.array([np.inf])], [as_array(NONE, (1,))]
        order = np.argsort(np.concatenate(numbers))
        rest = self.everything([*args, *keywords.values()])
        found = np.concatenate(numbers)[order], np.concatenate(sets)[order]
        return self._looked_up(once, again, *found, rest)

    def _looked_up(self, once: Any, again: Any, numbers: Any, table: Any, rest: Any) -> Any:
        if isinstance(once, (list, tuple)):
            pairs = zip(once, again, strict=True)
            return [self._looked_up(a, b, numbers, table, rest) for a, b in pairs]
        flat, opposite = np.ravel(once), np.ravel(again)
        at = np.searchsorted(numbers, flat).clip(max=len(numbers) - 1)
        found = table[at]
        for i in np.flatnonzero((numbers[at] != flat) | (opposite != -flat)):
            found[i] = NONE if flat[i] == opposite[i] else rest
        return found.reshape(np.shape(once)) if np.shape(once) else found[0]

    # --- what goes along axes

    def reduced(self, named: Mapping[str, Pair]) -> Any:
        (whole, deps), *_ = named.values()
        keep = named.get("keepdims", (False, NONE))[0]
        found = self.along((whole, deps), named["axis"][0], bool(keep))
        for name in ("initial", "b", "ord"):
            if name in named and _depends(named[name][1]):
                found = None
        return found

    def along(self, pair: Pair, axis: Any, keepdims: bool = False) -> Any:
        shape = np.shape(pair[0])
        return self.sets.along(_array(pair), shape, axis, keepdims)

    def cumulated(self, named: Mapping[str, Pair]) -> Any:
        (whole, deps), *_ = named.values()
        axis = named["axis"][0]
        found = _array((whole, deps))
        if axis is None:
            found = found if isinstance(found, frozenset) else found.ravel()
            return self.sets.so_far(found, (np.size(whole),), 0)
        return self.sets.so_far(found, np.shape(whole), int(axis))

    def differences(
        self, a: Pair, n: Pair = (1, NONE), axis: Pair = (-1, NONE), **rest: Pair
    ) -> Any:
        if rest or isinstance(_array(a), frozenset):
            return None
        found = np.moveaxis(_array(a), int(axis[0]), -1)
        for _ in range(int(n[0])):
            found = self.sets.union(found[..., 1:], found[..., :-1])
        return np.moveaxis(found, -1, int(axis[0]))

    def gradient(self, f: Pair, *spacing: Pair, **rest: Pair) -> Any:
        found = _array(f)
        if isinstance(found, frozenset) or found.ndim != 1 or "axis" in rest:
            return None
        if any(_depends(deps) for _, deps in [*spacing, *rest.values()]):
            return None
        made = found.copy()
        for shift in (1, 2) if len(found) > 2 else (1,):
            inner = slice(None) if shift == 1 else [0, -1]
            after, before = np.roll(found, -shift), np.roll(found, shift)
            after[-shift:], before[:shift] = NONE, NONE
            both = self.sets.union(after, before)
            made[inner] = self.sets.union(made[inner], both[inner])
        return made

    def convolution(self, a: Pair, v: Pair, mode: Pair = ("full", NONE)) -> Any:
        long, short = (a, v) if len(a[0]) >= len(v[0]) else (v, a)
        if _depends(short[1]) or not isinstance(long[1], np.ndarray):
            return None
        n, k = len(long[0]), len(short[0])
        made = as_array(NONE, (n + k - 1,))
        for i in range(k):
            made[i : i + n] = self.sets.union(made[i : i + n], long[1])
        cut = {"full": 0, "same": (k - 1) // 2, "valid": k - 1}.get(mode[0])
        if cut is None:
            return None
        size = {"full": n + k - 1, "same": n, "valid": n - k + 1}[mode[0]]
        return made[cut : cut + size]

    # --- products

    def product(self, a: Pair, b: Pair) -> Any:
        left, right = np.ndim(a[0]), np.ndim(b[0])
        rows = self.along(a, -1) if left else a[1]
        columns = self.along(b, -2 if right > 1 else 0) if right else b[1]
        if left > 1 and right > 1:
            rows = rows if isinstance(rows, frozenset) else rows[..., :, None]
            columns = columns if isinstance(columns, frozenset) else columns[..., None, :]
        return self.sets.elementwise([rows, columns], _common_shape(rows, columns))

    def dot(self, a: Pair, b: Pair) -> Any:
        if np.ndim(a[0]) == 0 or np.ndim(b[0]) == 0:
            return self.sets.elementwise([_array(a), _array(b)], _common_shape(a[0], b[0]))
        return self.product(a, b) if np.ndim(a[0]) <= 2 and np.ndim(b[0]) <= 2 else None

    def outer(self, a: Pair, b: Pair) -> Any:
        rows, columns = _array(a), _array(b)
        rows = rows if isinstance(rows, frozenset) else rows.ravel()[:, None]
        columns = columns if isinstance(columns, frozenset) else columns.ravel()
        return self.sets.elementwise([rows, columns], _common_shape(rows, columns))

    def total(self, iterable: Pair, start: Pair = (0, NONE)) -> Any:
        """That of Python's sum, of a list of arrays or of the rows of one."""
        items, deps = iterable
        rows = zip(items, as_items(deps, items), strict=True)
        parts = [_array(pair) for pair in (*rows, start)]
        shapes = [np.shape(value) for value in (*items, start[0])]
        return self.sets.elementwise(parts, np.broadcast_shapes(*shapes))

    def summed_to(self, x: Pair, like: Pair) -> Any:
        shape, wanted = np.shape(x[0]), np.shape(like[0])
        if isinstance(_array(x), frozenset) or not wanted:
            return self.everything([x])
        found = _array(x)
        if len(shape) > len(wanted):
            found = self.sets.along(found, shape, tuple(range(len(shape) - len(wanted))))
        ones = tuple(i for i, n in enumerate(wanted) if n == 1 and np.shape(found)[i] != 1)
        found = self.sets.along(found, np.shape(found), ones, True) if ones else found
        return np.broadcast_to(found, wanted)


def _depends(deps: Any) -> bool:
    return not isinstance(deps, frozenset) or bool(deps)


def _array(pair: Pair) -> Any:
    """The dependence of an argument that is taken for an array."""
    value, deps = pair
    return as_array(deps, np.shape(value)) if isinstance(deps, (list, tuple)) else deps


def _common_shape(a: Any, b: Any) -> tuple[int, ...]:
    return np.broadcast_shapes(np.shape(a), np.shape(b))


def _replaced(pair: Pair, sign: float, draw: Callable[[Pair], Any]) -> Any:
    """An argument in which what depends on inputs is replaced by random numbers."""
    value, deps = pair
    if isinstance(value, (list, tuple)):
        items = zip(value, as_items(deps, value), strict=True)
        return type(value)([_replaced(item, sign, draw) for item in items])
    if not _depends(deps) or not is_real(value):
        return value
    made = sign * draw(pair)
    return made if np.shape(value) else float(made)


def _is_elementwise(op: str) -> bool:
    primitive = arrays.by_name(op)
    if primitive is not None:
        return primitive.is_elementwise
    return rules.by_name(op) is not None


def _named(primitive: Any, args: Sequence[Pair], keywords: Mapping[str, Pair]) -> dict[str, Pair]:
    """The arguments by the names of their parameters; nothing where that can't be told."""
    if primitive is None:
        return {}
    try:
        bound = primitive.signature.bind(*args, **keywords)
    except TypeError:
        return {}
    found = {}
    for name, parameter in primitive.signature.parameters.items():
        if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            return {}
        default = (parameter.default, NONE)
        found[name] = bound.arguments.get(name, default)
    return found


OWN: dict[str, Callable[..., Any]] = {
    "sum": Operations.total,
    "builtins.sum": Operations.total,
    "numpy.diff": Operations.differences,
    "numpy.gradient": Operations.gradient,
    "numpy.convolve": Operations.convolution,
    "numpy.matmul": Operations.product,
    "matmul": Operations.product,
    "numpy.dot": Operations.dot,
    "numpy.outer": Operations.outer,
    "helper:unbroadcast": Operations.summed_to,
}
