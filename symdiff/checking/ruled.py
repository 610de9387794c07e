"""Functions with rules of the user's, over symbolic numbers.

The derivative of such a function is what its rule says: the check proves that the generated code
follows the rules. Beside that, each rule is held against the derivative of its function, which the
report tells. `stop` nodes are numbers through which no derivative flows.
"""

from __future__ import annotations

import inspect
import itertools
import math
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from symdiff.checking.adjoint import sweep
from symdiff.checking.inputs import fill, is_array, leaves
from symdiff.checking.number import NoCounterpart, Symbolic, node, number
from symdiff.checking.precision import field
from symdiff.checking.run import Run
from symdiff.checkpointing import checkpoint

MOST = 2000  # partial derivatives of one call
COMPARED = 12  # calls at which a rule is held against its function
STEPS, SECONDS = 200_000, 1.0
SAME = 1e-5  # relative: iterations end at some tolerance


@dataclass
class Held:
    """What came of holding a rule against the derivative of its function."""

    differs: bool = False  # it is meant to
    calls: int = 0
    error: float = 0.0
    example: str = ""  # of a disagreement
    reason: str = ""  # why it could not be compared


def stop(value: Any) -> Any:
    """What `symdiff.stop_gradient` is here."""
    return _replaced(value, lambda n: node("stop", (n,), n.value) if n.run is not None else n)


