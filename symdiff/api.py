"""The library: grad, value_and_grad, vjp, source, stages, check, and the decorator.

A function is read and its derivative written once for its code and the kinds of its arguments;
closures made from one definition share what is written. Each generated function is compiled under
a file name of its own in linecache, so that tracebacks and debuggers show it.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from symdiff.errors import NotDifferentiable, SymdiffError
from symdiff.fitting import fitted
from symdiff.generate import (
    Example,
    Generated,
    GradientOf,
    Selection,
    arranged,
    find,
    generate,
    precheck,
)
from symdiff.precision import is_narrow, like_each
from symdiff.read.source import by_numba
from symdiff.signature import key_of

if TYPE_CHECKING:
    from symdiff.checking import Report
    from symdiff.show.table import BackwardStages, Stages

Argnums = int | str | Sequence[int | str] | None
ALIASES = {"pushforward": "jvp", "value_and_grad": "grad", "vjp": "pullback"}
MANY = 256  # so many kinds of calls are remembered by each function that is made


class Derived:
    """A function made from another: callable like it, picklable, and safe under threads."""

    mode: str | None = None  # what it is called where the function that calls it is read

    def __init__(self, function: Any, argnums: Argnums, has_aux: bool = False) -> None:
        function = user_function(function)
        self._selection = Selection(argnums, has_aux)
        self._known: dict[Hashable, tuple[Callable[..., Any], Callable[[], bool] | None]] = {}
        self.__wrapped__ = function
        precheck(function)
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            if hasattr(function, name):
                setattr(self, name, getattr(function, name))

    def _function(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[..., Any]:
        """The generated function for these arguments."""
        made = find(self.__wrapped__, self._selection, "grad", args, kwargs)
        if is_narrow((args, kwargs)):
            return functools.partial(self._in_its_precision, made)
        key = None if kwargs else (*map(type, args),) if made.by_types else key_of(args)
        if key is not None and not made.reading.changed:
            if len(self._known) >= MANY:
                self._known.clear()
            self._known[key] = made.compiled
        return made.function

    def _in_its_precision(self, made: Generated, /, *args: Any, **kwargs: Any) -> Any:
        value, gradient = made.function(*args, **kwargs)
        arguments = made.differentiated(args, kwargs)
        return value, like_each(gradient, arguments, made.single)

    @property
    def argnums(self) -> Argnums:
        """The parameters that it differentiates with respect to."""
        return self._selection.argnums  # type: ignore[no-any-return]

    @property
    def has_aux(self) -> bool:
        """Whether the function returns something beside its value."""
        return self._selection.has_aux

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.__wrapped__, self._selection.argnums, self._selection.has_aux)

    def __repr__(self) -> str:
        name = getattr(self.__wrapped__, "__qualname__", self.__wrapped__)
        return f"<{type(self).__name__} of {name!s}>"


class Grad(Derived):
    """What `grad` returns."""

    mode = "grad"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            known = self._known.get((*map(type, args),)) or self._known.get(key_of(args))
            if known is not None and (known[1] is None or known[1]()):
                return known[0](*args)[1]
        return self._function(args, kwargs)(*args, **kwargs)[1]


class ValueAndGrad(Derived):
    """What `value_and_grad` returns."""

    mode = "value_and_grad"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            known = self._known.get((*map(type, args),)) or self._known.get(key_of(args))
            if known is not None and (known[1] is None or known[1]()):
                return known[0](*args)
        return self._function(args, kwargs)(*args, **kwargs)


class GradWithAux(Grad):
    """What `grad` returns for a function that returns something beside its value."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        (_, aux), gradient = self._function(args, kwargs)(*args, **kwargs)
        return gradient, aux


def user_function(function: Any) -> Any:
    """What is to be differentiated: of a dispatcher that is a derivative, what it stands for."""
    if not hasattr(function, "__symdiff__"):
        return function
    if function.__symdiff__ is None:
        raise NotDifferentiable(
            "a compiled pushforward or pullback can't be differentiated again",
            fix="Differentiate what symdiff.grad, jacobian or hvp gives.",
        )
    return function.__symdiff__


