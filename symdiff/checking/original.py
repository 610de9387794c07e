"""Where the original function comes from: a live callable, or text that is never executed."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symdiff.checking.exact import World
from symdiff.checking.extract import Extractor
from symdiff.checking.lift import Lifter


@dataclass(frozen=True)
class FromCallable:
    """A function, lambda, method, partial or callable object of the running program."""

    function: Callable[..., Any]

    @property
    def name(self) -> str:
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def lift(self, world: World) -> tuple[Callable[..., Any], inspect.Signature]:
        lifter = Lifter(world)
        function: Any = self.function
        if not callable(lifter.lift(function)):
            raise TypeError(f"{self.name} is not a function that can be run on symbols")
        return lifter.lift(function), _signature(function)

    def plain(self) -> Callable[..., Any]:
        """The function itself, which computes with floats."""
        return self.function


@dataclass(frozen=True)
class FromFile:
    """A function of a file, by its name or by `Class.name`; the file is read, not executed."""

    path: Path
    name: str

    def lift(self, world: World) -> tuple[Callable[..., Any], inspect.Signature]:
        return _find(Extractor(world).file(Path(self.path)), self.name, str(self.path))

    def plain(self) -> Callable[..., Any]:
        """The function as it stands, which computes with floats."""
        return _find(Extractor(None).file(Path(self.path)), self.name, str(self.path))[0]


@dataclass(frozen=True)
class FromText:
    """A function of a text that stands in no file."""

    text: str
    name: str

    def lift(self, world: World) -> tuple[Callable[..., Any], inspect.Signature]:
        return _find(Extractor(world).text(self.text, "<text>"), self.name, "the text")

    def plain(self) -> Callable[..., Any]:
        """The function as it stands, which computes with floats."""
        return _find(Extractor(None).text(self.text, "<text>"), self.name, "the text")[0]


Original = FromCallable | FromFile | FromText


def _find(
    names: dict[str, Any], name: str, where: str
) -> tuple[Callable[..., Any], inspect.Signature]:
    first, *rest = name.split(".")
    found = names.get(first)
    for part in rest:
        found = getattr(found, part, None)
    if not callable(found):
        raise LookupError(f"there is no function {name!r} in {where}")
    return found, inspect.signature(found)


def _signature(function: Any) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except NameError:  # an annotation that cannot be evaluated, from Python 3.14 on
        bare = types.FunctionType(function.__code__, {}, closure=function.__closure__)
        bare.__defaults__, bare.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
        return inspect.signature(bare)
    except ValueError:  # some builtin functions
        x = inspect.Parameter("x", inspect.Parameter.POSITIONAL_ONLY)
        return inspect.Signature([x])
