"""Rules of the user's: functions that say their own derivative.

    @symdiff.elementwise                       @symdiff.custom_vjp
    def softplus(x):                           def solve(A, b):
        return np.logaddexp(0.0, x)                return np.linalg.solve(A, b)

    @softplus.partials                         @solve.pullback
    def _(x, *, out):                          def _(A, b, *, out, cotangent):
        return 1 - np.exp(-out)                    lam = np.linalg.solve(A.T, cotangent)
                                                   return -np.outer(lam, out), lam

The functions stay callable as they were. For functions that belong to others, `register` does the
same.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import types
from collections.abc import Callable
from typing import Any, TypeVar

from symdiff.errors import BadRule
from symdiff.stages import Place

T = TypeVar("T")
Function = Callable[..., Any]

GIVEN = {
    "partials": ("out",),
    "pullback": ("out", "cotangent"),
    "pushforward": ("out",),
}
"""The kinds of rules, and what each is given by keyword."""


class Custom:
    """A function that has rules of its own, callable as before."""

    takes: tuple[str, ...] = ()  # the kinds of rules that it may be given
    foreign = False  # registered

    def __init__(self, function: Function) -> None:
        if not callable(function):
            raise BadRule(f"{function!r} is not a function")
        functools.update_wrapper(self, function)
        self.__symdiff_primal__ = function
        self.symdiff_rules: dict[str, Function] = {}
        self.differs = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__symdiff_primal__(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __reduce__(self) -> str | tuple[Any, ...]:
        return str(self.__qualname__)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.__symdiff_primal__!r}>"

    def _give(self, kind: str, rule: Any, differs: bool) -> Any:
        if rule is None:
            return functools.partial(self._give, kind, differs=differs)
        fits(kind, rule, self.__symdiff_primal__, self.foreign)
        self.symdiff_rules[kind] = rule
        self.differs = self.differs or differs
        return rule


class elementwise(Custom):  # noqa: N801
    """A decorator for a function of numbers or arrays that acts on each element by itself.

    `.partials` takes its rule: the partial derivative, or a tuple of one for each parameter, in
    terms of the arguments and of the value `out`. Every mode of differentiation follows from it,
    broadcasting included.
    """

    takes = ("partials",)

    def partials(self, rule: T | None = None, /, *, differs: bool = False) -> T:
        """Take the decorated function as the rule. With `differs` it is meant to be another than
        the derivative of the function, and `symdiff.check` doesn't compare them. Raises BadRule."""
        return self._give("partials", rule, differs)  # type: ignore[no-any-return]


class custom_vjp(Custom):  # noqa: N801
    """A decorator for a function whose reverse rule is given by `.pullback`.

    The rule takes the arguments, the value `out` and its `cotangent`, and returns a tuple with the
    adjoint of each argument: None for one that has none; a single one as it is. The function
    itself is never differentiated and may hold anything that Python has.
    """

    takes = ("pullback", "pushforward")

    def pullback(self, rule: T | None = None, /, *, differs: bool = False) -> T:
        """Take the decorated function as the rule. `differs` as in `elementwise`. Raises
        BadRule."""
        return self._give("pullback", rule, differs)  # type: ignore[no-any-return]

    def pushforward(self, rule: T | None = None, /, *, differs: bool = False) -> T:
        """Take the decorated function as the forward rule as well. Raises BadRule."""
        return self._give("pushforward", rule, differs)  # type: ignore[no-any-return]


class custom_jvp(custom_vjp):
    """A decorator for a function whose forward rule is given by `.pushforward`.

    The rule takes the arguments `x`, `y`, their tangents `x_dot`, `y_dot`, and the value `out`, and
    returns the tangent of the value. It is linear in the tangents; reverse mode transposes it.
    """


def fits(kind: str, rule: Any, function: Any, foreign: bool = False) -> None:
    """Check that the parameters of a rule are those of its function and what the rule is given.
    Those of a `foreign` function that have defaults may be left out.

    Raises BadRule, with the line of the rule.
    """
    if not isinstance(rule, types.FunctionType):
        raise BadRule(f"a rule is a function made by 'def', not {rule!r}")
    name = getattr(function, "__name__", repr(function))
    try:
        own = inspect.signature(function).parameters
    except (ValueError, TypeError):
        own = None
    params = inspect.signature(rule).parameters
    found = [(p.name, _PASSED[p.kind]) for p in params.values()]
    if own is None:
        mine = [(n, passed) for n, passed in found if n not in GIVEN[kind]]
    else:
        given = sum(passed == "plain" for _, passed in found)
        named = {n for n, passed in found if passed == "keyword"} - set(GIVEN[kind])
        mine = [
            (p.name, _PASSED[p.kind])
            for i, p in enumerate(own.values())
            if not foreign or p.default is p.empty or i < given or p.name in named
        ]
    why = misfit(kind, mine, found)
    if why:
        code = rule.__code__
        raise BadRule(
            f"the {kind} rule of {name}() {why}",
            Place(code.co_filename, code.co_firstlineno),
            fix=f"Its parameters: {expected(kind, mine)}.",
        )


