"""The original and the generated function, made ready to run on symbolic numbers."""

from __future__ import annotations

import ast
import inspect
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symdiff.checking import floats
from symdiff.checking.exact import World, rewrite
from symdiff.checking.floats import GENERATED
from symdiff.checking.functions import ARRAY_MODULES
from symdiff.checking.inputs import Inputs, NeedsExample, Point, Slot, describe, leaves
from symdiff.checking.lift import Lifter
from symdiff.checking.number import leaf
from symdiff.checking.original import Original
from symdiff.checking.run import Run
from symdiff.checking.trial import COTANGENTS, Trial, attempt, line_of_text, parameters_added
from symdiff.stages import Kind

MAX_STEPS = 20_000_000
MAX_SECONDS = 5.0


class Machine:
    """Both functions in one world. Raises SyntaxError, LookupError and TypeError when made from
    texts, names and examples that do not fit together."""

    def __init__(
        self,
        original: Original,
        text: str,
        name: str | None,
        *,
        kinds: Mapping[str, Kind | None] | None,
        wrt: Sequence[str | int] | None,
        single: bool | None,
        at: Sequence[Any] | None,
        kwargs: Mapping[str, Any] | None,
        names: Mapping[str, Any] | None,
        matrix: str = "",
    ) -> None:
        self._given = (original, text, name)
        self._options: dict[str, Any] = dict(
            kinds=kinds,
            wrt=wrt,
            single=single,
            at=at,
            kwargs=kwargs,
            names=names,
            matrix=matrix,
        )
        self.original_name = original.name
        self.run = Run(0, 0.0)
        self.coarse = False
        self.world = World(
            lambda: self.run.tick(),
            lambda: len(self.run.decisions),
            lambda *arrival: self.run.arrive(*arrival),
            lambda loop: self.run.enter(loop),
        )
        self.text, self.name, self.single = text, name or last_function(text), single
        self.matrix = matrix
        self.live = dict(names or {})
        self.lifter = Lifter(self.world)
        self.original, signature = original.lift(self.world)
        self.generated = self.load(ast.parse(text))
        self.inputs: Inputs = describe(signature, kinds, at, kwargs, self.lifter.lift)
        chosen = self._parameters(signature, wrt)
        self.wrt = tuple(label for label, _ in chosen)
        self.wanted = tuple(tree for _, tree in chosen)

    def again(self) -> Machine:
        """The same, made anew: for another precision."""
        made = Machine(*self._given, **self._options)
        made.coarse = self.coarse
        return made

    def load(self, tree: ast.Module) -> Any:
        """The generated function of a syntax tree of the text."""
        names = {name: self.lifter.lift(value) for name, value in self.live.items()}
        names.update(__builtins__=self.world.names, __name__="generated")
        exec(
            compile(rewrite(tree, self.world, "generated"), GENERATED, "exec", dont_inherit=True),
            names,
        )
        return names[self.name]

    def _parameters(
        self, signature: inspect.Signature, wrt: Sequence[str | int] | None
    ) -> list[tuple[str, Any]]:
        """The parameters chosen, as labels and trees; a mention of `*args` is of its next item."""
        names, trees = list(signature.parameters), self.inputs.trees
        if wrt is None:
            wrt = [n for n in names if any(isinstance(t, Slot) for t in _leaves(trees.get(n, ())))]
        found, items = [], Counter[str]()
        for w in wrt:
            name = names[w] if isinstance(w, int) else w
            if name not in trees:
                raise NeedsExample(
                    f"an example of a call is needed, for it is not known how many {name!r} there "
                    "are: give one with at=, or on the command line with --at"
                )
            if signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
                found.append((f"{name}[{items[name]}]", trees[name][items[name]]))
                items[name] += 1
            else:
                found.append((name, trees[name]))
        return found

    @property
    def has_rounded_constants(self) -> bool:
        """Whether the generated text holds rounded numbers that the original does not."""
        return bool(self.world.rounded["generated"] - self.world.rounded["original"])

    def attempt(self, point: Point, steps: int, seconds: float) -> Trial:
        return attempt(self, point, steps, seconds)

    def run_original(self, point: Point) -> Any:
        """The result of the original at a point."""
        self.run = Run(MAX_STEPS, time.monotonic() + MAX_SECONDS, self.coarse)
        pairs = zip(self.inputs.slots, point.reals, strict=True)
        return self.inputs.call(self.original, [leaf(s.name, v, self.run) for s, v in pairs], point)

    def in_floats(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """The original and the generated function as they stand."""
        return self._given[0].plain(), floats.run(self.text, self.live)[self.name]

    @property
    def may_need_floats(self) -> bool:
        """Whether exact numbers may not follow all of it: arrays, complex numbers."""
        of_arrays = bool(self.inputs.grids) or any(name in self.text for name in ARRAY_MODULES)
        return of_arrays or re.search(r"\bcmath\.|\dj\b", self.text) is not None

    def failure_on_floats(self, point: Point) -> tuple[str, int]:
        """How the generated code, run as it stands, fails at a point, and in which line; empty
        when it does not fail, and zero when the line is not known."""
        reals = [float(v) for v in point.reals]
        try:
            function = floats.run(self.text, self.live)[self.name]
            extra: dict[str, Any] = {
                n: float(COTANGENTS[0]) for n in parameters_added(self.generated, self.inputs)
            }
            made = self.inputs.call(function, reals, point, raw=True, **extra)
        except Exception as error:
            if self._original_fails(reals, point):
                return "", 0
            return f"it raises {type(error).__name__}: {error}", line_of_text(error)
        found = made if isinstance(made, tuple) and len(made) == 2 else (0.0, made)
        value, derivative = (
            [v for v, _ in leaves(m, m) or () if isinstance(v, float)] for m in found
        )
        right = not all(map(math.isfinite, value)) or all(map(math.isfinite, derivative))
        return "" if right else f"it returns {made!r}", 0

    def _original_fails(self, reals: list[float], point: Point) -> bool:
        """Whether the original, as it stands, raises an exception at a point too."""
        try:
            self.inputs.call(self._given[0].plain(), reals, point, raw=True)
        except Exception:
            return True
        return False


def last_function(text: str) -> str:
    """The name of the last function that a text defines. Raises LookupError and SyntaxError."""
    found = [s.name for s in ast.parse(text).body if isinstance(s, ast.FunctionDef)]
    if not found:
        raise LookupError("the text defines no function")
    return found[-1]


def _leaves(tree: Any) -> list[Any]:
    return [leaf for leaf, _ in leaves(tree, tree) or ()]
