"""Dependences: for each number of a value, the set of the inputs that it depends on.

That of a number is a frozenset of the inputs' numbers, that of an array an object array of such, of
its shape, that of a list, tuple or dict one of the same structure. A frozenset beside an array or a
container holds for every number in it: NONE beside what depends on nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Inputs = frozenset[int]
NONE: Inputs = frozenset()
MANY = 1000


class Sets:
    """The unions of sets of `count` inputs. A set of more than a thousand grows to that of all
    inputs, for what depends on so many is as good as dense."""

    def __init__(self, count: int) -> None:
        self.all = frozenset(range(count))
        self.most = min(MANY, count - 1)
        self.union = np.frompyfunc(self.of_two, 2, 1)

    def of_two(self, a: Inputs, b: Inputs) -> Inputs:
        if a is b or not b or a is self.all:
            return a
        if not a or b is self.all:
            return b
        if len(a) < len(b):
            a, b = b, a
        return a if b <= a else self.bounded(a | b)

    def bounded(self, found: Inputs) -> Inputs:
        return self.all if len(found) > self.most else found

    def of_all(self, deps: Any) -> Inputs:
        """The union of all sets in a dependence."""
        if isinstance(deps, frozenset):
            return deps
        if isinstance(deps, np.ndarray):
            parts = deps.ravel().tolist()
        else:
            items = deps.values() if isinstance(deps, dict) else deps
            parts = [self.of_all(item) for item in items]
        different = {id(part): part for part in parts}
        return self.bounded(NONE.union(*different.values()))

    def elementwise(self, deps: list[Any], shape: tuple[int, ...]) -> Any:
        """The dependence of what is computed element by element from arrays that broadcast."""
        found: Any = NONE
        for each in deps:
            if isinstance(found, frozenset) and isinstance(each, frozenset):
                found = self.of_two(found, each)
            else:
                found = self.union(found, each)
        if isinstance(found, frozenset) or found.shape == shape:
            return found
        return np.broadcast_to(found, shape)

    def along(self, deps: Any, shape: tuple[int, ...], axis: Any, keepdims: bool = False) -> Any:
        """The unions along axes of an array of this shape; None for all of it."""
        if isinstance(deps, frozenset) or axis is None and not keepdims:
            return self.of_all(deps)
        axes = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        last = tuple(int(a) % len(shape) for a in axes)
        moved = np.moveaxis(deps, last, range(len(shape) - len(last), len(shape)))
        kept = moved.shape[: len(shape) - len(last)]
        lanes = moved.reshape((*kept, -1))
        found = np.empty(kept, object)
        for index in np.ndindex(*kept):
            found[index] = self.of_all(lanes[index])
        if keepdims:
            found = found.reshape([1 if i in last else n for i, n in enumerate(shape)])
        return found if found.shape else found[()]

    def so_far(self, deps: Any, shape: tuple[int, ...], axis: int) -> Any:
        """The unions of what comes before along an axis."""
        if isinstance(deps, frozenset):
            return deps
        if shape[axis] > self.most:
            return np.broadcast_to(self.along(deps, shape, axis, True), shape)
        return self.union.accumulate(deps, axis)


def is_real(value: Any) -> bool:
    """Whether a value is a real or complex number, or an array of such."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "fc"
    return isinstance(value, (float, complex))


def is_container(value: Any) -> bool:
    return isinstance(value, (list, tuple, dict))


def full(shape: tuple[int, ...], inputs: Inputs) -> Any:
    """An array in which every number depends on the same inputs."""
    made = np.empty(shape, object)
    made.fill(inputs)
    return made


def as_array(deps: Any, shape: tuple[int, ...]) -> Any:
    """The dependence of an array, or of lists that NumPy takes for one, as an array to write in."""
    if isinstance(deps, frozenset):
        return full(shape, deps)
    if isinstance(deps, np.ndarray):
        return np.array(np.broadcast_to(deps, shape))
    made = np.empty(shape, object)
    for i, item in enumerate(deps):
        made[i] = as_array(item, shape[1:])[()]
    return made


def as_items(deps: Any, value: Any) -> list[Any]:
    """The dependences of the items of a list, tuple or array."""
    return [deps] * len(value) if isinstance(deps, frozenset) else list(deps)
