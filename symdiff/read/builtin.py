"""Source for functions that have a derivative rule but no source, such as math.sin."""

from __future__ import annotations

from typing import Any

from symdiff.errors import NoSource, NotDifferentiable
from symdiff.read.scope import StaticScope, Unit
from symdiff.read.source import parse
from symdiff.read.spelling import spelled
from symdiff.read.static import StaticFunction
from symdiff.read.values import Function

_LETTERS = "xyzuvw"


def function_of_rule(function: Any, arguments: int | None = None) -> StaticFunction:
    """A one-line function that calls a primitive. Raises NotDifferentiable where it has no rule."""
    from symdiff import rules

    primitive = rules.find(function)
    name = getattr(function, "__name__", repr(function))
    known = spelled(f"{getattr(function, '__module__', '')}.{name}", Unit())
    if primitive is None and isinstance(known, Function) and isinstance(known.scope, StaticScope):
        return StaticFunction(name, known.scope)
    if primitive is None:
        raise NotDifferentiable(
            f"{name!r} has no source and no derivative rule",
            fix=f"Give it a rule: symdiff.rules.register({name}, pullback=...).",
        )
    module = getattr(function, "__module__", None)
    if not module:
        raise NoSource(f"{name!r} can't be found by a name")
    fewest, most = primitive.arity
    count = max(fewest, 1) if arguments is None else arguments
    letters = ", ".join(_LETTERS[i] if i < len(_LETTERS) else f"x{i}" for i in range(count))
    module = module.lstrip("_")
    text = f"import {module}\n\n\ndef {name}({letters}):\n    return {module}.{name}({letters})\n"
    return StaticFunction(name, StaticScope(parse(f"<{module}.{name}>", text), module, None))
