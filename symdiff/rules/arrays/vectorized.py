"""Partial derivatives of elementwise operations on arrays, from the rules of numbers.

`math.sin` becomes `np.sin`, a conditional expression `np.where`. Powers and absolute values have
rules of their own here, for `np.where` computes both of its values.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import ast
import functools
import math as numbers
from collections.abc import Callable, Sequence

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.nodes import Node, cmath, math, np
from symdiff.rules.folding import build, is_zero, number
from symdiff.stages import (
    COMPLEX,
    OBJECT,
    REAL,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Global,
    Kind,
    Scalar,
    Var,
    is_differentiable,
    substitute,
)

_ARRAY_NAMES = {
    "acos": "numpy.arccos", "acosh": "numpy.arccosh", "asin": "numpy.arcsin",
    "asinh": "numpy.arcsinh", "atan": "numpy.arctan", "atan2": "numpy.arctan2",
    "atanh": "numpy.arctanh", "pow": "numpy.power", "erf": "scipy.special.erf",
    "erfc": "scipy.special.erfc", "gamma": "scipy.special.gamma", "lgamma": "scipy.special.gammaln",
}  # fmt: skip
for _name in (
    "cbrt", "ceil", "copysign", "cos", "cosh", "degrees", "exp", "exp2", "expm1", "fabs", "floor",
    "fmod", "gcd", "hypot", "isfinite", "isinf", "isnan", "lcm", "ldexp", "log10", "log1p", "log2",
    "nextafter", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
):  # fmt: skip
    _ARRAY_NAMES[_name] = f"numpy.{_name}"
_COUNTERPARTS = {f"math.{name}": array_name for name, array_name in _ARRAY_NAMES.items()} | {
    "helper:digamma": "scipy.special.digamma", "helper:polygamma": "scipy.special.polygamma",
    "abs": "numpy.abs", "round": "numpy.round", "int": "numpy.trunc",
}  # fmt: skip
_LOGIC = {"and": "numpy.logical_and", "or": "numpy.logical_or", "not": "numpy.logical_not"}
_CHOICES = {"min": "numpy.minimum", "max": "numpy.maximum"}
_OPERATORS = frozenset({
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "neg", "pos", "lt", "le", "gt", "ge",
    "eq", "ne", "and_", "or_", "xor", "invert",
})  # fmt: skip


def vectorized(expr: Expr) -> Expr:
    """The tree of a rule on numbers as one on arrays.

    Raises NotDifferentiable for a function that has no counterpart in NumPy or SciPy.
    """
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(vectorized, expr.args))
    op = expr.op
    if op == "cond":
        return Apply(op if _is_number(args[0]) else "numpy.where", args)
    if op in _LOGIC:
        return Apply(op if all(map(_is_number, args)) else _LOGIC[op], args)
    if op in _CHOICES:
        return functools.reduce(lambda a, b: Apply(_CHOICES[op], (a, b)), args)
    if op == "float":
        return args[0]
    if op == "math.log":
        logs = [Apply("numpy.log", (a,)) for a in args]
        return logs[0] if len(logs) == 1 else Apply("truediv", tuple(logs))
    if op in _COUNTERPARTS:
        return Apply(_COUNTERPARTS[op], args)
    if op in _OPERATORS:
        return build(op, *args)
    raise NotDifferentiable(f"'{op.removeprefix('helper:')}' has no counterpart for arrays")


def _is_number(expr: Expr) -> bool:
    return isinstance(_kind(expr), Scalar) and _kind(expr) is not OBJECT


def _kind(expr: Expr) -> Kind:
    from symdiff.rules.registry import kind_of

    return kind_of(expr)


def operator_partials(op: str, args: tuple[Expr, ...], out: Expr) -> list[Expr | None]:
    """The partial derivatives of an elementwise operation in each of its arguments; None for zero.

    `op` is an operator or a function on numbers that is applied to arrays, or an elementwise
    function of arrays. Literal arguments select the rule: `x ** 2` has a better one than `x ** y`.
    Raises NotDifferentiable where there is no rule.
    """
    primitive = registry.by_name(op)
    if primitive is not None and primitive.partials is not None:
        named = registry.named_partials(primitive, args, Node(out, _kind(out)))
        each = _parameters(primitive, args)
        return [
            _partial(named[name][1], arg) if name in named else None
            for name, arg in zip(each, map(_given, args), strict=True)
        ]
    if primitive is not None:
        registry.bind(primitive, args)
        op = primitive.scalar
    args = tuple(map(registry.whole, args))
    found: Sequence[object]
    if op in _OWN:
        nodes = [registry.as_node(registry.value_of(a)) for a in args]
        found = _OWN[op](*nodes, ans=Node(out, _kind(out)))
    else:
        found = _of_numbers(op, args, out)
    return [_partial(p, a) for p, a in zip(found, args, strict=True)]


def _parameters(primitive: registry.ArrayPrimitive, args: tuple[Expr, ...]) -> list[str]:
    """The name of the parameter that each argument is for."""
    names = list(primitive.signature.parameters)
    return [
        str(a.args[0].value)
        if isinstance(a, Apply) and a.op == "keyword" and isinstance(a.args[0], Const)
        else names[i]
        for i, a in enumerate(args)
    ]


def _given(arg: Expr) -> Expr:
    return arg.args[1] if isinstance(arg, Apply) and arg.op == "keyword" else arg


def product(dout: Node, partial: Node) -> Node:
    """An adjoint times a partial derivative. A choice among literals is made of adjoints, so that
    an infinite one leaves the other side alone."""
    match partial.expr:
        case Apply("numpy.where", (test, Const(then), Const(orelse))):
            choices = [v * dout if v else v for v in (then, orelse)]
            chosen: Node = np.where(Node(test, _kind(test)), *choices)
            return chosen
    return dout * partial


def _partial(found: object, arg: Expr) -> Expr | None:
    """A partial, if it is not zero and the argument can have an adjoint."""
    if found is None or number(arg) is not None or not is_differentiable(_kind(arg)):
        return None
    expr = registry.as_node(found).expr if not isinstance(found, Expr) else found
    assert isinstance(expr, Expr)
    return None if is_zero(expr) else expr


def _of_numbers(op: str, args: tuple[Expr, ...], out: Expr) -> list[Expr | None]:
    """The partials that the rule on numbers gives."""
    from symdiff.rules.template import template

    made = template(op, tuple(_stand_in(op, a) for a in args))
    # First letters of the right kinds, so that only the tree of the rule itself is gone through.
    letters: dict[Var, Expr] = {}
    values: dict[Var, Expr] = {}
    for param, arg in zip((*made.params, made.out), (*args, out), strict=True):
        assert isinstance(param, Var)
        letters[param] = letter = Var(param.base, _kind(arg))
        values[letter] = arg
    found: list[Expr | None] = []
    for partial in made.partials:
        assert not isinstance(partial, tuple)
        if partial is not None:
            constants = {name: value.text for name, value in made.globals.items()}
            tree = vectorized(substitute(_spelled_out(partial, constants), letters))
            partial = substitute(tree, values)
        found.append(partial)
    return found


def _stand_in(op: str, arg: Expr) -> Expr:
    """A number in the place of an array. Functions of `math` have one rule for real and complex
    numbers."""
    if number(arg) is not None:
        return arg
    kind = _kind(arg)
    item = kind.item if isinstance(kind, ArrayOf) else kind
    return Var("x", REAL if item is COMPLEX and op.startswith("math.") else item)


def _spelled_out(expr: Expr, constants: dict[str, str]) -> Expr:
    """A tree with the constants of the rule's module as they are defined there."""
    if isinstance(expr, Global) and expr.name in constants:
        return _constant(ast.parse(constants[expr.name], mode="eval").body)
    if isinstance(expr, Apply):
        return Apply(expr.op, tuple(_spelled_out(a, constants) for a in expr.args))
    return expr