_PASSED = {
    inspect.Parameter.POSITIONAL_ONLY: "plain",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "plain",
    inspect.Parameter.VAR_POSITIONAL: "star",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_KEYWORD: "double star",
}
Params = list[tuple[str, str]]


def misfit(kind: str, own: Params, given: Params) -> str:
    """What is wrong with the parameters of a rule, for a function whose parameters are `own`."""
    by_keyword = [n for n, passed in given if passed == "keyword"]
    for wanted in GIVEN[kind]:
        if wanted not in by_keyword:
            return f"does not take '{wanted}' by keyword"
    plain = [n for n, passed in given if passed == "plain"]
    taken = [n for n, passed in own if passed == "plain"]
    mine = len(plain)
    if kind == "pushforward":
        mine -= sum(n.endswith("_dot") and n.removesuffix("_dot") in plain for n in plain)
    if mine < len(taken):
        return f"takes {_many(mine)}, the function takes {_many(len(taken))}"
    extra = plain[len(taken) :]
    tangents = {f"{n}_dot" for n in plain[: len(taken)]}
    if kind == "pushforward":
        extra = [n for n in extra if n not in tangents]
        if not tangents & set(plain):
            return "takes no tangents"
    if extra:
        return f"takes {extra[0]!r}, which the function does not"
    for how in ("star", "double star"):
        if any(p == how for _, p in own) != any(p == how for _, p in given):
            return "and the function differ in *args or **kwargs"
    names = {n for n, passed in own if passed == "keyword"}
    lacking = names - set(by_keyword)
    if lacking:
        return f"does not take {min(lacking)!r} by keyword"
    odd = [n for n in by_keyword if n not in names and n not in GIVEN[kind]]
    odd = [n for n in odd if kind != "pushforward" or n.removesuffix("_dot") not in names]
    return f"takes {odd[0]!r}, which the function does not" if odd else ""


def expected(kind: str, own: Params) -> str:
    """The parameters that a rule should have."""
    signs = {"star": "*", "double star": "**"}
    plain = [n for n, passed in own if passed == "plain"]
    if kind == "pushforward":
        plain += [f"{n}_dot" for n in plain]
    star = [f"*{n}" for n, passed in own if passed == "star"] or ["*"]
    keyword = [n for n, passed in own if passed == "keyword"]
    double = [f"{signs[passed]}{n}" for n, passed in own if passed == "double star"]
    return f"({', '.join([*plain, *star, *keyword, *GIVEN[kind], *double])})"


def _many(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"


# --- functions of others -------------------------------------------------------------------------

_registered: dict[int, tuple[Any, Custom]] = {}


def register(
    function: T,
    *,
    partials: Function | None = None,
    pullback: Function | None = None,
    pushforward: Function | None = None,
    differs: bool = False,
) -> T:
    """Give a function that one does not own a rule, and return the function.

    The rules are functions like those that `elementwise`, `custom_vjp` and `custom_jvp` take. The
    function may be built in, compiled, or written in Python: it is called as it stands. A new rule
    replaces the old one. Parameters with defaults may be left out of its rule, and then are not to
    be given. Raises BadRule for rules that don't fit, and for functions that symdiff
    has a rule for already.
    """
    from symdiff.rules import find

    given = {"partials": partials, "pullback": pullback, "pushforward": pushforward}
    rules = {kind: rule for kind, rule in given.items() if rule is not None}
    name = getattr(function, "__name__", repr(function))
    if not rules:
        raise BadRule(f"no rule is given for {name}()", fix="Give partials=, pullback= or ...")
    if "partials" in rules and len(rules) > 1:
        raise BadRule(f"the partials of {name}() say everything: no other rule is needed")
    if find(function) is not None:
        raise BadRule(f"{name}() has a rule already", fix="Give a function of your own a rule.")
    made: Custom = (elementwise if "partials" in rules else custom_jvp)(function)  # type: ignore[arg-type]
    made.foreign = True
    for kind, rule in rules.items():
        made._give(kind, rule, differs)
    _registered[id(function)] = function, made
    return function


def custom_of(value: Any) -> Custom | None:
    """The rules of a live function, if it has some of the user's."""
    if isinstance(value, Custom):
        return value
    return registered(value)


def registered(value: Any) -> Custom | None:
    found = _registered.get(id(value))
    return None if found is None else found[1]


def stop_gradient(value: T) -> T:
    """The value itself, through which no derivative flows. Lists, tuples, dicts and dataclasses
    are made anew, with what they hold."""
    made: Any = value
    if isinstance(made, tuple) and hasattr(made, "_make"):
        made = made._make(map(stop_gradient, made))
    elif type(made) in (list, tuple):
        made = type(made)(map(stop_gradient, made))
    elif type(made) is dict:
        made = {k: stop_gradient(v) for k, v in made.items()}
    elif dataclasses.is_dataclass(made) and not isinstance(made, type):
        made = copy.copy(made)
        for f in dataclasses.fields(made):
            object.__setattr__(made, f.name, stop_gradient(getattr(made, f.name)))
    return made  # type: ignore[no-any-return]
