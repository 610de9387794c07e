"""The table of primitives: what is known of each, and how rules are registered.

A rule is a function of fixed letters that returns the partial derivatives of a primitive with
respect to its arguments, in terms of the arguments and of the output:

    @elementwise(math.tanh, sympy="tanh")
    def tanh(x, *, out):
        return 1 - out * out

Its body is read, never called: it is inlined into generated code. So it consists of assignments to
local names and one return, of arithmetic, comparisons, conditional expressions and calls of
functions that are primitives themselves.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from symdiff.rules.arrays import registry as arrays
from symdiff.rules.arrays.helpers import array_helpers, helper_kind, of_any_rank
from symdiff.rules.arrays.indexing import indexed_kind, is_slice
from symdiff.rules.folding import number
from symdiff.rules.kinds import Result, join
from symdiff.rules.shapes import either, elementwise_kind, joined_item
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    NOTHING,
    OBJECT,
    REAL,
    STACK,
    TEXT,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Global,
    Kind,
    ListOf,
    TupleOf,
    Var,
)

Rule = Callable[..., Any]
Guard = Callable[[Expr], bool]
RuleT = TypeVar("RuleT", bound=Rule)


@dataclass(frozen=True, slots=True)
class Case:
    """A rule for some of the calls of a primitive: those that fit its signature and its guards."""

    partials: Rule
    guards: Mapping[str, Guard] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """An elementary operation that symdiff knows.

    `name` is the `op` of its applications; `functions` are the Python objects that it is, or their
    dotted names where this Python may lack them, or where a rule is not worth an import. `result`
    is the kind of its value, or a function of the kinds of its arguments. `partials` is its rule,
    None when it is piecewise constant; `cases` are better rules for some of its calls. `sympy` is
    its name in SymPy, or the text of a lambda over SymPy's names. `arity` is the fewest and the
    most arguments (None: any number). `note` says what holds at its singularities.
    """

    name: str
    functions: tuple[Any, ...]
    result: Result = REAL
    partials: Rule | None = None
    cases: tuple[Case, ...] = ()
    piecewise_constant: bool = False
    arity: tuple[int, int | None] = (1, 1)
    sympy: str | None = None
    note: str = ""

    def kind(self, args: tuple[Expr, ...]) -> Kind:
        """The kind of this primitive's value for these arguments."""
        if callable(self.result):
            return self.result(*map(kind_of, args)) if args else OBJECT
        return self.result

    def accepts(self, count: int) -> bool:
        """Whether it can be called with so many positional arguments."""
        fewest, most = self.arity
        return fewest <= count and (most is None or count <= most)

    def symbolic(self, *args: Any) -> Any:
        """The primitive applied to SymPy expressions. Raises LookupError if SymPy lacks it."""
        if self.sympy is None:
            raise LookupError(f"{self.name} has no counterpart in SymPy")
        return _from_sympy(self.sympy)(*args)


@functools.cache
def _from_sympy(text: str) -> Callable[..., Any]:
    import sympy

    function: Callable[..., Any] = eval(text, dict(vars(sympy)))
    return function


_table: dict[str, Primitive] = {}
_by_identity: dict[int, tuple[Any, str]] = {}
_by_dotted_name: dict[str, str] = {}


def elementwise(
    *functions: Any, op: str = "", sympy: str | None = None, result: Result = REAL, note: str = ""
) -> Callable[[RuleT], RuleT]:
    """Register the decorated rule as that of `functions`, which are one and the same primitive.

    The first function names the primitive, unless `op` does. A rule may be given for a Python
    function of one's own. Raises ValueError when a function has a rule already.
    """

    def register(rule: RuleT) -> RuleT:
        name = op or op_name(functions[0])
        _add(Primitive(name, functions, result, rule, (), False, span(rule), sympy, note))
        return rule

    return register


def case(function: Any, **guards: Guard) -> Callable[[RuleT], RuleT]:
    """Register the decorated rule for those calls of a primitive that fit its signature and for
    which each guard accepts the argument of its name. The case registered first wins.

    An argument that is guarded and a literal enters the rule as that literal. Raises LookupError
    when the function is not a primitive.
    """

    def register(rule: RuleT) -> RuleT:
        known = find(function)
        if not isinstance(known, Primitive):
            raise LookupError(f"{function!r} is not a primitive")
        fewest, most = span(rule)
        most = None if most is None or known.arity[1] is None else max(most, known.arity[1])
        _table[known.name] = replace(
            known,
            cases=(*known.cases, Case(rule, guards)),
            arity=(min(fewest, known.arity[0]), most),
        )
        return rule

    return register


