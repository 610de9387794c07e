"""What it costs to keep and to compute again in code that is compiled: tenths of nanoseconds,
measured under Numba 0.68.

A kept number is stored and loaded once, which is weighted for the memory it takes; where it can't
be told beforehand how many there will be, it goes on a list that grows. Functions such as sin and
exp cost more than that, a few sums and products less.
"""

from __future__ import annotations

from symdiff import rules
from symdiff.rules.arrays.indexing import is_basic
from symdiff.stages import Apply, ArrayOf, Const, Expr, Global, ListOf, TupleOf, Var

IN_AN_ARRAY, ON_A_LIST, AN_ARRAY, A_LIST = 40, 80, 3000, 5000
ELEMENTS = AN_ARRAY // IN_AN_ARRAY  # of an array, as far as costs go
_ARITHMETIC, _DIVISION, _FUNCTION = 8, 20, 100
VECTOR = 8  # numbers in a register
_VIEW, _CHEAP_ARRAY, _ARRAY_FUNCTION = 100, 2400, 20000
_CHEAP = frozenset({
    "add", "sub", "mul", "neg", "pos", "not", "lt", "le", "gt", "ge", "eq", "ne", "is", "is_not",
    "getitem", "part", "len", "and", "or", "cond", "tuple", "slice", "range", "abs", "min", "max",
    "float", "math.fabs", "math.floor", "numpy.sign", "math.copysign",
})  # fmt: skip


def keeping_cost(var: Var, of_a_number: int) -> int:
    """What it costs to keep a variable, where that is the cost of keeping a number."""
    if isinstance(var.kind, ListOf):
        return A_LIST
    is_array = isinstance(var.kind, ArrayOf) and var.kind.dims != ()
    return AN_ARRAY if is_array else of_a_number


def compiled_cost(expr: Apply) -> int:
    """What an operation costs, that of its arguments left aside."""
    if isinstance(rules.kind_of(expr), (ArrayOf, TupleOf)):
        return _array_cost(expr)
    if expr.op in _CHEAP:
        return _ARITHMETIC
    if expr.op == "pow" and isinstance(expr.args[1], Const) and expr.args[1].value in (2, 3, 4):
        return 2 * _ARITHMETIC
    return _DIVISION if expr.op in ("truediv", "floordiv", "mod") else _FUNCTION


def cost_in_a_loop(expr: Expr) -> int:
    """What a tree costs in a round of a loop that writes an array, where sums and products are
    vectorised."""
    if not isinstance(expr, Apply):
        return 0 if isinstance(expr, (Var, Const, Global)) else _FUNCTION
    own = compiled_cost(expr)
    own = max(1, own // VECTOR) if own < _FUNCTION else own
    return own + sum(map(cost_in_a_loop, expr.args))


def _array_cost(expr: Apply) -> int:
    is_view = getattr(rules.primitive(expr.op), "view", "") == "always"
    if is_view or expr.op == "getitem" and is_basic(expr.args[1]):
        return _VIEW
    return _CHEAP_ARRAY if expr.op in _CHEAP else _ARRAY_FUNCTION
