"""The table of array functions: their signatures, the kinds of their values, and their adjoints.

    @array("numpy.trace", kind=...)
    def trace(a, offset=0, axis1=0, axis2=1, *, ans, dout):
        return dout * np.eye(*a.shape)

The parameters before the star are those of the function, with its defaults; those in `wrt` (the
first one, unless said otherwise) may be differentiated. They arrive as nodes, all others as Python
values where they are literals. `ans` is the function's value and `dout` its adjoint, an array of
the same shape; where the function returns several arrays both are tuples, in which None stands for
an adjoint that is zero. What a rule returns is the contribution to each of `wrt`, None for none.
A contribution may have a smaller shape that broadcasts to the argument's.

A list of numbers or arrays is an array to most functions: their rules see `np.array([x, y])` where
the user wrote `[x, y]`. Where `sequences` names the parameter, and for `*arrays`, rules get a list
of nodes and return as many contributions; `nested` names parameters that take lists of lists.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.nodes import Node, Refused, call, expr_of
from symdiff.rules.shapes import broadcast, dims_of, elementwise_kind, fills, joined_item
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
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
)

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
KindRule = Callable[..., Kind]


@dataclass(frozen=True, slots=True, eq=False)
class ArrayPrimitive:
    """A function of arrays that symdiff knows.

    `names` are all the names it goes by, the first being the `op` of its applications.
    `signature` has its parameters; `wrt` those that may be active. Exactly one of these tells
    its derivative: `adjoint`, the contributions to the adjoints of `wrt`; `partials`, the partial
    derivatives of an elementwise function; or `scalar`, the primitive on numbers whose rule holds
    elementwise. All are None for functions whose derivative is zero where it exists.
    The forward mode follows: `linear` functions are their own tangents, `multilinear` ones are in
    each argument of `wrt`, `tangent` is a rule, and otherwise the adjoint is transposed.
    `only` holds parameters that must have their default, or one of the values given. `view` tells
    whether the value shares memory with the first argument: "always", "maybe" or "never".
    `spreads`: the adjoint takes a `dout` that is smaller than the value and broadcasts to it.
    `refusal` says why there is no derivative, and what to write instead, where there is none.
    """

    names: tuple[str, ...]
    signature: inspect.Signature
    wrt: tuple[str, ...] = ()
    kind: KindRule | None = None
    adjoint: Callable[..., Any] | None = None
    partials: Callable[..., Any] | None = None
    scalar: str = ""
    tangent: Callable[..., Any] | None = None
    only: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    view: str = "never"
    linear: bool = False
    multilinear: bool = False
    spreads: bool = False
    sequences: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    note: str = ""
    refusal: str = ""

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def arity(self) -> tuple[int, int | None]:
        """The fewest and the most positional arguments (None: any number)."""
        parameters = list(self.signature.parameters.values())
        positional = [
            p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        open_ended = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        fewest = sum(p.default is p.empty for p in positional)
        return fewest, None if open_ended else len(positional)

    @property
    def is_elementwise(self) -> bool:
        return self.partials is not None or bool(self.scalar)

    @property
    def takes_many(self) -> bool:
        """Whether it takes any number of arrays, one by one: a list among them is one array."""
        starred = [p for p in self.signature.parameters.values() if p.kind is p.VAR_POSITIONAL]
        return any(p.name in self.wrt and p.name not in self.nested for p in starred)

    @property
    def piecewise_constant(self) -> bool:
        return self.adjoint is None and not self.is_elementwise


_table: dict[str, ArrayPrimitive] = {}
_by_name: dict[str, str] = {}


def array(
    *names: str,
    wrt: str = "",
    kind: KindRule | None = None,
    view: str = "never",
    linear: bool = False,
    multilinear: bool = False,
    spreads: bool = False,
    sequences: str = "",
    nested: str = "",
    only: dict[str, tuple[Any, ...]] | None = None,
    note: str = "",
) -> Callable[[FunctionT], FunctionT]:
    """Register the decorated rule as the adjoint of a function that goes by these names: generated
    code has the first one. Functions that are not the same need a decorator each.

    `kind` takes the arguments that the rule takes, but for `ans` and `dout`, and returns the kind
    of the value; without it nothing is known but that it is a real array.
    """

    def register(rule: FunctionT) -> FunctionT:
        signature = _own_parameters(rule)
        first = tuple(wrt.split()) or (next(iter(signature.parameters)),)
        _add(
            ArrayPrimitive(
                names,
                signature,
                first,
                kind,
                rule,
                view=view,
                linear=linear,
                multilinear=multilinear,
                spreads=spreads,
                sequences=tuple(sequences.split()),
                nested=tuple(nested.split()),
                only=tuple((only or {}).items()),
                note=note,
            )  # fmt: skip
        )
        return rule

    return register


def tangent(*names: str) -> Callable[[FunctionT], FunctionT]:
    """Register the decorated rule as the tangent of functions that have an adjoint already.

        @tangent("numpy.linalg.inv")
        def inv(a, *, ans, a_dot):
            return -ans @ a_dot @ ans

    The parameters before the star are those of the function. Each of `wrt` has a tangent `x_dot`,
    in its shape and structure; None stands for one that is zero. The rule returns the tangent of
    the value, a tuple of them where the function returns several arrays; None for zero.
    """

    def register(rule: FunctionT) -> FunctionT:
        for name in names:
            known = _table[_by_name[name]]
            if _own_parameters(rule) != known.signature:
                raise ValueError(f"the tangent of {name} has other parameters than its adjoint")
            _table[known.name] = replace(known, tangent=rule)
        return rule

    return register


def tangent_of_call(
    primitive: ArrayPrimitive,
    args: Sequence[Expr],
    ans: Any,
    dotted: Callable[[Node], Node | None],
) -> Any:
    """What the tangent rule of a primitive says for a call: nodes, in the structure of the value.
    `dotted` gives the tangent of an argument, None where it is zero."""
    assert primitive.tangent is not None
    bound = bind(primitive, args)
    dots: dict[str, Any] = {}
    for name in primitive.wrt:
        operand = bound.arguments[name] = _operand(primitive, name, bound.arguments[name])
        dots[f"{name}_dot"] = _dots(operand, dotted)
    return primitive.tangent(*bound.args, **bound.kwargs, ans=ans, **dots)


def _dots(operand: Any, dotted: Callable[[Node], Node | None]) -> Any:
    if isinstance(operand, (tuple, list)):
        return type(operand)(_dots(item, dotted) for item in operand)
    return None if operand is None else dotted(operand)


def floating(kinds: Sequence[Kind]) -> Scalar:
    """What functions like `sin` make of their arguments: integers become real."""
    item = joined_item(kinds)
    return REAL if item in (INTEGER, BOOLEAN) else item


def same(kinds: Sequence[Kind]) -> Scalar:
    """What sums and products are made of: the kind of their arguments."""
    return joined_item(kinds)


def modulus(kinds: Sequence[Kind]) -> Scalar:
    """What absolute values are made of."""
    item = joined_item(kinds)
    return REAL if item is COMPLEX else item


Item = Scalar | Callable[[Sequence[Kind]], Scalar]
"""The kind of numbers that an elementwise function makes, or how it follows from its arguments'."""


