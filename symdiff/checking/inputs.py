"""The arguments of a check: which numbers in them vary, and how a call is put together.

Each float in the arguments, inside lists, tuples and dicts too, is a *slot* for a real number.
Integers that are not given are tried from a short list; everything else is fixed.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symdiff.checking.number import Symbolic, number
from symdiff.stages import INTEGER, REAL, ArrayOf, Kind, ListOf

INTEGERS = (3, 2, 1, 0, 4, 5)
MAX_SHOWN = 12  # elements of an array
LENGTH = 3  # of lists that are not given


@dataclass(frozen=True)
class Slot:
    """A real number in the arguments."""

    index: int
    name: str


@dataclass(frozen=True)
class Choice:
    """An integer: the one given, or else several are tried."""

    index: int


@dataclass(frozen=True)
class Fixed:
    """A passive argument: its value for symbolic runs, and as the caller gave it."""

    value: Any
    raw: Any


@dataclass(frozen=True)
class Grid:
    """An array of floats: a slot for each of its elements, row by row."""

    name: str
    shape: tuple[int, ...]
    dtype: Any
    items: tuple[Slot, ...]


@dataclass(frozen=True)
class Instance:
    """A dataclass: its fields as trees, and the class of the copies that symbolic runs get."""

    cls: type
    lifted: type
    fields: dict[str, Any]


@dataclass(frozen=True)
class Point:
    """Where the function is evaluated: the value of each slot, and of each choice."""

    reals: tuple[Fraction, ...]
    choices: tuple[int, ...] = ()


@dataclass
class Inputs:
    """The parameters of a function as trees of slots, choices and fixed values."""

    positional: list[tuple[str, Any]] = field(default_factory=list)
    keywords: list[tuple[str, Any]] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    given: list[float | None] = field(default_factory=list)  # slots, as a caller gave them
    chosen: list[int | None] = field(default_factory=list)  # and choices
    grids: list[Grid] = field(default_factory=list)
    sizes: dict[Any, int] = field(default_factory=dict)  # lengths that arrays share, made up

    @property
    def trees(self) -> dict[str, Any]:
        """The parameters that may have a derivative. Those of *args and **kwargs are one tree."""
        found: dict[str, Any] = {}
        for name, tree in (*self.positional, *self.keywords):
            if name.startswith("**"):
                found.setdefault(name[2:], {}).update(tree)
            elif name.startswith("*"):
                found[name[1:]] = (*found.get(name[1:], ()), tree)
            else:
                found[name] = tree
        return found

    def call(
        self,
        f: Callable[..., Any],
        reals: Sequence[Any],
        point: Point,
        *,
        raw: bool = False,
        **more: Any,
    ) -> Any:
        """Call a function with numbers in the slots; each call gets containers of its own."""
        arguments, keywords = self.arguments(reals, point, raw)
        return f(*arguments, **keywords, **more)

    def arguments(
        self, reals: Sequence[Any], point: Point, raw: bool = False
    ) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of a call, made anew."""

        def leaf(leaf: Any) -> Any:
            if isinstance(leaf, Slot):
                return reals[leaf.index]
            if isinstance(leaf, Choice):
                return point.choices[leaf.index]
            value = leaf.raw if raw else leaf.value
            return value.copy() if is_array(value) else value

        def build(tree: Any) -> Any:
            return fill(tree, leaf, raw=raw)

        arguments = [build(tree) for _, tree in self.positional]
        keywords: dict[str, Any] = {}
        for name, tree in self.keywords:
            keywords.update(build(tree) if name.startswith("**") else {name: build(tree)})
        return arguments, keywords

    def changed(
        self, reals: Sequence[Any], point: Point, given: tuple[list[Any], dict[str, Any]]
    ) -> set[str]:
        """The names of the arguments that a call has changed."""
        arguments, keywords = self.arguments(reals, point)
        names = [name for name, _ in self.positional] + list(keywords)
        before, after = [*arguments, *keywords.values()], [*given[0], *given[1].values()]
        return {
            name.lstrip("*")
            for name, old, new in zip(names, before, after, strict=True)
            if not _is_unchanged(old, new)
        }

    def point_given(self) -> Point | None:
        """The point of the caller's example, when there is one."""
        if None in self.given or None in self.chosen:
            return None
        reals = tuple(exact(value) for value in self.given if value is not None)
        return Point(reals, tuple(n for n in self.chosen if n is not None))

    def show(self, point: Point) -> str:
        """A point in writing."""
        of_arrays = {slot.index: grid for grid in self.grids for slot in grid.items}
        parts = []
        for slot, value in zip(self.slots, point.reals, strict=True):
            grid = of_arrays.get(slot.index)
            if grid is None:
                parts.append(f"{slot.name} = {float(value)!r}")
            elif slot is grid.items[0]:
                values = [float(point.reals[s.index]) for s in grid.items]
                parts.append(f"{grid.name} = {_show_array(values, grid)}")
        parts += [f"{name} = {v}" for name, v in zip(self.choices, point.choices, strict=True)]
        return ", ".join([*parts, *self._fixed()])

    def show_passive(self) -> str:
        """The values of passive parameters that are tried, in writing."""
        tried = f"{min(INTEGERS)} to {max(INTEGERS)}"
        pairs = zip(self.choices, self.chosen, strict=True)
        numbers = [f"{name} = {tried if n is None else n}" for name, n in pairs]
        return ", ".join([*numbers, *self._fixed()])

    def _fixed(self) -> list[str]:
        trees = (*self.positional, *self.keywords)
        return [
            f"{name.lstrip('*')} = {tree.raw.tolist() if is_array(tree.raw) else repr(tree.raw)}"
            for name, tree in trees
            if isinstance(tree, Fixed)
            and (isinstance(tree.raw, (int, str, type(None))) or _is_short(tree.raw))
        ]