def grad(
    function: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    *,
    target: str | None = None,
    cache: bool = False,
    parallel: bool = False,
) -> Any:
    """The gradient of a function that returns a scalar.

    `argnums` names the parameters to differentiate with respect to, by position or by name; the
    result is one derivative, or a tuple of them for a tuple of argnums, each in the structure of
    its argument: a float for a float, lists, tuples and dicts of floats for such. The signature is
    that of the function. With `has_aux` the function returns `(value, aux)`, of which the value is
    differentiated; the result is `(gradient, aux)`. The value of a function that returns nothing is
    what it leaves in the array, or the arrays, that it writes into; the caller's own stay as they
    are.

    With `target="numba"` the gradient is compiled: it is one of Numba's dispatchers, which other
    compiled functions can call. That is the default for functions that Numba has compiled;
    `target="python"` gives a Python function for these too. With `cache` what is compiled is kept
    on disk, in `$XDG_CACHE_HOME/symdiff` (`~/.cache/symdiff`), for as long as the file of the
    function, what it reads, and symdiff stay the same. With `parallel` loops whose rounds do not
    depend on each other, but for sums, share the processor's cores; these sums are added in another
    order, so that the last digits may differ. Both take `target="numba"`.

    Raises SymdiffError, with the user's line, for what can't be differentiated: now where the
    syntax tells, else at the first call with arguments of these kinds.
    """
    made = (GradWithAux if has_aux else Grad)(function, argnums, has_aux)
    if not for_numba(function, target, cache, parallel):
        return made
    from symdiff.dispatch import modes

    shape = modes.GRADIENT_AND_AUX if has_aux else modes.GRADIENT
    return modes.gradient(made, shape, cache=cache, parallel=parallel)


def value_and_grad(
    function: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    *,
    target: str | None = None,
    cache: bool = False,
    parallel: bool = False,
) -> Any:
    """Like `grad`, but the function returned gives `(value, gradient)`; with `has_aux`,
    `((value, aux), gradient)`."""
    made = ValueAndGrad(function, argnums, has_aux)
    if not for_numba(function, target, cache, parallel):
        return made
    from symdiff.dispatch import modes

    return modes.gradient(made, modes.VALUE_AND_GRADIENT, cache=cache, parallel=parallel)


def for_numba(
    function: Any, target: str | None, cache: bool = False, parallel: bool = False
) -> bool:
    """Whether Numba is to compile what is made of a function.

    Raises ValueError for a target that there is not, and for options that only Numba has.
    """
    if target not in (None, "python", "numba"):
        raise ValueError(f"target is 'python' or 'numba', not {target!r}")
    chosen = target == "numba" or target is None and by_numba(function)
    if (cache or parallel) and not chosen:
        raise ValueError(f"{'cache' if cache else 'parallel'}=True is for target='numba'")
    return chosen


def selected(
    function: Any, argnums: Argnums, has_aux: bool = False, target: str | None = None
) -> Selection:
    """What is asked for of a function, for the target."""
    selection = Selection(argnums, has_aux)
    if not for_numba(function, target):
        return selection
    from symdiff.dispatch import modes

    return modes.for_numba(selection, function)


def vjp(
    function: Callable[..., Any], *args: Any, has_aux: bool = False, **kwargs: Any
) -> tuple[Any, ...]:
    """The value of a function at a point, and its pullback there; with `has_aux`, of a function
    that returns `(value, aux)`: the value, the pullback and aux.

    The pullback takes a cotangent in the structure of the value, and returns a tuple with the
    adjoint of each positional argument: None where it has none (integers, text, functions).
    """
    made = find(user_function(function), selected(function, None, has_aux), "split", args, kwargs)
    assert made.backward is not None
    value, kept = made.function(*args, **kwargs)
    wanted = made.positions(len(args))
    kept_name, cotangent_name = made.backward.own_parameters

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        assert made.backward is not None
        seed = (cotangent, None) if has_aux else cotangent
        given = {kept_name: again(kept), cotangent_name: seed}
        adjoints = made.backward.function(*args, **kwargs, **given)
        if is_narrow((args, kwargs)):
            adjoints = like_each(adjoints, made.differentiated(args, kwargs), False)
        return tuple(None if i is None else adjoints[i] for i in wanted)

    return (value[0], pullback, value[1]) if has_aux else (value, pullback)


