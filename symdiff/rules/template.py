"""The rule of a primitive as trees, for one call of it: what differentiation puts in place."""

from __future__ import annotations

import functools
import inspect
import types
from dataclasses import dataclass, field, replace

from symdiff.errors import NotDifferentiable
from symdiff.rules.folding import is_zero, number
from symdiff.rules.helpers import callees_of, helper_of
from symdiff.rules.reading import RuleReader, Value
from symdiff.rules.registry import Primitive, Rule, by_name, kind_of, span
from symdiff.stages import (
    COMPLEX,
    Apply,
    Const,
    Expr,
    GlobalValue,
    Helper,
    Kind,
    ListOf,
    Var,
    is_differentiable,
)

Params = Var | tuple["Params", ...]
Partial = Expr | None | tuple["Partial", ...]
Shape = Const | Kind | tuple["Shape", ...]
"""What a rule may depend on in an argument: a literal, a kind, or the shapes of its items."""


@dataclass(frozen=True, slots=True)
class Template:
    """The partials of a primitive as trees over `params` and `out`.

    A parameter is a variable, or a tuple of them where the argument is a sequence; a partial is
    None where it is zero or the argument can have no adjoint, and a tuple where the argument is a
    sequence. `globals` and `helpers` are what the trees mention beyond the primitives.
    """

    params: tuple[Params, ...]
    out: Var
    partials: tuple[Partial, ...]
    globals: dict[str, GlobalValue] = field(default_factory=dict)
    helpers: dict[str, Helper] = field(default_factory=dict)


def template(op: str, args: tuple[Expr, ...]) -> Template:
    """The rule of the primitive `op` for these arguments.

    Literals and kinds among the arguments select the rule: `x ** 2` has a better one than `x ** y`.
    A sequence whose length is known is an argument `Apply("tuple", items)` (or "list"). Raises
    NotDifferentiable where there is no rule, or a sequence of unknown length.
    """
    primitive = by_name(op)
    if primitive is None:
        raise NotDifferentiable(f"'{op}' has no derivative rule")
    return _template(primitive, tuple(_shape(primitive, arg) for arg in args))


# --- the shape of a call -------------------------------------------------------------------------


def _shape(primitive: Primitive, arg: Expr) -> Shape:
    if isinstance(arg, Apply):
        if arg.op in ("tuple", "list"):
            return tuple(_shape(primitive, item) for item in arg.args)
        if arg.op == "neg" and (value := number(arg.args[0])) is not None:
            return _shape(primitive, Const(-value))
    if isinstance(arg, Const):
        # Where no rule looks at the value, one literal stands for all of its type.
        return arg if primitive.cases or number(arg) is None else Const(type(arg.value)(1))
    return kind_of(arg)


def _stand_in(shape: Shape) -> Expr:
    if isinstance(shape, tuple):
        return Apply("tuple", tuple(map(_stand_in, shape)))
    return shape if isinstance(shape, Const) else Var("_", shape)


def _params(letter: str, shape: Shape) -> Params:
    if isinstance(shape, tuple):
        return tuple(_params(f"{letter}_{i}", item) for i, item in enumerate(shape))
    return Var(letter, kind_of(_stand_in(shape)))


def _fits(rule: Rule, count: int) -> bool:
    fewest, most = span(rule)
    return fewest <= count and (most is None or count <= most)


def _choose(primitive: Primitive, shapes: tuple[Shape, ...]) -> tuple[Rule, frozenset[str]]:
    """The rule for a call, and the letters of its parameters that are guarded."""
    for case in primitive.cases:
        if _fits(case.partials, len(shapes)):
            letters = _letters(case.partials, len(shapes))
            given = dict(zip(letters, map(_stand_in, shapes), strict=True))
            if all(guard(given[letter]) for letter, guard in case.guards.items()):
                return case.partials, frozenset(case.guards)
    if primitive.partials is None or not _fits(primitive.partials, len(shapes)):
        raise NotDifferentiable(f"'{primitive.name}' has no rule for {len(shapes)} arguments")
    return primitive.partials, frozenset()