class Ruled:
    """A function that has rules. The rules are given by decorators, as in the user's file."""

    def __init__(self, function: Callable[..., Any], table: dict[str, Held]) -> None:
        self.function, self.table = function, table
        self.rules: dict[str, Callable[..., Any]] = {}
        self.__name__ = getattr(function, "__name__", "function")
        self.__wrapped__ = function
        self.held = Held()

    def give(self, kind: str, rule: Any = None, *, differs: bool = False) -> Any:
        if rule is None:
            return lambda found: self.give(kind, found, differs=differs)
        self.rules[kind] = rule
        self.held.differs = self.held.differs or differs
        return rule

    def partials(self, rule: Any = None, *, differs: bool = False) -> Any:
        return self.give("partials", rule, differs=differs)

    def pullback(self, rule: Any = None, *, differs: bool = False) -> Any:
        return self.give("pullback", rule, differs=differs)

    def pushforward(self, rule: Any = None, *, differs: bool = False) -> Any:
        return self.give("pushforward", rule, differs=differs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        out = self.function(*args, **kwargs)
        inputs = [n for n in _numbers((args, kwargs)) if n.run is not None]
        outs = _numbers(out)
        if not self.rules or not inputs or not outs:
            return out
        if len(inputs) * len(outs) > MOST:
            raise NoCounterpart(f"{self.__name__}() has too many partial derivatives")
        call = _Call(self, args, kwargs, out)
        partials = call.partials(inputs)
        if self.held.calls < COMPARED and not self.held.example:
            self.table[self.__name__] = self.held
            self.compare(args, kwargs, inputs, partials)
        made = iter(
            node("ruled", (o, *inputs, *row), o.value)
            for o, row in zip(outs, partials, strict=True)
        )
        return _replaced(out, lambda n: next(made))

    def compare(
        self, args: Any, kwargs: Any, inputs: list[Symbolic], partials: list[list[Symbolic]]
    ) -> None:
        """Hold the rule against the derivative of the function at these arguments."""
        run = Run(STEPS, time.monotonic() + SECONDS)
        fresh = [Symbolic("input", (f"x{i}",), run, n.value) for i, n in enumerate(inputs)]
        given = iter(fresh)
        try:
            moved = _replaced((args, kwargs), lambda n: n if n.run is None else next(given))
            outs = _numbers(self.function(*moved[0], **moved[1]))
            if run.tied or run.kinks:
                return  # what happens where values are equal is not typical
            for o, row in zip(outs, partials, strict=True):
                done = sweep(o) if o.run is not None else None
                for x, p in zip(fresh, row, strict=True):
                    expected = field().mpf(0) if done is None else done.adjoint(x)
                    self.note(x, p.value, expected, inputs)
        except Exception as error:
            self.held.reason = f"{type(error).__name__}: {error}"
            return
        self.held.calls += 1

    def note(self, x: Symbolic, got: Any, expected: Any, inputs: list[Symbolic]) -> None:
        size = max(abs(got), abs(expected))
        error = float(abs(got - expected) / size) if size > 1e-12 else 0.0
        self.held.error = max(self.held.error, error)
        if (error > SAME or math.isnan(error)) and not self.held.example:
            where = ", ".join(f"{float(n.value):.6g}" for n in inputs[:4])
            self.held.example = (
                f"at ({where}{', ...' if len(inputs) > 4 else ''}) it says {float(got):.8g}, the "
                f"derivative of the function is {float(expected):.8g}"
            )


def namespace(table: dict[str, Held]) -> types.SimpleNamespace:
    """What stands for the module symdiff in a file that is extracted."""

    def make(function: Any) -> Ruled:
        return Ruled(function, table)

    return types.SimpleNamespace(
        stop_gradient=stop,
        elementwise=make,
        custom_vjp=make,
        custom_jvp=make,
        checkpoint=checkpoint,
    )


@dataclass
class _Call:
    """One call of a function with rules."""

    ruled: Ruled
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    out: Any

    def partials(self, inputs: list[Symbolic]) -> list[list[Symbolic]]:
        """The partial derivative of each number in the value by each varying number given."""
        rules = self.ruled.rules
        if "partials" in rules:
            return self.elementwise(rules["partials"])
        if "pullback" in rules:
            return [self.of_pullback(rules["pullback"], j) for j in range(len(_numbers(self.out)))]
        columns = [self.of_pushforward(rules["pushforward"], i) for i in range(len(inputs))]
        return [list(row) for row in zip(*columns, strict=True)]

    @property
    def bound(self) -> dict[str, Any]:
        """The arguments by the names of their parameters."""
        return dict(
            inspect.signature(self.ruled.function).bind(*self.args, **self.kwargs).arguments
        )

    def by_parameter(self, returned: Any) -> list[tuple[Any, Any]]:
        """Each argument, and what is returned for it."""
        values = [*self.args, *self.kwargs.values()]
        varied = [i for i, v in enumerate(values) if _numbers(v)]
        found: dict[int, Any] = {}
        if isinstance(returned, tuple) and len(returned) == len(values) != 1:
            found = dict(enumerate(returned))
        elif len(varied) == 1:
            own = values[varied[0]]
            single = isinstance(returned, tuple) and len(returned) == 1
            unpacked = single and not isinstance(own, tuple)
            found = {varied[0]: returned[0] if unpacked else returned}
        elif isinstance(returned, tuple) and len(returned) == len(varied):
            found = dict(zip(varied, returned, strict=True))
        else:
            found = {i + 1: r for i, r in enumerate(returned)}  # all but the receiver's
        return [(v, found.get(i)) for i, v in enumerate(values)]

    def elementwise(self, rule: Any) -> list[list[Symbolic]]:
        found = self.by_parameter(rule(*self.args, out=self.out, **self.kwargs))
        shape = self.out.shape if is_array(self.out) else ()
        rows: list[list[Symbolic]] = [[] for _ in _numbers(self.out)]
        for value, partial in found:
            numbers = _numbers(value)
            reads = _broadcast(list(range(len(numbers))), _shape(value), shape)
            each = _broadcast(_numbers(partial) or [number(0)], _shape(partial), shape)
            for j, row in enumerate(rows):
                row += [
                    number(each[j] if reads[j] == i else 0)
                    for i, n in enumerate(numbers)
                    if n.run is not None
                ]
        return rows

    def of_pullback(self, rule: Any, j: int) -> list[Symbolic]:
        counter = itertools.count()
        cotangent = _replaced(self.out, lambda n: number(1 if next(counter) == j else 0))
        adjoints = self.by_parameter(
            rule(*self.args, out=self.out, cotangent=cotangent, **self.kwargs)
        )
        row: list[Symbolic] = []
        for value, adjoint in adjoints:
            row += [
                number(a) for n, a in _beside(value, adjoint) if isinstance(n, Symbolic) and n.run
            ]
        return row

    def of_pushforward(self, rule: Any, i: int) -> list[Symbolic]:
        counter = itertools.count()
        bound = self.bound
        taken = set(inspect.signature(rule).parameters)

        def unit(n: Symbolic) -> Symbolic:
            return number(1 if n.run is not None and next(counter) == i else 0)

        dots = {f"{name}_dot": _replaced(value, unit) for name, value in bound.items()}
        given = {name: dot for name, dot in dots.items() if name in taken}
        returned = rule(*self.args, out=self.out, **self.kwargs, **given)
        return [number(t) for o, t in _beside(self.out, returned) if isinstance(o, Symbolic)]


def _beside(value: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """The numbers of a value beside those of another of its structure, or that broadcasts to it."""
    if other is None:
        yield from ((n, 0) for n in _leaves(value))
        return
    if is_array(value) and _shape(other) != value.shape:
        others = _broadcast(_numbers(other) or [other], _shape(other), value.shape)
        yield from zip(_leaves(value), others, strict=True)
        return
    if isinstance(value, (list, tuple)) and isinstance(other, (list, tuple)):
        for part, each in zip(value, other, strict=True):
            yield from _beside(part, each)
        return
    if isinstance(value, dict) and isinstance(other, dict):
        for key, part in value.items():
            yield from _beside(part, other.get(key))
        return
    pairs = leaves(value, other)
    if pairs is None:
        raise NoCounterpart("a rule returns another structure than that of the argument")
    yield from pairs


def _broadcast(items: list[Any], shape: tuple[int, ...], wide: tuple[int, ...]) -> list[Any]:
    if not wide and len(items) == 1:
        return items
    import numpy as np

    found = np.empty(len(items), object)
    found[:] = items
    return list(np.broadcast_to(found.reshape(shape), wide).reshape(-1))


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(value.shape) if is_array(value) else ()


def _leaves(tree: Any) -> list[Any]:
    return [a for a, _ in leaves(tree, tree) or ()]


def _numbers(tree: Any) -> list[Symbolic]:
    """The real numbers in a value."""
    return [n for n in _leaves(tree) if isinstance(n, Symbolic)]


def _replaced(tree: Any, change: Callable[[Symbolic], Any]) -> Any:
    """A value with its real numbers changed; parts without any are left as they are."""
    if not _numbers(tree):
        return tree
    if isinstance(tree, tuple) and hasattr(tree, "_make"):
        return tree._make(_replaced(v, change) for v in tree)
    if isinstance(tree, (list, tuple)):
        return type(tree)(_replaced(v, change) for v in tree)
    if isinstance(tree, dict):
        return {k: _replaced(v, change) for k, v in tree.items()}
    if hasattr(tree, "__dict__") and not is_array(tree) and not isinstance(tree, Symbolic):
        made = object.__new__(type(tree))
        for name, part in vars(tree).items():
            object.__setattr__(made, name, _replaced(part, change))
        return made
    return fill(tree, lambda n: change(n) if isinstance(n, Symbolic) else n)


# --- what the report says ------------------------------------------------------------------------


def of_rules(table: dict[str, Held]) -> tuple[str, list[str]]:
    """The rules that are not the derivatives of their functions, and what is to be said of the
    others."""
    disputed, notes = [], []
    for name, held in table.items():
        if held.differs:
            notes.append(f"the rule of {name}() is meant to be another than its derivative")
        elif held.example:
            disputed.append(
                f"the derivative follows the rule of {name}(), which is not that of the function: "
                f"{held.example}. Correct the rule, or say that it is meant: differs=True."
            )
        elif held.calls:
            digits = int(-math.log10(max(held.error, 1e-30)))
            calls = "1 call" if held.calls == 1 else f"{held.calls} calls"
            notes.append(
                f"the rule of {name}() is the derivative of the function, to {digits} digits "
                f"at {calls}"
            )
        else:
            why = f": {held.reason}" if held.reason else ""
            notes.append(f"the rule of {name}() is taken as it is{why}")
    return "\n".join(disputed), notes
