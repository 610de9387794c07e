"""Derivatives as Numba's dispatchers: written and compiled for the types of each first call, called
from Python or from other compiled code.

The dispatcher's own function only calls a stand-in, for which Numba asks with the types of the
arguments (numba.extending.overload); the answer is the derivative for arguments of these kinds.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from symdiff.compiled.types import spec_of_type
from symdiff.errors import NotCompiled, SymdiffError
from symdiff.generate import Generated, Selection, find_for, place_of
from symdiff.read.source import unwrap
from symdiff.stages import Place, Stage, steps

PLAIN = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def is_dispatcher(function: Any) -> bool:
    """Whether a function is one of Numba's; Numba is not loaded for others."""
    return hasattr(function, "py_func") and type(function).__module__.startswith("numba.")


def options_of(function: Any) -> dict[str, Any]:
    """The options that the user compiles a function with, in the order of their names."""
    if not is_dispatcher(function):
        return {}
    given = {k: v for k, v in function.targetoptions.items() if k != "nopython" and v is not None}
    return dict(sorted(given.items()))


def compiled(
    function: Any, selection: Selection, mode: str, result: str, derived: Any, **options: Any
) -> Any:
    """A dispatcher for a derivative.

    `result` is what is returned of `both`, the value of what is generated; `derived` is what the
    reader takes the dispatcher for, where a function calls it that is differentiated.
    """
    import numba
    from numba.extending import overload

    options = {**options_of(function), **options}
    selection = replace(selection, target="numba", options=tuple(options.items()))
    names, shown = parameters_of(function)
    name = f"{getattr(function, '__name__', 'function').strip('<>')}_{derived.mode}"
    text = TEXT.format(
        name=name,
        shown=", ".join(shown),
        names=", ".join(names),
        types="".join(f"{n.lstrip('*')}, " for n in names),
        result=result,
    )
    known = {f"symdiff_default_{n}": value for n, value in defaults_of(function).items()}

    def derivative_for(types: Sequence[Any]) -> Any:
        return implementation(function, selection, mode, names, types)

    known["symdiff_derivative_for"] = derivative_for
    exec(text, known)
    overload(known["symdiff_stand_in"])(known["symdiff_answer"])
    main = known[name]
    main.__doc__, main.__module__ = function.__doc__, function.__module__
    dispatcher = numba.njit(**options)(main)
    dispatcher.__symdiff__ = derived
    return dispatcher


TEXT = """\
def {name}({shown}):
    symdiff_both = symdiff_stand_in({names})
    return {result}


def symdiff_stand_in({names}):
    pass


def symdiff_answer({names}):
    symdiff_derivative = symdiff_derivative_for(({types}))

    def call({names}):
        return symdiff_derivative({names})

    return call
"""


def parameters_of(function: Any) -> tuple[list[str], list[str]]:
    """The names of a function's parameters, as they are passed on, and with their defaults."""
    names, shown = [], []
    for p in inspect.signature(unwrap(function)).parameters.values():
        if p.kind is inspect.Parameter.VAR_KEYWORD:
            raise NotCompiled("Numba has no functions with **kwargs", place_of(function))
        star = "*" if p.kind is inspect.Parameter.VAR_POSITIONAL else ""
        preset = "" if p.default is p.empty else f"=symdiff_default_{p.name}"
        names.append(f"{star}{p.name}")
        shown.append(f"{star}{p.name}{preset}")
    return names, shown


def defaults_of(function: Any) -> dict[str, Any]:
    given = inspect.signature(unwrap(function)).parameters.values()
    return {p.name: p.default for p in given if p.default is not p.empty}


def implementation(
    function: Any,
    selection: Selection,
    mode: str,
    names: Sequence[str],
    types: Sequence[Any],
) -> Any:
    """The compiled derivative for arguments of these types.

    Raises SymdiffError: for what can't be differentiated, and NotCompiled for what Numba can't
    compile, with the user's line.
    """
    each: list[Any] = []
    for name, kind in zip(names, types, strict=True):
        each += kind if name.startswith("*") else [kind]
    made = find_for(function, selection, mode, tuple(map(spec_of_type, each)), {})
    compile_for(made, made.function, each)
    return made.function


def compile_for(made: Generated, dispatcher: Any, types: Sequence[Any]) -> None:
    from numba.core.errors import NumbaError

    try:
        dispatcher.compile(tuple(types))
    except SymdiffError:
        raise
    except (NumbaError, NotImplementedError, AssertionError, KeyError) as error:
        raise not_compiled(made, error) from error


def not_compiled(made: Generated, error: Exception) -> SymdiffError:
    """Numba's refusal, with the line of the user's that is behind the generated one."""
    text = str(error)
    lines = [int(n) for n in re.findall(r'<symdiff [^"]*>", line (\d+)', text)]
    place = next((p for n in reversed(lines) if (p := place_of_line(made, n))), None)
    said = [line.strip() for line in text.splitlines() if line.strip()]
    why = next((s for s in said if not s.startswith("Failed in nopython")), type(error).__name__)
    return NotCompiled(
        f"Numba can't compile the derivative of {made.reading.procedure.name}()",
        place or made.reading.procedure.place,
        why=f"It says: {why}",
        fix="symdiff.source(function, ..., target='numba') shows what it was given; "
        "without target='numba' the derivative runs in Python.",
    )


def place_of_line(made: Generated, line: int) -> Place | None:
    """The place of the primal's stage that a generated line belongs to."""
    number = made.stages_of_lines.get(line)
    for step in steps(made.elementary()[0].body):
        if isinstance(step, Stage) and number and step.number == number:
            return step.place
    return None