def _elementwise(item: Item) -> KindRule:
    def kind(*args: Any, **_: Any) -> Kind:
        kinds = [kind_of_value(a) for a in args if a is not None]
        return elementwise_kind(kinds, item(kinds) if callable(item) else item)

    return kind


def ufunc(
    *names: str,
    wrt: str = "",
    item: Item = floating,
    kind: KindRule | None = None,
    only: dict[str, tuple[Any, ...]] | None = None,
    note: str = "",
) -> Callable[[FunctionT], FunctionT]:
    """Register the decorated rule as the partial derivatives of an elementwise function in `wrt`:
    in all of its parameters, unless said otherwise."""

    def register(rule: FunctionT) -> FunctionT:
        signature = _own_parameters(rule)
        every = tuple(wrt.split()) or tuple(signature.parameters)
        made = kind or _elementwise(item)
        allowed = tuple((only or {}).items())
        _add(ArrayPrimitive(names, signature, every, made, partials=rule, only=allowed, note=note))
        return rule

    return register


def as_scalar(
    scalar: str, *names: str, arity: int = 1, item: Item = floating, note: str = ""
) -> None:
    """Register elementwise functions whose derivative is that of a primitive on numbers."""
    letters = ["x", "y", "z"][:arity]
    signature = inspect.Signature(
        [inspect.Parameter(n, inspect.Parameter.POSITIONAL_ONLY) for n in letters]
    )
    kind = _elementwise(item)
    _add(ArrayPrimitive(names, signature, tuple(letters), kind, scalar=scalar, note=note))