def literal(test: Callable[[Any], bool]) -> Guard:
    """A guard: the argument is a real literal for which the test holds."""

    def guard(arg: Expr) -> bool:
        value = number(arg)
        return value is not None and test(value)

    return guard


def of_kind(kind: Kind) -> Guard:
    """A guard: the argument is of this kind."""
    return lambda arg: kind_of(arg) == kind


def a_sequence(arg: Expr) -> bool:
    """A guard: the argument is a sequence whose length is known."""
    return isinstance(arg, Apply) and arg.op in ("tuple", "list")


def piecewise_constant(
    *functions: Any,
    op: str = "",
    arity: int | tuple[int, int | None] = 1,
    sympy: str | None = None,
    result: Result = REAL,
    note: str = "",
) -> None:
    """Register functions, one and the same primitive, whose derivative is zero where it exists."""
    between = (arity, arity) if isinstance(arity, int) else arity
    name = op or op_name(functions[0])
    _add(Primitive(name, functions, result, None, (), True, between, sympy, note))


def find(function: Any) -> Primitive | arrays.ArrayPrimitive | None:
    """The primitive that a Python object is, if any."""
    entry = _by_identity.get(id(function))
    if entry is None:
        _look_up_dotted_names()
        entry = _by_identity.get(id(function))
    return arrays.find(function) if entry is None else _table[entry[1]]


def by_name(op: str) -> Primitive | None:
    """The primitive of that name, if any."""
    return _table.get(op)


@functools.cache
def parameters_of(op: str) -> tuple[inspect.Parameter, ...]:
    """The parameters of a primitive, where Python tells them of the function that it is."""
    primitive = by_name(op)
    if primitive is None:
        return ()
    builtin = [f for f in primitive.functions if getattr(f, "__module__", "") == "builtins"]
    try:
        return tuple(inspect.signature([*builtin, *primitive.functions][0]).parameters.values())
    except (TypeError, ValueError):
        return ()


@functools.cache
def keyword_only(op: str) -> dict[int, str]:
    """The names of the arguments that must be given by name, by their places."""
    return {i: p.name for i, p in enumerate(parameters_of(op)) if p.kind is p.KEYWORD_ONLY}


def table() -> tuple[Primitive, ...]:
    """All primitives, in the order of registration."""
    return tuple(_table.values())


def conventions() -> Iterator[tuple[str, str]]:
    """Names and notes of the primitives that need a convention at a kink or a singularity."""
    return ((p.name, p.note) for p in _table.values() if p.note)


def op_name(function: Any) -> str:
    """The name under which a function is known: `math.sin`, and builtins and operators bare."""
    if isinstance(function, str):
        return function
    module = getattr(function, "__module__", None) or ""
    bare = module in ("", "builtins", "operator", "_operator")
    return str(function.__qualname__ if bare else f"{module}.{function.__qualname__}")


def span(rule: Rule) -> tuple[int, int | None]:
    """The fewest and the most arguments that a rule takes; None: any number."""
    parameters = inspect.signature(rule).parameters.values()
    count = sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)
    return count, None if any(p.kind is p.VAR_POSITIONAL for p in parameters) else count


def _add(primitive: Primitive) -> None:
    if primitive.name in _table:
        raise ValueError(f"{primitive.name} has a rule already")
    for function in primitive.functions:
        if isinstance(function, str):
            _by_dotted_name[function] = primitive.name
        elif id(function) in _by_identity and _by_identity[id(function)][1] != primitive.name:
            raise ValueError(f"{function!r} has a rule already")
        else:
            _by_identity[id(function)] = function, primitive.name
    _table[primitive.name] = primitive


def _look_up_dotted_names() -> None:
    """Find the functions known by name only, in modules that somebody has imported."""
    for dotted, name in list(_by_dotted_name.items()):
        module, _, attribute = dotted.rpartition(".")
        if module in sys.modules:
            del _by_dotted_name[dotted]
            function = getattr(sys.modules[module], attribute, None)
            if function is not None:
                _by_identity.setdefault(id(function), (function, name))


# --- kinds of expressions ------------------------------------------------------------------------

