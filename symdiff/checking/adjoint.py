"""Adjoints of an expression graph at the sample point, to the digits of its values.

The chain rule over the few operations that `number` knows; the derivative of each elementary
function is SymPy's. It serves as the numbers that a generated function is held against, and knows
nothing of symdiff's rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symdiff.checking.functions import KNOWN, ORDERED, in_digits
from symdiff.checking.graph import in_order
from symdiff.checking.number import PASSIVE, Symbolic
from symdiff.checking.precision import cached, field


class NotDifferentiable(Exception):
    """The expression has no finite derivative at the point."""


@dataclass
class Sweep:
    """Adjoints by node; `terms` are the sums of the magnitudes of what was added up."""

    adjoints: dict[int, Any]
    terms: dict[int, Any]
    nodes: list[Symbolic]  # in the order of evaluation

    def adjoint(self, x: Symbolic) -> Any:
        return self.adjoints.get(id(x), field().mpf(0))

    def scale(self, x: Symbolic) -> Any:
        return self.terms.get(id(x), field().mpf(0))


def sweep(
    objective: Symbolic, note: Callable[[Symbolic, Symbolic, Any], None] | None = None
) -> Sweep:
    """The adjoints of every node that an expression depends on.

    `note(node, argument, term)` is told each term as it is added. Raises NotDifferentiable.
    """
    mp = field()
    nodes = [n for n in in_order([objective]) if n.run is not None]
    adjoints: dict[int, Any] = {id(objective): mp.mpf(1)}
    terms: dict[int, Any] = {id(objective): mp.mpf(1)}
    for n in reversed(nodes):
        adjoint = adjoints.get(id(n))
        if adjoint is None or n.op == "input":
            continue
        for arg, partial in zip(n.args, partials(n), strict=True):
            if partial is None:
                continue
            term = adjoint * partial
            adjoints[id(arg)] = adjoints.get(id(arg), 0) + term
            terms[id(arg)] = terms.get(id(arg), 0) + terms[id(n)] * abs(partial)
            if note is not None:
                note(n, arg, term)
    return Sweep(adjoints, terms, nodes)


def partials(n: Symbolic) -> tuple[Any, ...]:
    """The partial derivatives of a node; None for an argument that no input reaches."""
    mp = field()
    if n.op in PASSIVE:
        return (None,) * len(n.args)
    if n.op == "ruled":  # the value, what it depends on, and the partial derivatives
        count = len(n.args) // 2
        said = tuple(
            p.value if x.run is not None else None
            for x, p in zip(n.args[1 : count + 1], n.args[count + 1 :], strict=True)
        )
        return (None, *said, *(None,) * count)
    a = n.args[0]
    b = n.args[1] if len(n.args) > 1 else None
    found: tuple[Any, ...]
    if n.op == "add":
        found = (mp.one, mp.one)
    elif n.op == "sub":
        found = (mp.one, -mp.one)
    elif n.op == "mul" and b is not None:
        found = (b.value, a.value)
    elif n.op == "div" and b is not None:
        found = (1 / b.value, -n.value / b.value)
    elif n.op == "neg":
        found = (-mp.one,)
    elif n.op == "mark":
        found = (mp.one,)
    else:
        try:
            found = (
                _of_power(a, b, n)
                if n.op == "pow" and b is not None
                else tuple(p(*(x.value for x in n.args)) for p in _derivatives(n.op, len(n.args)))
            )
        except (ArithmeticError, ValueError) as error:
            raise NotDifferentiable(
                f"no finite derivative of {n.op} at {float(a.value)!r}"
            ) from error
    used = tuple(p if x.run is not None else None for p, x in zip(found, n.args, strict=True))
    if not all(p is None or isinstance(p, mp.mpf) and mp.isfinite(p) for p in used):
        raise NotDifferentiable(f"no finite derivative of {n.op} at {float(a.value)!r}")
    return used


def _of_power(a: Symbolic, b: Symbolic, n: Symbolic) -> tuple[Any, Any]:
    mp = field()
    base = exponent = None
    if a.run is not None:
        whole = b.value == mp.floor(b.value)
        if b.value == 0:
            base = mp.mpf(0)
        else:
            base = b.value * (a.value ** int(b.value - 1) if whole else a.value ** (b.value - 1))
    if b.run is not None:
        if a.value < 0:
            raise NotDifferentiable(
                "a power of a negative number has no derivative by its exponent"
            )
        exponent = mp.mpf(0) if n.value == 0 else n.value * mp.ln(a.value)
    return base, exponent


@cached
def _derivatives(op: str, arity: int) -> tuple[Callable[..., Any], ...]:
    """The partial derivatives of an elementary function, from SymPy, as functions of numbers."""
    import sympy

    mp = field()
    function = sympy.atan2 if op == "atan2" else getattr(sympy, KNOWN[op][1])
    xs = sympy.symbols(f"x:{arity}", real=True)
    table = {"mpf": mp.mpf}
    table.update({of: in_digits(known) for known, (_, of, _) in KNOWN.items()})
    table.update(pi=mp.pi + 0)
    by = xs[-1:] if op in ORDERED else xs
    found = [sympy.lambdify(xs, sympy.diff(function(*xs), x), modules=[table]) for x in by]
    return (*(len(xs) - len(by)) * [lambda *args: mp.nan], *found)