def constant(
    *names: str, signature: str = "x, *args, **keywords", kind: KindRule | None = None,
    item: Scalar = REAL, view: str = "never",
) -> None:  # fmt: skip
    """Register functions, each by itself, whose derivative is zero where it exists. Without `kind`
    the value is elementwise in the first two arguments, of `item`s."""

    def elementwise(*args: Any, **keywords: Any) -> Kind:
        return elementwise_kind([kind_of_value(a) for a in args[:2]], item)

    made: Any = eval(f"lambda {signature}: None")
    for name in names:
        _add(ArrayPrimitive((name,), inspect.signature(made), (), kind or elementwise, view=view))


def refused(*names: str, why: str) -> None:
    """Register functions that have no derivative where an argument is active: `why` says why, and
    what to write instead."""

    def adjoint(*args: Any, ans: Any, dout: Any) -> Any:
        raise NotDifferentiable(why)

    made: Any = eval("lambda *args, **keywords: None")
    _add(
        ArrayPrimitive(
            names, inspect.signature(made), ("args",), lambda *_, **__: OBJECT, adjoint, refusal=why
        )
    )


def spelled(*names: str) -> None:
    """Register functions and classes that the reader has a text for, which it reads like one of the
    user's (read/spelling.py): they need no rule."""
    refused(*names, why="a text is read in its place")


def _own_parameters(rule: Callable[..., Any]) -> inspect.Signature:
    signature = inspect.signature(rule)
    return signature.replace(
        parameters=[
            p
            for n, p in signature.parameters.items()
            if n not in ("ans", "dout") and not (p.kind is p.KEYWORD_ONLY and n.endswith("_dot"))
        ]
    )


def _add(primitive: ArrayPrimitive) -> None:
    for name in primitive.names:
        if name in _by_name:
            raise ValueError(f"{name} has a rule already")
        _by_name[name] = primitive.name
    _table[primitive.name] = primitive


def by_name(op: str) -> ArrayPrimitive | None:
    """The array function of that name, if any."""
    name = _by_name.get(op)
    return None if name is None else _table[name]


def table() -> tuple[ArrayPrimitive, ...]:
    """All array functions, in the order of registration."""
    return tuple(_table.values())


