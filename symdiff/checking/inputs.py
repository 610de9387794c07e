"""The arguments of a check: which numbers in them vary, and how a call is put together.

Each float in the arguments, inside lists, tuples and dicts too, is a *slot* for a real number.
Integers that are not given are tried from a short list; everything else is fixed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symdiff.checking.number import Symbolic
from symdiff.stages import INTEGER, REAL, Kind, ListOf

INTEGERS = (3, 2, 1, 0, 4, 5)
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

        def leaf(leaf: Any) -> Any:
            if isinstance(leaf, Slot):
                return reals[leaf.index]
            if isinstance(leaf, Choice):
                return point.choices[leaf.index]
            return leaf.raw if raw else leaf.value

        def build(tree: Any) -> Any:
            return fill(tree, leaf)

        arguments = [build(tree) for _, tree in self.positional]
        keywords: dict[str, Any] = {}
        for name, tree in self.keywords:
            keywords.update(build(tree) if name.startswith("**") else {name: build(tree)})
        return f(*arguments, **keywords, **more)

    def point_given(self) -> Point | None:
        """The point of the caller's example, when there is one."""
        if None in self.given or None in self.chosen:
            return None
        reals = tuple(exact(value) for value in self.given if value is not None)
        return Point(reals, tuple(n for n in self.chosen if n is not None))

    def show(self, point: Point) -> str:
        """A point in writing."""
        parts = [f"{s.name} = {float(v)!r}" for s, v in zip(self.slots, point.reals, strict=True)]
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
            f"{name.lstrip('*')} = {tree.raw!r}"
            for name, tree in trees
            if isinstance(tree, Fixed) and isinstance(tree.raw, (int, str, type(None)))
        ]


def exact(value: float) -> Fraction:
    """The decimal fraction that a float is written as."""
    return Fraction(repr(float(value)))


def fill(tree: Any, value: Callable[[Any], Any]) -> Any:
    """A tree with its leaves replaced."""
    if isinstance(tree, dict):
        return {k: fill(v, value) for k, v in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_make"):
        return tree._make([fill(v, value) for v in tree])
    if isinstance(tree, (list, tuple)):
        return type(tree)(fill(v, value) for v in tree)
    return value(tree)


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
    else:
        return [(tree, other)]
    if any(p is None for p in pairs):
        return None
    return [pair for p in pairs for pair in p or ()]


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
    if isinstance(value, Symbolic):  # a default, of a function that was extracted from a file
        value = float(value.value)
    if isinstance(value, float) or kind is REAL and type(value) is int:
        return _slot(inputs, name, float(value))
    if type(value) is int:
        return _choice(inputs, name, value)
    return Fixed(lift(value), value)


def _choice(inputs: Inputs, name: str, value: int | None) -> Choice:
    inputs.choices.append(name)
    inputs.chosen.append(value)
    return Choice(len(inputs.choices) - 1)


def _unknown(inputs: Inputs, name: str, kind: Kind | None) -> Any:
    if isinstance(kind, ListOf):
        return [_unknown(inputs, f"{name}[{i}]", kind.item) for i in range(LENGTH)]
    if kind is INTEGER:
        return _choice(inputs, name, None)
    return _slot(inputs, name, None)