def _letters(rule: Rule, count: int) -> list[str]:
    """Names for so many positional arguments of a rule."""
    letters: list[str] = []
    for parameter in inspect.signature(rule).parameters.values():
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            letters.append(parameter.name)
        elif parameter.kind is parameter.VAR_POSITIONAL:
            letters += [f"{parameter.name}_{i}" for i in range(count - len(letters))]
    return letters


# --- from a rule to a template -------------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def _template(primitive: Primitive, shapes: tuple[Shape, ...]) -> Template:
    made, functions = _read(primitive, shapes)
    helpers: dict[str, Helper] = {}
    while functions:
        function = functions.pop(0)
        if function.__name__ not in helpers:
            helper, more = _helper(function)
            helpers[helper.name] = helper
            functions += more
    return replace(made, helpers=helpers)


def _read(
    primitive: Primitive, shapes: tuple[Shape, ...]
) -> tuple[Template, list[types.FunctionType]]:
    """A template but for its helpers, and the functions that its trees call."""
    out = Var("out", primitive.kind(tuple(map(_stand_in, shapes))))
    if primitive.piecewise_constant:
        params = tuple(_params(f"x_{i}", shape) for i, shape in enumerate(shapes))
        return Template(params, out, tuple(_zeros(shape) for shape in shapes)), []
    if any(isinstance(shape, ListOf) and is_differentiable(shape) for shape in shapes):
        raise NotDifferentiable(f"'{primitive.name}' of a sequence whose length is not known")
    if COMPLEX in shapes and out.kind is not COMPLEX:
        raise NotDifferentiable(f"'{primitive.name}' of a complex number has no complex derivative")
    rule, guarded = _choose(primitive, shapes)
    letters = _letters(rule, len(shapes))
    params = tuple(map(_params, letters, shapes))
    bound: dict[str, Value] = {
        letter: shape if letter in guarded and isinstance(shape, Const) else param
        for letter, param, shape in zip(letters, params, shapes, strict=True)
    }
    reader = RuleReader(rule)
    found = reader.read({**_signature(rule, bound, params), "out": out})
    each = (found,) if span(rule) == (1, 1) else found
    if not isinstance(each, tuple) or len(each) != len(shapes):
        reader.refuse(reader.definition)
    partials = tuple(map(_partial, each, shapes))
    return Template(params, out, partials, reader.globals), list(reader.functions.values())


def _signature(rule: Rule, bound: dict[str, Value], params: tuple[Params, ...]) -> dict[str, Value]:
    """The values of a rule's parameters, the variadic one being a tuple."""
    values: dict[str, Value] = {}
    for parameter in inspect.signature(rule).parameters.values():
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            values[parameter.name] = bound[parameter.name]
        elif parameter.kind is parameter.VAR_POSITIONAL:
            values[parameter.name] = params[len(values) :]
    return values


def _zeros(shape: Shape) -> Partial:
    return tuple(map(_zeros, shape)) if isinstance(shape, tuple) else None


def _partial(value: Value, shape: Shape) -> Partial:
    """A partial as the template has it: nothing where it is zero, or the argument is passive."""
    if isinstance(shape, tuple):
        items = value if isinstance(value, tuple) else (value,) * len(shape)
        return tuple(map(_partial, items, shape))
    if isinstance(value, tuple) or isinstance(shape, Const) or not is_differentiable(shape):
        return None
    return None if is_zero(value) else value


def _helper(function: types.FunctionType) -> tuple[Helper, list[types.FunctionType]]:
    """A helper with its partials, if it has a rule, and the functions that it needs in turn."""
    helper = helper_of(function)
    functions = callees_of(function)
    primitive = by_name(f"helper:{helper.name}")
    if primitive is not None:
        made, more = _read(primitive, tuple(var.kind for var in helper.params))
        params = tuple(p for p in made.params if isinstance(p, Var))
        partials = tuple(p if isinstance(p, Apply) else Const(0.0) for p in made.partials)
        helper = replace(
            helper,
            params=params,
            out=made.out,
            partials=partials,
            globals=helper.globals | made.globals,
        )
        functions += more
    return helper, functions