_OPERATORS = frozenset(
    {"add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "neg", "pos", "abs"}
)


def is_elementwise(op: str) -> bool:
    """Whether an operation on arrays makes each element of its value of one of each argument."""
    primitive = by_name(op)
    return op in _OPERATORS or primitive is not None and primitive.is_elementwise


def find(function: Any) -> ArrayPrimitive | None:
    """The array function that a Python object is, if any."""
    module = getattr(function, "__module__", None) or ""
    name = getattr(function, "__name__", "")
    if module.partition(".")[0] in ("numpy", "scipy") and f"{module}.{name}" in _by_name:
        return by_name(f"{module}.{name}")
    for dotted in _by_name:
        holder, _, attribute = dotted.rpartition(".")
        if attribute == name and getattr(sys.modules.get(holder), attribute, None) is function:
            return by_name(dotted)
    return None


# --- calls ---------------------------------------------------------------------------------------


def value_of(expr: Expr) -> Any:
    """An argument as a rule sees it: a Python value where it is literal, otherwise a node."""
    from symdiff.rules.registry import kind_of

    match expr:
        case Const(value):
            return value
        case Apply("neg", (Const(value),)):
            return -value
        case Apply("tuple", args):
            return tuple(map(value_of, args))
        case Apply("list", args):
            return list(map(value_of, args))
        case Apply("slice", args):
            return slice(*map(value_of, args)) if len(args) > 1 else slice(value_of(args[0]))
    return Node(expr, kind_of(expr))


def whole(arg: Expr) -> Expr:
    """An argument of an elementwise function; a sequence as the array that NumPy makes of it."""
    is_sequence = isinstance(arg, Apply) and arg.op in ("tuple", "list")
    return Apply("numpy.array", (arg,)) if is_sequence else arg


def kind_of_value(value: Any) -> Kind:
    """The kind of what `value_of` gives."""
    if isinstance(value, Node):
        return value.kind
    for cls, kind in ((bool, BOOLEAN), (int, INTEGER), (float, REAL)):
        if isinstance(value, cls):
            return kind
    if isinstance(value, complex):
        return COMPLEX
    if isinstance(value, (tuple, list)):
        kinds = [kind_of_value(v) for v in value]
        dims = broadcast(*(dims_of(k) for k in kinds))
        return ArrayOf(joined_item(kinds), None if dims is None else (len(value), *dims))
    return OBJECT


def bind(primitive: ArrayPrimitive, args: Sequence[Expr]) -> inspect.BoundArguments:
    """The arguments of a call by the names of the parameters, defaults filled in.

    Raises NotDifferentiable for arguments that the primitive has not, or not that value of.
    """
    positional = [a for a in args if not (isinstance(a, Apply) and a.op == "keyword")]
    keywords = {
        a.args[0].value: a.args[1]
        for a in args
        if isinstance(a, Apply) and a.op == "keyword" and isinstance(a.args[0], Const)
    }
    try:
        bound = primitive.signature.bind(*positional, **keywords)
    except TypeError as error:
        raise NotDifferentiable(f"{primitive.name}(): {error}") from None
    bound.arguments = {
        name: _bound_value(primitive.signature.parameters[name].kind, given)
        for name, given in bound.arguments.items()
    }
    for name, value in list(bound.arguments.items()):
        allowed = dict(primitive.only).get(name)
        if allowed is not None and (isinstance(value, Node) or value not in allowed):
            raise NotDifferentiable(
                f"the argument {name!r} of {primitive.name}() is not supported here"
            )
    bound.apply_defaults()
    return bound


def _bound_value(kind: Any, given: Any) -> Any:
    if kind is inspect.Parameter.VAR_POSITIONAL:
        return tuple(map(value_of, given))
    if kind is inspect.Parameter.VAR_KEYWORD:
        return {name: value_of(value) for name, value in given.items()}
    return value_of(given)


def as_node(value: Any) -> Any:
    """A differentiable argument as a node, or a sequence of nodes; None stays None."""
    if value is None:
        return None
    if isinstance(value, (tuple, list)):
        return type(value)(map(as_node, value))
    if isinstance(value, Node):
        return value
    return Node(Const(value), kind_of_value(value))


def _operand(primitive: ArrayPrimitive, name: str, value: Any) -> Any:
    """What a rule gets for an argument that may be active."""
    is_starred = primitive.signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
    if is_starred or name in primitive.nested:
        return as_node(value)
    if name in primitive.sequences and isinstance(value, (tuple, list)):
        return [_as_array(v) for v in value]
    return _as_array(value)


def _as_array(value: Any) -> Any:
    """A differentiable argument as one node; None stays None."""
    if value is None:
        return None
    if isinstance(value, (tuple, list)):
        return Node(Apply("numpy.array", (expr_of(list(value)),)), kind_of_value(value))
    return value if isinstance(value, Node) else Node(Const(value), kind_of_value(value))


def result_kind(op: str, args: Sequence[Expr]) -> Kind:
    """The kind of a call's value."""
    primitive = by_name(op)
    if primitive is None or primitive.kind is None:
        return ArrayOf(REAL, None)
    try:
        bound = bind(primitive, args)
    except NotDifferentiable:
        return ArrayOf(REAL, None)
    for name in primitive.wrt:
        if name in bound.arguments:
            bound.arguments[name] = _operand(primitive, name, bound.arguments[name])
    try:
        return primitive.kind(*bound.args, **bound.kwargs)
    except (IndexError, ZeroDivisionError):
        return ArrayOf(REAL, None)  # an axis that is not there: NumPy says so if it ever runs


def contributions(
    primitive: ArrayPrimitive, args: Sequence[Expr], ans: Any, dout: Any
) -> Iterator[tuple[Expr, Node]]:
    """Each differentiable argument (a variable), and what is added to its adjoint.

    For primitives that have an adjoint; elementwise ones have partials. Raises NotDifferentiable.
    """
    assert primitive.adjoint is not None
    bound = bind(primitive, args)
    for name in primitive.wrt:
        bound.arguments[name] = _operand(primitive, name, bound.arguments[name])
    found = primitive.adjoint(*bound.args, **bound.kwargs, ans=ans, dout=dout)
    each = (found,) if len(primitive.wrt) == 1 else found
    for name, contribution in zip(primitive.wrt, each, strict=True):
        yield from _pairs(bound.arguments[name], contribution)


def _pairs(argument: Any, contribution: Any) -> Iterator[tuple[Expr, Node]]:
    if contribution is None:
        return
    if isinstance(argument, (tuple, list)):
        refused = isinstance(contribution, Refused)
        shares = [contribution] * len(argument) if refused else contribution
        for part, share in zip(argument, shares, strict=True):
            yield from _pairs(part, share)
    elif isinstance(argument.expr, (Var, Global)):
        yield argument.expr, as_node(contribution)
    elif isinstance(argument.expr, Apply) and argument.expr.op == "numpy.array":
        yield from _shares(argument, as_node(contribution))


def _shares(argument: Node, contribution: Node) -> Iterator[tuple[Expr, Node]]:
    """The contributions to the items of a list that was taken for an array."""
    parts = value_of(argument.expr.args[0]) if isinstance(argument.expr, Apply) else ()
    rank = contribution.rank
    if rank is not None and rank < (1 if argument.rank is None else argument.rank):
        shares = [contribution] * len(parts)
    else:
        if not fills(contribution.dims, argument.dims):
            contribution = call("numpy.broadcast_to", contribution, argument.shape)
        shares = [contribution[i] for i in range(len(parts))]
    for part, share in zip(parts, shares, strict=True):
        yield from _pairs(_as_array(part), share)


def partials(
    primitive: ArrayPrimitive, args: Sequence[Expr], ans: Node
) -> Iterator[tuple[Expr, Any]]:
    """Each argument of an elementwise function and the partial derivative in it; None for zero."""
    for argument, partial in named_partials(primitive, args, ans).values():
        if argument is not None:
            yield argument.expr, partial


def named_partials(
    primitive: ArrayPrimitive, args: Sequence[Expr], ans: Node
) -> dict[str, tuple[Any, Any]]:
    """Each argument of an elementwise function, by its parameter, and the partial in it."""
    assert primitive.partials is not None
    bound = bind(primitive, tuple(map(whole, args)))
    for name in primitive.wrt:
        bound.arguments[name] = as_node(bound.arguments[name])
    found = primitive.partials(*bound.args, **bound.kwargs, ans=ans)
    each = (found,) if len(primitive.wrt) == 1 else found
    pairs = zip(primitive.wrt, each, strict=True)
    return {name: (bound.arguments[name], partial) for name, partial in pairs}