def jvp(
    function: Callable[..., Any],
    primals: Sequence[Any],
    tangents: Sequence[Any],
    argnums: Argnums = None,
    *,
    kwargs: Mapping[str, Any] | None = None,
    has_aux: bool = False,
) -> tuple[Any, ...]:
    """The value of a function at `primals`, and its derivative along `tangents`, in one sweep.

    `tangents` holds one tangent for each of the arguments that `argnums` names, in the structure
    and the shapes of the argument; without `argnums` one for each positional argument, where those
    of arguments that can have none (integers, text) are None. The tangent that is returned has the
    structure of the value. With `has_aux`, of a function that returns `(value, aux)`, aux comes
    third, and is not differentiated. Raises SymdiffError where the function can't be
    differentiated, TypeError where a tangent does not fit its argument.
    """
    args, named = tuple(primals), dict(kwargs or {})
    selection = selected(function, argnums, has_aux)
    made = find(user_function(function), selection, "jvp", args, named)
    given = list(tangents)
    if argnums is None and len(given) == len(args):
        known = {i: t for i, t in zip(made.positions(len(args)), given, strict=True)}
        given = [known[i] for i in range(len(made.chosen)) if i in known]
    elif isinstance(argnums, (int, str)) and not isinstance(tangents, (list, tuple)):
        given = [tangents]
    given = fitted(made.differentiated(args, named), given)
    value, derivative = made.function(
        *args, **named, **dict(zip(made.own_parameters, given, strict=True))
    )
    return (value[0], derivative[0], value[1]) if has_aux else (value, derivative)


def again(kept: Any) -> Any:
    """A copy of what is kept, for the reverse sweep empties its stacks."""
    if type(kept) is tuple:
        return tuple(map(again, kept))
    return list(map(again, kept)) if type(kept) is list else kept


def pullback(
    function: Callable[..., Any],
    argnums: Argnums = None,
    *,
    target: str | None = None,
    cache: bool = False,
    parallel: bool = False,
) -> Callable[..., Any]:
    """The generated pullback itself: it takes the function's arguments and the cotangent `dout` of
    its value, and returns the value and a tuple of adjoints, or one adjoint where `argnums` is one
    parameter. The other arguments are those of `grad`, and so is the value of a function that
    returns nothing."""
    if for_numba(function, target, cache, parallel):
        from symdiff.dispatch import modes

        of = user_function(function)
        made = modes.pullback(of, Selection(argnums), cache=cache, parallel=parallel)
        return made  # type: ignore[no-any-return]
    return generate(user_function(function), Selection(argnums), "pullback").function


def pushforward(
    function: Callable[..., Any],
    argnums: Argnums = None,
    *,
    target: str | None = None,
    cache: bool = False,
    parallel: bool = False,
) -> Callable[..., Any]:
    """The generated pushforward itself: it takes the function's arguments and a tangent for each
    differentiated one (`x_dot` for `x`), and returns the value and its tangent. The other arguments
    are those of `grad`."""
    if for_numba(function, target, cache, parallel):
        from symdiff.dispatch import modes

        of = user_function(function)
        made = modes.pushforward(of, Selection(argnums), cache=cache, parallel=parallel)
        return made  # type: ignore[no-any-return]
    return generate(user_function(function), Selection(argnums), "jvp").function


