"""One generated derivative, and what can be asked of it."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symdiff.generate.results import structures_of
from symdiff.generate.running import runnable
from symdiff.stages import OBJECT, Const, Kind, Procedure, Var

if TYPE_CHECKING:
    from symdiff.checking import Original
    from symdiff.read.reader import Reading


@dataclass
class Generated:
    """One generated derivative of a function."""

    root: Any
    reading: Reading
    derivative: Procedure
    text: str
    name: str
    wrt: tuple[str | int, ...]
    single: bool
    by_types: bool = False
    chosen: list[tuple[str, int | None]] = field(default_factory=list)
    code: types.CodeType | None = None
    refreshed: dict[str, Any] = field(default_factory=dict)
    backward: Generated | None = None  # of a derivative in two functions
    target: str = "python"
    options: tuple[tuple[str, Any], ...] = ()
    stages_of_lines: dict[int, int] = field(default_factory=dict)
    _compiled: tuple[Callable[..., Any], Callable[[], bool] | None] | None = None

    @property
    def compiled(self) -> tuple[Callable[..., Any], Callable[[], bool] | None]:
        """The compiled function, and what to call before it (see runnable)."""
        if self._compiled is None:
            self._compiled = runnable(self)
        return self._compiled

    @property
    def function(self) -> Callable[..., Any]:
        """The compiled function, its globals those of now."""
        function, fresh = self.compiled
        if fresh is not None:
            fresh()
        return function

    def bound_to(self, root: Any) -> Generated:
        """The same code for another function object made from the same definition."""
        backward = self.backward.bound_to(root) if self.backward else None
        return dataclasses.replace(self, root=root, backward=backward, _compiled=None)

    @property
    def kinds(self) -> dict[str, Kind | None]:
        return {
            p.name: p.var.kind if p.var.kind is not OBJECT else None
            for p in self.reading.procedure.params
        }

    @property
    def left_out(self) -> list[str]:
        """The parameters of which nothing is known that could be differentiated."""
        params = self.reading.procedure.params
        return [
            p.name
            for p in params
            if p.var.kind is OBJECT
            and self.reading.specs.get(p.name) is OBJECT
            and p.name not in self.wrt
            and p.name not in ("self", "cls")
            and p.passed in ("plain", "keyword")
            and p.default != Const(None)
        ]

    @property
    def by_position(self) -> bool:
        """Whether the parameters that the function itself does not have follow its own."""
        own = set(self.own_parameters)
        return all(p.passed == "plain" for p in self.derivative.params if p.name in own)

    @property
    def own_parameters(self) -> list[str]:
        """The names of the parameters that the function itself does not have: `kept`, `dout`."""
        given = {p.name for p in self.reading.procedure.params}
        return [p.name for p in self.derivative.params if p.name not in given]

    def positions(self, count: int) -> list[int | None]:
        """For each positional argument, which adjoint is its own."""
        names: list[tuple[str, int | None]] = []
        for param in self.reading.procedure.params:
            if param.passed == "plain":
                names.append((param.name, None))
            elif param.passed == "star":
                names += [(param.name, i) for i in range(count - len(names))]
        order = {c: i for i, c in enumerate(self.chosen)}
        return [order.get(n) for n in names[:count]]

    def differentiated(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The differentiated arguments of a call."""
        given = {
            self.chosen[i]: args[at]
            for at, i in enumerate(self.positions(len(args)))
            if i is not None
        }
        given |= {(name, None): value for name, value in kwargs.items()}
        return [given.get(c) for c in self.chosen]

    def elementary(self) -> tuple[Procedure, list[Var]]:
        """The primal procedure in elementary stages, and its differentiated variables."""
        from symdiff.differentiate.derivative import elementary, leaves

        wrt = structures_of(self.reading, self.chosen)
        return elementary(self.reading.procedure, wrt)[0], [v for s in wrt for v in leaves(s)]

    def traced(self) -> Generated:
        """The derivative that tells what passes through the stages of `elementary`."""
        from symdiff.differentiate.traced import traced

        made = traced(self.reading.procedure, structures_of(self.reading, self.chosen))
        return self.with_text_of(made)

    def with_text_of(self, procedure: Procedure) -> Generated:
        """Another procedure in the place of the derivative, for the same function."""
        from symdiff.write import write

        written = write(procedure, live=callable(self.root))
        return dataclasses.replace(
            self,
            derivative=procedure,
            text=written.text,
            name=written.name,
            code=None,
            refreshed=written.globals,
            backward=None,
            _compiled=None,
        )

    def arguments(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by the names of the parameters, defaults included."""
        signature = inspect.signature(self.function)
        bound = signature.bind_partial(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    def original(self) -> Original:
        from symdiff.checking import FromCallable, FromFile, FromText
        from symdiff.read.static import StaticFunction

        if isinstance(self.root, StaticFunction):
            path = self.root.scope.file.path
            if path.startswith("<"):
                return FromText(self.root.scope.file.text, self.root.name)
            from pathlib import Path

            return FromFile(Path(path), self.root.name)
        return FromCallable(getattr(self.root, "__symdiff_primal__", self.root))

    def names(self) -> dict[str, Any]:
        """Live values that the text refers to and can't show."""
        return {n: v.read(self.root) for n, v in self.refreshed.items() if v.read is not None}