_SIGNS: dict[type[ast.operator], str] = {ast.Mult: "mul", ast.Div: "truediv"}


def _constant(node: ast.expr) -> Expr:
    match node:
        case ast.Constant(value):
            return Const(value)
        case ast.Attribute(ast.Name("math"), "pi"):
            return Global("math.pi", REAL)
        case ast.BinOp(left, op, right) if type(op) in _SIGNS:
            return Apply(_SIGNS[type(op)], (_constant(left), _constant(right)))
        case ast.Call(ast.Attribute(ast.Name("math"), name), args):
            return Apply(f"math.{name}", tuple(map(_constant, args)))
    raise AssertionError(ast.dump(node))


# --- rules that differ from those on numbers -----------------------------------------------------


def absolute(x, *, ans):
    if x.item is COMPLEX:
        conjugate = x.conjugate() if _is_number(x.expr) else np.conj(x)
        return (conjugate / _either(ans, ans, 1),)
    return (np.sign(x),)


def power(x, y, *, ans):
    base, exponent = number(x.expr), number(y.expr)
    if exponent is not None:
        return _in_base(x, exponent, ans), None
    return _in_base(x, y, ans), _in_exponent(x, base, ans)


def _in_base(x, y, ans):
    if isinstance(y, (int, float)):
        if y == 0:
            return 0.0
        if y == 0.5:
            return 0.5 / ans
        if y == -1:
            return -ans * ans
        return y * ans / x if y < 0 else y * x ** _less_one(y) if y != 1 else 1.0
    # Where y is 0 the derivative is 0, but x ** (y - 1) is infinite at x = 0.
    return y * x ** _either(y, y - 1, 1)


def _less_one(y: float) -> float:
    found = number(build("sub", Const(y), Const(1)))
    return y - 1 if found is None else found


def _in_exponent(x, base, ans):
    if base is not None and base > 0:
        return ans * math.log(base) if base != 1 else None
    if base is not None:
        return numbers.nan if base else None
    # Where x is 0, so is the derivative.
    module = cmath if ans.item is COMPLEX and _is_number(x.expr) else np
    return ans * module.log(_either(x, x, 1))


def _either(test, then, orelse):
    op = "cond" if _is_number(test.expr) else "numpy.where"
    return Node(build(op, test.expr, then.expr, Const(orelse)), then.kind)


_OWN: dict[str, Callable[..., tuple[object, ...]]] = {
    "pow": power, "math.pow": power, "abs": absolute, "math.fabs": absolute,
}  # fmt: skip
