"""Derivatives as Numba's dispatchers: written and compiled for the types of each first call, called
from Python or from other compiled code.

The dispatcher's own function only calls a stand-in, for which Numba asks with the types of the
arguments (numba.extending.overload); the answer is the derivative for arguments of these kinds.

Types tell no lengths, and what is 1 long may be broadcast. Calls from Python are answered by a
second dispatcher, whose derivatives are written for arrays without lengths of 1, and for equal
lengths where the function adds or multiplies: of two arrays that are added both have the shape of
the sum. For others these raise OtherLengths, and the first one is called, the only one that other
compiled code knows.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

from symdiff.compiled.types import spec_of_type
from symdiff.dispatch.cache import fingerprint, kept
from symdiff.dispatch.lengths import (
    OtherLengths,
    agreed_lengths,
    lengths_of,
    tests_of,
    with_lengths,
    without_ones,
)
from symdiff.dispatch.sharing import calling, pairs_of
from symdiff.errors import NotCompiled, NotDifferentiable, SymdiffError
from symdiff.generate import Generated, Selection, find_for, place_of, procedure_for
from symdiff.read.source import by_numba, unwrap
from symdiff.stages import Place, Procedure, Stage, called_from, steps

Maker = Callable[[Any, Selection, Sequence[Any]], "tuple[Generated, Callable[..., Any]]"]


def options_of(function: Any) -> dict[str, Any]:
    """The options that the user compiles a function with, in the order of their names."""
    function = innermost(function)
    if not by_numba(function):
        return {}
    left_out = ("nopython", "cache")
    given = function.targetoptions.items()
    return dict(sorted((k, v) for k, v in given if k not in left_out and v is not None))


def innermost(function: Any) -> Any:
    """The user's function, of which others are derivatives."""
    while type(function).__module__.startswith("symdiff.") and hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


@dataclass(frozen=True)
class Shape:
    """How a dispatcher is called, and what it hands on.

    `parameters` follow those of the function, `passed` are the expressions that the derivative is
    given for them; `result` is what is returned of `symdiff_both`, the derivative's value.
    """

    suffix: str
    result: str = "symdiff_both"
    parameters: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()


def compiled(
    function: Any,
    selection: Selection,
    make: Maker,
    shape: Shape,
    derived: Any,
    *,
    otherwise: Maker | None = None,
    cache: bool = False,
) -> Any:
    """A dispatcher for a derivative.

    `make` gives it for arguments of which kinds are known, and `otherwise` where Numba refuses
    that; `derived` is what the reader takes the dispatcher for, where a function calls it that is
    differentiated.

    Raises NotCompiled for functions with `**kwargs`, which Numba does not have.
    """
    given = (function, selection, make, shape, derived, otherwise, cache)
    dispatcher = _dispatcher(*given, long=False)
    compile_for_args = dispatcher._compile_for_args

    def called_again(*args: Any, **kwargs: Any) -> Any:
        """Numba hands on what belongs to `*args` as one tuple."""
        is_open = bool(inspect.getfullargspec(dispatcher.py_func).varargs)
        *own, more = args if is_open else (*args, ())
        return dispatcher(*own, *more, **kwargs)

    def compile_for(*args: Any, **kwargs: Any) -> Any:
        """What Numba calls from Python for new types; it calls what this returns."""
        lengths = [n for a in _arrays([*args, *kwargs.values()]) for n in a.shape]
        if lengths and 1 not in lengths and type(dispatcher) is not _for_python():
            for_long = _dispatcher(*given, long=True)
            for_long._compile_for_args = _with_short_tracebacks(for_long._compile_for_args)
            dispatcher.symdiff_for_long = for_long
            dispatcher.__class__ = _for_python()
            return called_again
        return compile_for_args(*args, **kwargs)

    dispatcher._compile_for_args = _with_short_tracebacks(compile_for)
    return dispatcher


@functools.cache
def _for_python() -> type:
    """The class of dispatchers that have another one, asked first, for the lengths that arrays
    mostly have."""
    from numba.core.registry import CPUDispatcher

    class ForPython(CPUDispatcher):  # type: ignore[misc]
        __module__ = CPUDispatcher.__module__  # by which Numba's dispatchers are told

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            try:
                return self.symdiff_for_long(*args, **kwargs)
            except OtherLengths:
                for_all = super().__call__
            return for_all(*args, **kwargs)

    return ForPython


def _arrays(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, tuple):
            yield from _arrays(value)
        elif hasattr(value, "shape"):
            yield value


