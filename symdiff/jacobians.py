"""Jacobians, Hessians and products with them, from the generated pushforwards and pullbacks.

A Jacobian of n outputs and m inputs takes m sweeps in forward mode, one for each direction, or one
forward sweep and n reverse sweeps. A sparse one takes as many as its columns (or rows) need
colours: columns that have no row in common share a direction (Curtis, Powell, Reid 1974, On the
estimation of sparse Jacobian matrices). A Hessian is the Jacobian of the gradient, in forward mode.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from symdiff.api import MANY, Argnums, Derived, Grad, again, for_numba
from symdiff.differentiate.together import NotTogether
from symdiff.errors import SymdiffError
from symdiff.fitting import fitted
from symdiff.generate import Generated, find
from symdiff.signature import key_of
from symdiff.trees import is_leaf, leaves, rebuilt

if TYPE_CHECKING:
    import numpy as np

AT_ONCE = 32  # so many directions go through one sweep: more would only take more memory
MODES = (None, "forward", "reverse")


class Jacobian(Derived):
    """What `jacobian` returns."""

    mode = "jacobian"

    def __init__(
        self,
        function: Any,
        argnums: Argnums = 0,
        direction: str | None = None,
        sparsity: Any = None,
    ) -> None:
        if direction not in MODES:
            raise ValueError(f"mode is 'forward', 'reverse' or None, not {direction!r}")
        super().__init__(function, argnums)
        self.direction, self.sparsity = direction, sparsity
        self._chosen: dict[Any, str] = {}
        self._apart: set[Any] = set()  # what can't take many directions together
        self._coloured: dict[Any, tuple[Any, Any, Any]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.__wrapped__, self.argnums, self.direction, self.sparsity)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.sparsity is not None:
            return self._sparse(args, kwargs)
        if self.direction == "forward":
            return self._forward(args, kwargs)
        if self.direction == "reverse":
            return self._reverse(args, kwargs)
        key = (_shapes(args), _shapes(kwargs))
        if key not in self._chosen:
            self._chosen[key] = self._choose(args, kwargs)
        return (
            self._forward(args, kwargs)
            if self._chosen[key] == "forward"
            else self._reverse(args, kwargs)
        )

    def _choose(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """The mode that takes fewer sweeps; the other one where the first is refused."""
        try:
            value, _ = self.pulled(args, kwargs)
        except SymdiffError:
            return "forward"
        try:
            made = find(self.__wrapped__, self._selection, "jvp", args, kwargs)
        except SymdiffError:
            return "reverse"
        inputs = sum(map(_size, leaves(made.differentiated(args, kwargs))))
        outputs = sum(map(_size, leaves(value)))
        return "forward" if inputs <= outputs else "reverse"

    # --- forward: columns

    def _forward(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        import numpy as np

        made = find(self.__wrapped__, self._selection, "jvp", args, kwargs)
        inputs = made.differentiated(args, kwargs)
        sizes = leaves(inputs)
        count = sum(map(_size, sizes))
        value: Any = None
        columns: list[Any] | None = None  # for each output its derivatives in all numbers
        for start, value, outs in self._columns(made, inputs, count, args, kwargs):
            if columns is None:
                columns = [_columns_of(out, sizes, count) for out in leaves(value)]
            for whole, out in zip(columns, outs, strict=True):
                whole[..., start : start + len(out)] = np.moveaxis(out, 0, -1)
        if columns is None:
            value = self.__wrapped__(*args, **kwargs)
            columns = [_columns_of(out, sizes, count) for out in leaves(value)]
        ends = np.cumsum([0, *map(_size, sizes)])
        blocks = [
            [
                whole[..., a:b].reshape(np.shape(out) + np.shape(leaf)).astype(_dtype(out, leaf))
                for leaf, a, b in zip(sizes, ends[:-1], ends[1:], strict=True)
            ]
            for whole, out in zip(columns, leaves(value), strict=True)
        ]
        return self._arranged(value, inputs, blocks)

    def _columns(
        self,
        made: Generated,
        inputs: list[Any],
        count: int,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Iterator[tuple[int, Any, list[Any]]]:
        """The tangents along the unit directions, on the first axes, and the number of the first:
        of many directions at once where the program allows."""
        import numpy as np

        together = self._together(inputs, count, args, kwargs)
        if together is None:
            push = pushed(made, args, kwargs)
            at = 0
            for i, leaf in enumerate(leaves(inputs)):
                for index in np.ndindex(*np.shape(leaf)):
                    value, tangent = push(_unit(inputs, i, index))
                    yield at, value, [np.asarray(t)[None] for t in _tangents(value, tangent)]
                    at += 1
            return
        push = pushed(together, args, kwargs)
        for start in range(0, count, AT_ONCE):
            seeds = np.eye(min(AT_ONCE, count - start), count, start)
            parts, at = [], 0
            for leaf in leaves(inputs):
                part = seeds[:, at : at + _size(leaf)].reshape(len(seeds), *np.shape(leaf))
                parts.append(part.astype(_dtype(leaf, leaf)))
                at += _size(leaf)
            value, tangent = push(rebuilt(inputs, iter(parts)))
            yield (
                start,
                value,
                [np.asarray(t)[None] if not np.ndim(t) else t for t in _tangents(value, tangent)],
            )

    def _together(
        self, inputs: list[Any], count: int, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Generated | None:
        """The pushforward along many directions, if there is one, and it pays."""
        has_arrays = any(getattr(leaf, "shape", ()) for leaf in leaves(inputs))
        key = (_shapes(args), _shapes(kwargs))
        if count < (2 if has_arrays else AT_ONCE // 4) or key in self._apart:
            return None
        try:
            return find(self.__wrapped__, self._selection, "directions", args, kwargs)
        except (NotTogether, SymdiffError):
            self._apart.add(key)
            return None

    # --- reverse: row by row

    def pulled(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Callable[[Any], Any]]:
        made = find(self.__wrapped__, self._selection, "split", args, kwargs)
        assert made.backward is not None
        backward = made.backward.function
        value, kept = made.function(*args, **kwargs)
        kept_name, cotangent_name = made.backward.own_parameters

        def pull(cotangent: Any) -> Any:
            return backward(*args, **kwargs, **{kept_name: again(kept), cotangent_name: cotangent})

        return value, pull

    def _reverse(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        import numpy as np

        made = find(self.__wrapped__, self._selection, "split", args, kwargs)
        value, pull = self.pulled(args, kwargs)
        inputs = made.differentiated(args, kwargs)
        sizes = leaves(inputs)
        blocks: list[list[Any]] = []
        for o, out in enumerate(leaves(value)):
            block = [_room(out, a) for a in sizes]
            for index in np.ndindex(*np.shape(out)):
                adjoints = leaves(pull(_unit(value, o, index)))
                for part, adjoint in zip(block, adjoints, strict=True):
                    part[index] = adjoint
            blocks.append(block)
        return self._arranged(value, inputs, blocks)

    def _arranged(self, value: Any, inputs: list[Any], blocks: list[list[Any]]) -> Any:
        """The blocks in the structure of the value, and within in that of the arguments."""
        parts = []
        for block in blocks:
            each = rebuilt(inputs, (b if b.shape else b.item() for b in block))
            parts.append(each[0] if self._selection.single else tuple(each))
        return rebuilt(value, iter(parts))

    # --- sparse

    def _sparse(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        from symdiff import sparse

        made = find(self.__wrapped__, self._selection, "jvp", args, kwargs)
        inputs = made.differentiated(args, kwargs)
        if len(inputs) != 1 or not getattr(inputs[0], "shape", None):
            raise TypeError("a sparse Jacobian is that of a function in one array")
        pattern, columns, rows = sparse.coloured(self.sparsity, self._coloured, made, args, kwargs)
        is_reverse = self.direction == "reverse"
        if self.direction is None:
            is_reverse = rows.max(initial=-1) < columns.max(initial=-1)
        if is_reverse:
            return sparse.by_rows(pattern, rows, *self.pulled(args, kwargs))
        return sparse.by_columns(pattern, columns, inputs[0], pushed(made, args, kwargs))


class Hessian(Jacobian):
    """What `hessian` returns."""

    mode = "hessian"

    def __init__(self, function: Any, argnums: Argnums = 0, sparsity: Any = None) -> None:
        super().__init__(Grad(function, argnums), argnums, "forward", sparsity)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.__wrapped__.__wrapped__, self.argnums, self.sparsity)


class Hvp(Derived):
    """What `hvp` returns."""

    mode = "hvp"

    def __init__(self, function: Any, argnums: Argnums = 0) -> None:
        super().__init__(Grad(function, argnums), argnums)
        self._products: dict[Any, Generated] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.__wrapped__.__wrapped__, self.argnums)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not args:
            raise TypeError("hvp() takes the function's arguments, and then the vector")
        *given, vector = args
        vectors = (vector,) if self._selection.single else tuple(vector)
        made, function = self._product(tuple(given), kwargs)
        tangents = fitted(made.differentiated(tuple(given), kwargs), vectors)
        if made.by_position and not kwargs:
            return function(*given, *tangents)
        return function(*given, **kwargs, **dict(zip(made.own_parameters, tangents, strict=True)))

    def _product(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Generated, Callable[..., Any]]:
        """The generated function that gives the product alone."""
        key = None if kwargs else key_of(args)
        known = self._products.get(key)
        if known is not None:
            function, fresh = known.compiled
            if fresh is None or fresh():
                return known, function
        made = find(self.__wrapped__, self._selection, "tangent", args, kwargs)
        if key is not None and not made.reading.changed:
            if len(self._products) >= MANY:
                self._products.clear()
            self._products[key] = made
        return made, made.function


def jacobian(
    function: Callable[..., Any],
    argnums: Argnums = 0,
    mode: str | None = None,
    sparsity: Any = None,
    *,
    target: str | None = None,
    cache: bool = False,
    parallel: bool = False,
) -> Any:
    """The Jacobian of a function of numbers, arrays, or containers of them.

    The function returned takes the arguments of `function`. For a value of shape `s` and an
    argument of shape `t` it gives an array of shape `s + t`; a float where both are numbers. A
    tuple of `argnums` gives a tuple; a value that is a container gives one of the same structure.
    `mode` is "forward" (a sweep for each number in the arguments), "reverse" (one for each number
    in the value), or None: whichever takes fewer.

    With `sparsity`, a matrix (n, m) that is nonzero wherever the Jacobian of the n numbers of
    the value in the m numbers of one array argument may be, the result is a SciPy sparse matrix
    in CSR format, and takes a sweep for each colour of its columns, or rows. With "auto" the
    function is run once more to find the pattern: what each number of the value is computed from.
    The pattern is kept for arguments of the same shapes and with the same integers; where branches
    or indices depend on real numbers it is found anew at each call.

    `target`, `cache` and `parallel` are those of `grad`; compiled, a function returns numbers,
    arrays, and tuples of them, and of arrays in arrays the mode is "forward" if it isn't given. A
    sparse Jacobian is gathered in Python, from compiled sweeps.

    Raises SymdiffError for what can't be differentiated.
    """
    return _for_target(Jacobian(function, argnums, mode, sparsity), function, target, cache,
                       parallel)  # fmt: skip


def _for_target(
    made: Jacobian, function: Any, target: str | None, cache: bool, parallel: bool
) -> Any:
    if not for_numba(function, target, cache, parallel):
        return made
    from symdiff.dispatch import modes

    if made.sparsity is None:
        return modes.jacobian(made, made.direction, cache=cache, parallel=parallel)
    made._selection = modes.for_numba(made._selection, made.__wrapped__, parallel=parallel)
    return made


def hessian(
    function: Callable[..., Any],
    argnums: Argnums = 0,
    sparsity: Any = None,
    *,
    target: str | None = None,
    cache: bool = False,
    parallel: bool = False,
) -> Any:
    """The matrix of second derivatives of a function that returns a scalar: the Jacobian of its
    gradient, in forward mode over reverse mode, of shape `t + t` for an argument of shape `t`.

    A tuple of `argnums` gives a tuple of tuples. `sparsity` is as for `jacobian`: with the pattern
    of a diagonal matrix it takes a single sweep. The other arguments are those of `grad`. Raises
    SymdiffError for what can't be differentiated.
    """
    return _for_target(Hessian(function, argnums, sparsity), function, target, cache, parallel)


def hvp(
    function: Callable[..., Any],
    argnums: Argnums = 0,
    *,
    target: str | None = None,
    cache: bool = False,
    parallel: bool = False,
) -> Any:
    """The product of the Hessian and a vector, in one sweep over the gradient.

    The function returned takes the arguments of `function` and then the vector, which has the
    structure of the argument (a tuple of such for a tuple of `argnums`), and gives the product in
    the same structure: `hvp(f)(x, v)`. SciPy's `minimize` takes it as `hessp`. The other arguments
    are those of `grad`. Raises SymdiffError for what can't be differentiated.
    """
    made = Hvp(function, argnums)
    if not for_numba(function, target, cache, parallel):
        return made
    from symdiff.dispatch import modes

    return modes.product(made, cache=cache, parallel=parallel)


def pushed(
    made: Generated, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Callable[[Sequence[Any]], tuple[Any, Any]]:
    function, names = made.function, made.own_parameters

    def push(tangents: Sequence[Any]) -> tuple[Any, Any]:
        value, tangent = function(*args, **kwargs, **dict(zip(names, tangents, strict=True)))
        return value, tangent

    return push


def _tangents(value: Any, tangent: Any) -> Iterator[Any]:
    """The tangents of the leaves of a value."""
    if is_leaf(value):
        yield tangent
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _tangents(part, tangent[key])
    elif isinstance(value, (list, tuple)):
        for part, dot in zip(value, tangent, strict=True):
            yield from _tangents(part, dot)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if hasattr(value, field.name):
                yield from _tangents(getattr(value, field.name), getattr(tangent, field.name))


def _unit(tree: Any, at: int, index: tuple[int, ...]) -> Any:
    """A value of the structure of `tree` that is zero but for one number of one leaf."""
    import numpy as np

    parts: list[Any] = []
    for i, leaf in enumerate(leaves(tree)):
        if isinstance(leaf, float):
            parts.append(1.0 if i == at else 0.0)
            continue
        part = np.zeros_like(leaf)
        if i == at:
            part[index] = 1
        parts.append(part[()])
    return rebuilt(tree, iter(parts))


def _room(out: Any, argument: Any) -> np.ndarray[Any, Any]:
    """Zeros for the derivatives of one array in another."""
    import numpy as np

    return np.zeros((*np.shape(out), *np.shape(argument)), _dtype(out, argument))


def _columns_of(out: Any, sizes: list[Any], count: int) -> np.ndarray[Any, Any]:
    import numpy as np

    dtype = np.result_type(np.asarray(out).dtype, *(np.asarray(a).dtype for a in sizes))
    return np.zeros((*np.shape(out), count), dtype)


def _dtype(out: Any, argument: Any) -> Any:
    import numpy as np

    return np.result_type(np.asarray(out).dtype, np.asarray(argument).dtype)


def _size(leaf: Any) -> int:
    return int(getattr(leaf, "size", 1))


def _shapes(tree: Any) -> Any:
    """What tells the sizes of inputs: the shapes of arrays and the structure of containers."""
    if isinstance(tree, (list, tuple)):
        return (type(tree), *map(_shapes, tree))
    if isinstance(tree, dict):
        return tuple((k, _shapes(v)) for k, v in tree.items())
    return getattr(tree, "shape", type(tree))