_STRUCTURAL: dict[str, Callable[..., Kind]] = {
    "and": lambda *kinds: join(*kinds),
    "or": lambda *kinds: join(*kinds),
    "cond": lambda test, then, orelse: join(then, orelse),
    "tuple": lambda *items: ListOf(join(*items)),
    "list": lambda *items: ListOf(join(*items)),
    "getitem": lambda base, index: base.item if isinstance(base, ListOf) else OBJECT,
    "append": lambda base, item: join(base, ListOf(item)),
    "extend": lambda base, other: join(base, other),
    "insert": lambda base, index, item: join(base, ListOf(item)),
    "setitem": lambda base, index, item: join(base, ListOf(item)),
    "delitem": lambda base, index: base,
    "add_at": lambda base, index, item: base,
    "copy": lambda base: base,
    "lend": lambda base: base,
    "zeros_like": lambda base: base,
    "stack": lambda *shape: STACK,
    "tape": lambda name: OBJECT,
    "nonempty": lambda stack: BOOLEAN,
    "stop_gradient": lambda value: value,
}

_COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
_ARITHMETIC = frozenset(
    {"add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "neg", "pos", "abs"}
)
_BITWISE = frozenset({"and_", "or_", "xor", "invert", "lshift", "rshift"})


def _of_arrays(op: str, args: tuple[Expr, ...]) -> Kind | None:
    """The kind of an operation some of whose arguments are arrays; None for others."""
    if op in ("getitem", "part"):
        if isinstance(args[0], Apply) and args[0].op == "numpy.shape":
            return INTEGER if isinstance(args[1], Const) else OBJECT
        base = kind_of(args[0])
        if isinstance(base, TupleOf):
            at = args[1].value if isinstance(args[1], Const) else None
            return base.items[at] if isinstance(at, int) else OBJECT
        if isinstance(base, ListOf) and is_slice(args[1]):
            return base
        return indexed_kind(base, args[1]) if isinstance(base, ArrayOf) else None
    if op == "cond":
        then, orelse = kind_of(args[1]), kind_of(args[2])
        if isinstance(then, ArrayOf) or isinstance(orelse, ArrayOf):
            return either(then, orelse)
        return None
    if op in _COMPARISONS or op in _ARITHMETIC or op in _BITWISE:
        kinds = [kind_of(a) for a in args]
        if not any(isinstance(k, ArrayOf) for k in kinds):
            return None
        if op in _COMPARISONS:
            return elementwise_kind(kinds, BOOLEAN)
        made = elementwise_kind(kinds)
        if isinstance(made, ArrayOf):
            if op == "truediv" and made.item in (INTEGER, BOOLEAN):
                return ArrayOf(REAL, made.dims)
            if op in _ARITHMETIC and made.item is BOOLEAN:
                return ArrayOf(INTEGER, made.dims)
            if op == "abs" and made.item is COMPLEX:
                return ArrayOf(REAL, made.dims)
        return made
    if op in UPDATES_OF_ARRAYS or op in ("copy", "zeros_like", "stop_gradient"):
        base = kind_of(args[0])
        return base if isinstance(base, ArrayOf) else None
    return None


UPDATES_OF_ARRAYS = frozenset(
    {"setitem", "add_at", "sub_at", "mul_at", "truediv_at", "scatter_add", "lend"}
)

_LITERAL = {bool: BOOLEAN, int: INTEGER, float: REAL, complex: COMPLEX, str: TEXT}


def kind_of(expr: Expr) -> Kind:
    """The kind of an expression's value; OBJECT when nothing is known of it."""
    match expr:
        case Var() | Global():
            return expr.kind
        case Const(value):
            return NOTHING if value is None else _LITERAL.get(type(value), OBJECT)
        case Apply(op, args):
            if arrays.by_name(op) is not None:
                return arrays.result_kind(op, args)
            found = _of_arrays(op, args)
            if found is not None:
                return found
            if op in _STRUCTURAL:
                return _STRUCTURAL[op](*map(kind_of, args))
            primitive = _table.get(op)
            if primitive is not None:
                return primitive.kind(args)
            if op.startswith("helper:"):
                helper = of_any_rank(op.removeprefix("helper:"))
                if helper in array_helpers():
                    return helper_kind(helper, [kind_of(a) for a in args])
            if op.startswith(("numpy.", "scipy.")) and op != "numpy.shape":
                return ArrayOf(joined_item([REAL, *map(kind_of, args)]), None)
            return REAL if op.startswith("helper:") else OBJECT
    return OBJECT