def _dispatcher(
    function: Any,
    selection: Selection,
    make: Maker,
    shape: Shape,
    derived: Any,
    otherwise: Maker | None,
    cache: bool,
    long: bool,
) -> Any:
    """A dispatcher for a derivative, where arrays are `long` of arguments without lengths of 1."""
    import numba
    from numba.core.types.misc import NoneType, Omitted
    from numba.extending import overload

    options = dict(selection.options)
    names, shown = parameters_of(function)
    count = len(names)
    stars = ["*" if expression.startswith("*") else "" for expression in shape.passed]
    every = [*names, *(f"{star}symdiff_{i}" for i, star in enumerate(stars))]
    name = f"{getattr(function, '__name__', 'function').strip('<>')}_{shape.suffix}"
    text = TEXT.format(
        name=name,
        shown=", ".join([*shown, *after(shown, shape.parameters)]),
        given=", ".join([*names, *shape.passed]),
        names=", ".join(every),
        types="".join(f"{n.lstrip('*')}, " for n in every),
        result=shape.result,
    )

    # Where Numba refuses loops of elements, arrays may be of other numbers than these.
    ways = [(make, selection), (make, replace(selection, by_elements=False))]
    ways += [(otherwise, selection)] if otherwise is not None else []

    def derivative_for(types: Sequence[Any]) -> Any:
        """What calls the compiled derivative for arguments of these types."""
        if any(isinstance(kind, (Omitted, NoneType)) for kind in types[count:]):
            lacking = ", ".join(shape.parameters)
            raise NotDifferentiable(f"{name}() needs {lacking}", place_of(function))
        each: list[Any] = []
        own: list[str] = []  # the names of the function's own arguments
        for at, (kind, called) in enumerate(zip(types, every, strict=True)):
            several = called.startswith("*")
            each += kind if several else [kind]
            if at < count:
                bare = called.lstrip("*")
                own += (f"{bare}[{i}]" for i in range(len(kind))) if several else [bare]
        specs = tuple(map(spec_of_type, each[: len(own)]))
        tests: list[str] = []
        if long:
            specs = tuple(map(without_ones, specs))
            agreed, spared = agreed_lengths(
                lambda known: procedure_for(function, _of_lengths(own, specs, known))
            )
            specs = _of_lengths(own, specs, agreed)
            tests = tests_of(lengths_of(own, each[: len(own)]), agreed, spared)
        refused: dict[str, NotCompiled] = {}
        for way, selected in ways:
            made, written = way(function, selected, specs)
            if made.text in refused:
                continue
            try:
                compile_for(made, written, each)
                break
            except NotCompiled as error:
                refused[made.text] = error
        else:
            raise [*refused.values()][-1]
        if cache and calls_itself(made.derivative):
            from numba.core.caching import NullCache

            # Read back from Numba's cache, some recursive functions crash (0.68).
            dispatcher._cache = NullCache()
        elif cache:
            kept(made.name, made.text, "")
        pairs = list(pairs_of(names, types[:count], made.reading.changed))
        return calling(written, every, pairs, made.reading.procedure.name, tests, OtherLengths)

    # Numba imports the module of what it reads from its cache.
    known: dict[str, Any] = {"__name__": "symdiff.dispatch"}
    known |= {f"symdiff_default_{n}": value for n, value in defaults_of(function).items()}
    known["symdiff_derivative_for"] = derivative_for
    file = f"<symdiff {name}>"
    if cache:
        key = f"{fingerprint(function)} {type(derived).__name__} {selection.key} {long}"
        file = str(kept(name, text, key))
    exec(compile(text, file, "exec", dont_inherit=True), known)
    overload(known["symdiff_stand_in"])(known["symdiff_answer"])
    main = known[name]
    main.__doc__ = function.__doc__
    options.pop("parallel", None)  # that is for the loops of what is written
    dispatcher = numba.njit(cache=cache, **options)(main)
    dispatcher.__symdiff__ = derived
    return dispatcher


def _of_lengths(
    names: Sequence[str], specs: Sequence[Any], known: Mapping[Any, Any]
) -> tuple[Any, ...]:
    return tuple(map(with_lengths, names, specs, repeat(known)))


def _with_short_tracebacks(compile_for_args: Callable[..., Any]) -> Callable[..., Any]:
    """What Numba calls from Python for new types, so that what symdiff refuses is shown without the
    many frames of Numba's that lie between."""

    def compile_or_refuse(*args: Any, **kwargs: Any) -> Any:
        try:
            return compile_for_args(*args, **kwargs)
        except SymdiffError as error:
            refused = error
        if refused.__cause__ is not None:
            refused.__cause__.with_traceback(None)
        refused.__suppress_context__ = True
        raise refused.with_traceback(None)

    return compile_or_refuse


TEXT = """\
def {name}({shown}):
    symdiff_both = symdiff_stand_in({given})
    return {result}


def symdiff_stand_in({names}):
    pass


def symdiff_answer({names}):
    return symdiff_derivative_for(({types}))
"""


def parameters_of(function: Any) -> tuple[list[str], list[str]]:
    """The names of a function's parameters, as they are passed on, and with their defaults."""
    names, shown = [], []
    for p in inspect.signature(unwrap(innermost(function))).parameters.values():
        if p.kind is inspect.Parameter.VAR_KEYWORD:
            raise NotCompiled("Numba has no functions with **kwargs", place_of(function))
        star = "*" if p.kind is inspect.Parameter.VAR_POSITIONAL else ""
        preset = "" if p.default is p.empty else f"=symdiff_default_{p.name}"
        names.append(f"{star}{p.name}")
        shown.append(f"{star}{p.name}{preset}")
    return names, shown


def after(shown: Sequence[str], parameters: Sequence[str]) -> list[str]:
    """Parameters that follow those of a function: behind defaults they are given by name, for Numba
    has no keyword-only parameters."""
    given = any("=" in name for name in shown)
    return [f"{name}=None" if given and not name.startswith("*") else name for name in parameters]


def defaults_of(function: Any) -> dict[str, Any]:
    given = inspect.signature(unwrap(innermost(function))).parameters.values()
    return {p.name: p.default for p in given if p.default is not p.empty}


def in_mode(mode: str) -> Maker:
    """What makes derivatives in a mode."""

    def make(
        function: Any, selection: Selection, specs: Sequence[Any]
    ) -> tuple[Generated, Callable[..., Any]]:
        made = find_for(function, selection, mode, tuple(specs), {})
        return made, made.function

    return make


def calls_itself(procedure: Procedure) -> bool:
    """Whether a procedure calls one that is recursive."""
    callees = procedure.callees
    return any(name in called_from(callee.body, callees) for name, callee in callees.items())


def compile_for(made: Generated, dispatcher: Any, types: Sequence[Any]) -> None:
    """Raises NotCompiled, with the user's line, for what Numba can't compile."""
    from numba.core.errors import NumbaError

    try:
        dispatcher.get_call_template(tuple(types), {})  # *args are put into a tuple
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