def _is_short(value: Any) -> bool:
    return is_array(value) and bool(value.size <= MAX_SHOWN)


def _show_array(values: list[float], grid: Grid) -> str:
    if len(values) > MAX_SHOWN:
        return f"an array of shape {grid.shape} that begins with {values[0]!r}"
    import numpy as np

    return str(np.array(values).reshape(grid.shape).tolist())


def exact(value: float) -> Fraction:
    """The decimal fraction that a float is written as."""
    return Fraction(repr(float(value)))


def is_array(value: Any) -> bool:
    """Whether a value is an array, of NumPy or of symbolic numbers."""
    has_both = hasattr(value, "__array_ufunc__") and hasattr(value, "reshape")
    return has_both and not isinstance(value, type)


def fill(tree: Any, value: Callable[[Any], Any], raw: bool = False) -> Any:
    """A tree with its leaves replaced; `raw`: for code that runs as it stands."""
    if isinstance(tree, dict):
        return {k: fill(v, value, raw) for k, v in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_make"):
        return tree._make([fill(v, value, raw) for v in tree])
    if isinstance(tree, (list, tuple)):
        return type(tree)(fill(v, value, raw) for v in tree)
    if isinstance(tree, Grid):
        return _array(tree, [value(slot) for slot in tree.items], raw)
    if isinstance(tree, Instance):
        made: Any = object.__new__(tree.cls if raw else tree.lifted)
        for name, part in tree.fields.items():
            object.__setattr__(made, name, fill(part, value, raw))
        return made
    if dataclasses.is_dataclass(tree) and not _is_leaf(tree):
        made = object.__new__(type(tree))
        for name, part in _fields(tree).items():
            object.__setattr__(made, name, fill(part, value, raw))
        return made
    if is_array(tree):
        return _array(
            Grid("", tree.shape, tree.dtype, ()), [value(v) for v in tree.reshape(-1)], raw
        )
    return value(tree)


def _array(grid: Grid, values: list[Any], raw: bool) -> Any:
    import numpy as np

    if raw:
        return np.array(values, grid.dtype).reshape(grid.shape)
    from symdiff.checking.arrays.array import Array

    found = np.empty(len(values), object)
    found[:] = values
    return found.reshape(grid.shape).view(Array)


def _is_unchanged(old: Any, new: Any) -> bool:
    pairs = leaves(old, new)
    return pairs is not None and all(
        a is b or not isinstance(a, Symbolic) and not isinstance(b, Symbolic) for a, b in pairs
    )


def leaves(tree: Any, other: Any) -> list[tuple[Any, Any]] | None:
    """The leaves of a tree beside those of another of the same structure; None if it differs."""
    if isinstance(tree, dict):
        if not isinstance(other, dict) or list(tree) != list(other) and set(tree) != set(other):
            return None
        pairs = [leaves(v, other[k]) for k, v in tree.items()]
    elif isinstance(tree, (list, tuple)):
        if not isinstance(other, (list, tuple)) or len(tree) != len(other):
            return None
        pairs = [leaves(v, w) for v, w in zip(tree, other, strict=True)]
    elif isinstance(tree, Grid) or is_array(tree):
        if getattr(other, "shape", None) != tree.shape:
            return None
        items = tree.items if isinstance(tree, Grid) else list(tree.reshape(-1))
        others = other.items if isinstance(other, Grid) else _elements(other)
        return list(zip(items, others, strict=True))
    elif isinstance(tree, Instance) or dataclasses.is_dataclass(tree) and not _is_leaf(tree):
        mine, theirs = _fields(tree), _fields(other)
        if mine.keys() != theirs.keys():
            return None
        pairs = [leaves(v, theirs[k]) for k, v in mine.items()]
    elif is_array(other):
        return [(tree, other.item())] if other.shape == () else None
    else:
        return [(tree, other)]
    if any(p is None for p in pairs):
        return None
    return [pair for p in pairs for pair in p or ()]


def _elements(array: Any) -> list[Any]:
    return list(array.reshape(-1)) if is_array(array) else [array]


def _is_leaf(tree: Any) -> bool:
    return isinstance(tree, (Slot, Choice, Fixed, type))


def _fields(instance: Any) -> dict[str, Any]:
    """The fields of a dataclass, by name."""
    if isinstance(instance, Instance):
        return instance.fields
    if not dataclasses.is_dataclass(instance) or isinstance(instance, type):
        return {}
    return {f.name: getattr(instance, f.name, None) for f in dataclasses.fields(instance)}


def describe(
    signature: inspect.Signature,
    kinds: Mapping[str, Kind | None] | None,
    at: Sequence[Any] | None,
    kwargs: Mapping[str, Any] | None,
    lift: Callable[[Any], Any],
) -> Inputs:
    """The inputs of a function, from what the caller says and gives.

    Raises TypeError when the example does not fit the signature.
    """
    inputs, kinds = Inputs(), dict(kinds or {})
    bound = signature.bind_partial(*(at or ()), **(kwargs or {})).arguments
    for name, parameter in signature.parameters.items():
        kind = kinds.get(name)
        tree: Any
        if name in bound:
            tree = _given(inputs, name, bound[name], kind, lift)
        elif parameter.kind is parameter.VAR_POSITIONAL or parameter.kind is parameter.VAR_KEYWORD:
            continue
        elif parameter.default is not parameter.empty:
            tree = _given(inputs, name, parameter.default, kind, lift)
        else:
            tree = _unknown(inputs, name, kind or _annotated(parameter.annotation))
        if parameter.kind is parameter.VAR_POSITIONAL:
            inputs.positional += [(f"*{name}", item) for item in tree]
        elif parameter.kind is parameter.VAR_KEYWORD:
            inputs.keywords.append((f"**{name}", tree))
        elif parameter.kind is parameter.KEYWORD_ONLY:
            inputs.keywords.append((name, tree))
        else:
            inputs.positional.append((name, tree))
    return inputs


def _annotated(annotation: Any) -> Kind:
    return INTEGER if annotation in (int, "int") else REAL


def _slot(inputs: Inputs, name: str, value: float | None) -> Slot:
    inputs.slots.append(Slot(len(inputs.slots), name))
    inputs.given.append(value)
    return inputs.slots[-1]


def _given(
    inputs: Inputs, name: str, value: Any, kind: Kind | None, lift: Callable[[Any], Any]
) -> Any:
    if isinstance(value, dict):
        return {k: _given(inputs, f"{name}[{k!r}]", v, kind, lift) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        item = kind.item if isinstance(kind, ListOf) else kind
        items = [_given(inputs, f"{name}[{i}]", v, item, lift) for i, v in enumerate(value)]
        return value._make(items) if hasattr(value, "_make") else type(value)(items)
    if is_array(value) or type(value).__module__ == "numpy":
        return _grid(inputs, name, value, lift)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {n: _given(inputs, f"{name}.{n}", v, None, lift) for n, v in _all(value).items()}
        return Instance(type(value), lift(type(value)), parts)
    if isinstance(value, Symbolic):  # a default, of a function that was extracted from a file
        value = float(value.value)
    if isinstance(value, float) or kind is REAL and type(value) is int:
        return _slot(inputs, name, float(value))
    if type(value) is int:
        return _choice(inputs, name, value)
    return Fixed(lift(value), value)


def _made_up(inputs: Inputs, name: str, kind: ArrayOf) -> Any:
    """An array of a shape that fits its kind; axes of one size are equally long."""
    import numpy as np

    if kind.dims is None or kind.item is not REAL:
        raise NeedsExample(
            f"an example of a call is needed, for little is known of the array {name!r}: "
            "give one with at=, or on the command line with --at"
        )
    shape = []
    for dim in kind.dims:
        if isinstance(dim, int):
            shape.append(dim)
        elif dim is None:
            shape.append(LENGTH)
        else:
            lengths = [inputs.sizes.setdefault(s.of, LENGTH) * n for s, n in dim.terms]
            shape.append(max(0, sum(lengths) + dim.constant))
    places = list(np.ndindex(*shape))
    items = [_slot(inputs, f"{name}[{', '.join(map(str, p))}]", None) for p in places]
    inputs.grids.append(grid := Grid(name, tuple(shape), np.dtype(float), tuple(items)))
    return grid


def _all(instance: Any) -> dict[str, Any]:
    return {**_fields(instance), **getattr(instance, "__dict__", {})}


def _grid(inputs: Inputs, name: str, value: Any, lift: Callable[[Any], Any]) -> Any:
    """The slots of an array of floats; of other arrays, what they are."""
    import numpy as np

    if np.dtype(value.dtype).kind != "f":
        return (
            Fixed(lift(value), value)
            if value.shape
            else _given(inputs, name, value.item(), None, lift)
        )
    floats = [float(number(v).value) for v in np.asarray(value).reshape(-1)]
    if not value.shape and not is_array(value):
        return _slot(inputs, name, floats[0])
    items = []
    for place, number_ in zip(np.ndindex(value.shape), floats, strict=True):
        items.append(_slot(inputs, f"{name}[{', '.join(map(str, place))}]", number_))
    grid = Grid(name, value.shape, value.dtype, tuple(items))
    inputs.grids.append(grid)
    return grid


def _choice(inputs: Inputs, name: str, value: int | None) -> Choice:
    inputs.choices.append(name)
    inputs.chosen.append(value)
    return Choice(len(inputs.choices) - 1)


class NeedsExample(TypeError):
    """An argument cannot be made up: nothing is known of its shape."""


def _unknown(inputs: Inputs, name: str, kind: Kind | None) -> Any:
    if isinstance(kind, ArrayOf):
        return _made_up(inputs, name, kind)
    if isinstance(kind, ListOf):
        return [_unknown(inputs, f"{name}[{i}]", kind.item) for i in range(LENGTH)]
    if kind is INTEGER:
        return _choice(inputs, name, None)
    return _slot(inputs, name, None)