def source(
    function: Any,
    argnums: Argnums = None,
    mode: str | None = None,
    *,
    at: Sequence[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    target: str | None = None,
) -> str:
    """The generated source: a complete module, whose last function is the derivative.

    `argnums` as for `grad`; None takes every real parameter. `mode` is "grad" (the default where
    the function returns a scalar), "pullback", "jvp" (also called "pushforward"), "jacobian",
    "hvp" (the gradient, and the Hessian times a vector) or "hessian". Kinds of parameters come from
    annotations, defaults and uses, and from the arguments of an example call, `at` and `kwargs`,
    where they are given. With `target="numba"`, the default for functions that Numba has compiled,
    the text is one that Numba compiles, its decorators included; parameters that are indexed are
    taken for arrays. Raises SymdiffError.
    """
    return generated(function, argnums, mode, at=at, kwargs=kwargs, target=target).text


def generated(
    function: Any,
    argnums: Argnums = None,
    mode: str | None = None,
    *,
    at: Sequence[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    target: str | None = "python",
) -> Generated:
    """What `source` shows, and how it came about."""
    mode = ALIASES.get(mode or "", mode)
    function = user_function(function)
    example = _example(function, at, kwargs)
    selection = selected(function, argnums, target=target)
    if mode in ("hvp", "hessian", "jacobian"):
        return _second(function, selection, mode, example)
    return generate(function, selection, mode, example)


def _second(function: Any, selection: Selection, mode: str, example: Example | None) -> Generated:
    """What is made of a pushforward: of the gradient's, or of a function that calls one."""
    from symdiff.drivers import driver

    if selection.argnums is None:
        chosen = tuple(n for n, _ in generate(function, selection, "jvp", example).chosen)
        argnums = chosen[0] if len(chosen) == 1 else chosen
        selection = dataclasses.replace(selection, argnums=argnums)
    of = function if mode == "jacobian" else GradientOf(function, selection.argnums)
    if mode != "hvp" and selection.target == "numba":
        from symdiff.dispatch import modes

        return modes.jacobian_by(
            lambda m: generate(of, selection, m, example), None, mode, selection.single
        )
    made = generate(of, selection, "jvp" if mode == "jacobian" else "hvp", example)
    if mode == "hvp":
        return made
    text, name = driver(made, mode, selection.single)
    return dataclasses.replace(made, text=text, name=name)


def stages(
    function: Any,
    argnums: Argnums = None,
    *,
    at: Sequence[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
) -> Stages:
    """The staged computation: a sequence of stages, which prints as the table of two columns.

    `at` and `kwargs` are the arguments of an example call, as for `source`. With them the table
    shows the value of every stage and of every adjoint at that point.
    """
    from symdiff.show.table import Stages
    from symdiff.show.values import values_at

    example = _example(function, at, kwargs)
    made = generate(function, Selection(argnums), None, example)
    return Stages(*made.elementary(), values_at(made, *example) if example else None)


def page(
    function: Any,
    argnums: Argnums = None,
    *,
    at: Sequence[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
) -> str:
    """A page that plays the forward and the reverse sweep: one HTML file, complete in itself.

    `at` and `kwargs` are the arguments of an example call, as for `source`, and the point that is
    shown first. Functions of numbers compute in the browser, for inputs that the reader chooses; of
    others, as of arrays, the page shows the values at the point.
    """
    from symdiff.show.page import page

    example = _example(function, at, kwargs)
    made = generate(function, Selection(argnums), None, example)
    return page(made, *(example or ((), {})))


def _example(
    function: Any, at: Sequence[Any] | None, kwargs: Mapping[str, Any] | None
) -> Example | None:
    if at is None and not kwargs:
        return None
    return arranged(function, (tuple(at or ()), dict(kwargs or {})))


def backward_stages(function: Any, argnums: Argnums = None) -> BackwardStages:
    """The stages of the reverse sweep, in the order in which they run."""
    return stages(function, argnums).backward


def check(
    function: Any,
    at: Sequence[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    argnums: Argnums = None,
    mode: str | None = None,
    source: str | None = None,
    target: str | None = None,
    seconds: float = 10.0,
) -> Report:
    """Hold generated source against SymPy's derivative of the function.

    `at` and `kwargs` are an example call, which is needed where arrays of unknown rank are among
    the arguments; `mode` and `target` are as for `source`: a Hessian, or a product with one, is
    held against the derivative of the gradient, which is checked first. `source` is text to check
    instead of what symdiff would write; `seconds` limits the time given to proofs. The report is
    true when the derivative is proved, or agrees to 30 digits at every point tried; or, where a
    function can't be followed in exact numbers, with differences: `report.method` tells. Raises
    SymdiffError where the function can't be differentiated.
    """
    from symdiff.checking import FromText
    from symdiff.checking.checker import check as compare
    from symdiff.checking.report import of_both
    from symdiff.checking.whole import derivative_only

    mode = ALIASES.get(mode or "", mode)
    selection = selected(function, argnums, target=target)
    function = user_function(function)
    example = _example(function, at, kwargs)
    args, named = example or (None, None)
    first: Report | None = None
    if mode in ("jacobian", "hessian", "hvp"):
        made = _second(function, selection, mode, example)
    elif example is not None and callable(function):
        made = find(function, selection, mode, tuple(example[0]), dict(example[1]))
    else:
        made = generate(function, selection, mode, example)
    original = made.original() if mode not in ("hessian", "hvp") else None
    if original is None:
        gradient = generate(function, Selection(made.wrt), "grad", example)
        first = check(function, at, kwargs, argnums=made.wrt, target="python", seconds=seconds)
        if not first:
            return first
        text, name = derivative_only(gradient.text, gradient.name)
        if made.single:
            gradient = generate(function, Selection(made.wrt[0]), "grad", example)
            text, name = derivative_only(gradient.text, gradient.name)
        original = FromText(text, name)
    called: str | None = made.name
    if source is not None and f"def {called}(" not in source:
        called = None
    columns = mode == "jacobian" and selection.target == "python"
    report = compare(
        original,
        source if source is not None else made.text,
        called,
        kinds=made.kinds,
        wrt=made.wrt,
        single=made.single,
        at=args,
        kwargs=named,
        names=made.names(),
        seconds=seconds,
        matrix="" if mode not in ("jacobian", "hessian") else "columns" if columns else "rows",
    )
    return report if first is None else of_both(first, report)


class Differentiable:
    """A function with its derivatives, in all float arguments: what the decorator returns."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.__symdiff_primal__ = function
        self._grad = ValueAndGrad(function, None)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__symdiff_primal__(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return Differentiable(self.__symdiff_primal__.__get__(instance, owner))

    def __reduce__(self) -> str | tuple[Any, ...]:
        return str(self.__qualname__)  # type: ignore[attr-defined]

    def grad(self, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """The derivatives with respect to every float argument."""
        return self._grad(*args, **kwargs)[1]  # type: ignore[no-any-return]

    def value_and_grad(self, *args: Any, **kwargs: Any) -> tuple[Any, tuple[Any, ...]]:
        """The value, and the derivatives with respect to every float argument."""
        return self._grad(*args, **kwargs)  # type: ignore[no-any-return]

    @property
    def stages(self) -> Stages:
        """The staged computation; prints as the table of two columns."""
        return stages(self.__symdiff_primal__)

    def _table(self, kind: str) -> str | None:
        """The table for a notebook; nothing where kinds are not known without a call."""
        try:
            return getattr(self.stages, f"_repr_{kind}_")()  # type: ignore[no-any-return]
        except SymdiffError:
            return None

    def _repr_html_(self) -> str | None:
        return self._table("html")

    def _repr_markdown_(self) -> str | None:
        return self._table("markdown")

    def _repr_latex_(self) -> str | None:
        return self._table("latex")

    def source(self, mode: str | None = None) -> str:
        """The generated source."""
        return source(self.__symdiff_primal__, mode=mode)

    def check(
        self,
        at: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *,
        seconds: float = 10.0,
    ) -> Report:
        """Proof against SymPy."""
        return check(self.__symdiff_primal__, at, kwargs, seconds=seconds)


def differentiable(function: Callable[..., Any]) -> Differentiable:
    """A decorator: the function stays as it is, and gets `.grad`, `.value_and_grad`, `.stages`,
    `.source()` and `.check()`."""
    return Differentiable(function)
