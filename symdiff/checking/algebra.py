"""From an expression graph to SymPy, and SymPy's derivative of one against the claimed other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symdiff.checking.claims import Claim
from symdiff.checking.functions import KNOWN
from symdiff.checking.graph import in_order, tree_size
from symdiff.checking.number import PASSIVE, Symbolic, number
from symdiff.checking.run import Decision
from symdiff.checking.signs import Signs
from symdiff.checking.zero import METHODS, method_of_proof

MAX_SIZE = 3000  # nodes of an expression written out


class NoExpression(Exception):
    """SymPy is not tried: the expression is too large, or infinite."""


class Algebra:
    """The inputs as SymPy symbols, and expressions over them.

    `signs` gives each input 1 (assumed positive), -1 (negative) or 0 (any real number).
    """

    def __init__(self, names: list[str], signs: Mapping[str, int]) -> None:
        import sympy

        self.symbols: dict[str, Any] = {}
        self.inputs: dict[str, Any] = {}
        for name in names:
            sign = signs.get(name, 0)
            self.symbols[name] = symbol = sympy.Symbol(
                name, real=True, positive=True if sign else None
            )
            self.inputs[name] = -symbol if sign < 0 else symbol
        self._known: dict[int, Any] = {}
        self._alive: list[Symbolic] = []
        self._opaque: dict[Any, Any] = {}
        self._stands_for: dict[Any, tuple[Any, list[tuple[Any, Any]]]] = {}

    def expression(self, root: Symbolic) -> Any:
        """The graph as a SymPy expression. Raises NoExpression."""
        if tree_size(root) > MAX_SIZE:
            raise NoExpression("the expression is too large")
        for n in in_order([root]):
            if id(n) not in self._known:
                self._known[id(n)] = self._convert(n)
                self._alive.append(n)
        return self._known[id(root)]

    def _convert(self, n: Symbolic) -> Any:
        import sympy

        if n.op == "const":
            return sympy.Rational(n.args[0].numerator, n.args[0].denominator)
        if n.op == "named":
            if n.args[0] not in {"pi", "e"}:
                raise NoExpression("an infinite constant")
            return sympy.pi if n.args[0] == "pi" else sympy.E
        if n.op == "input":
            if n.args[0] not in self.inputs:
                self.symbols[n.args[0]] = self.inputs[n.args[0]] = sympy.Symbol(
                    n.args[0], real=True
                )
            return self.inputs[n.args[0]]
        a = [self._known[id(x)] for x in n.args]
        match n.op:
            case "add":
                return a[0] + a[1]
            case "sub":
                return a[0] - a[1]
            case "mul":
                return a[0] * a[1]
            case "div":
                return a[0] / a[1]
            case "neg":
                return -a[0]
            case "pow":
                return a[0] ** a[1]
            case "mark":
                return a[0]
            case "atan2":
                return sympy.atan2(*a)
        if n.op in ("stop", "ruled"):
            return self._said(n, a)
        if n.op in PASSIVE:  # constant near every point: a symbol that no input moves
            key = (n.op, *a)
            return self._opaque.setdefault(
                key, sympy.Dummy(n.op, real=True, integer=n.integer or None)
            )
        return getattr(sympy, KNOWN[n.op][1])(*a)

    def derivative(self, claim: Claim) -> Any:
        """What the claim should be equal to, by SymPy."""
        import sympy

        objective = self.expression(claim.objective)
        if claim.along is None:
            return self.resolved(objective)
        total = sympy.S.Zero
        for x, weight in claim.along:
            name = x.args[0]
            self.expression(x)
            sign = 1 if self.inputs[name] == self.symbols[name] else -1
            total += self.expression(weight) * sign * self._total(objective, self.symbols[name])
        return self.resolved(total)

    def _said(self, n: Symbolic, a: list[Any]) -> Any:
        """A symbol for a number whose derivative the user says: none, or what a rule gives."""
        import sympy

        symbol = sympy.Dummy(n.op, real=True)
        count = len(a) // 2
        partials = list(zip(a[1 : count + 1], a[count + 1 :], strict=True))
        self._stands_for[symbol] = a[0], partials if n.op == "ruled" else []
        return symbol

    def _total(self, expression: Any, by: Any) -> Any:
        """The derivative by an input, through the symbols that stand for others."""
        import sympy

        known: dict[Any, Any] = {}
        for symbol, (_, partials) in self._stands_for.items():  # each after those it depends on
            known[symbol] = sum(
                (p * self._through(x, by, known) for x, p in partials), sympy.S.Zero
            )
        return self._through(expression, by, known)

    def _through(self, expression: Any, by: Any, known: dict[Any, Any]) -> Any:
        import sympy

        total = sympy.diff(expression, by)
        for symbol in sorted(expression.free_symbols & known.keys(), key=lambda s: s.dummy_index):
            total += sympy.diff(expression, symbol) * known[symbol]
        return total

    def resolved(self, expression: Any) -> Any:
        """The expression with what its symbols stand for."""
        for symbol in reversed(list(self._stands_for)):
            expression = expression.xreplace({symbol: self._stands_for[symbol][0]})
        return expression


class Prover:
    """Proves claims; remembers the differences that it has shown to be zero."""

    def __init__(self) -> None:
        self._shown: dict[Any, str] = {}

    def prove(self, claims: list[Claim], algebra: Algebra) -> str | None:
        """The strongest of the methods that were needed; None when a claim was not proved.

        Raises NoExpression.
        """
        used = METHODS[0]
        for claim in claims:
            got = algebra.resolved(algebra.expression(claim.got))
            difference = algebra.derivative(claim) - got
            method = self._shown.get(difference) or method_of_proof(difference)
            if method is None:
                return None
            self._shown[difference] = method
            used = max(used, method, key=METHODS.index)
        return used


def always_holds(decision: Decision, algebra: Algebra, signs: Signs) -> bool:
    """Whether it shows from its form that a comparison can come out otherwise only where both
    sides are equal, if at all."""
    gap = number(decision.a - decision.b)
    positive = gap.value > 0
    if signs.sign(gap) == (1 if positive else -1):
        return True
    written = algebra.expression(gap)
    return (written.is_nonnegative if positive else written.is_nonpositive) is True
