"""What the form of an expression says about its sign, wherever it can be evaluated at all.

A square root is never negative, and neither is what it is taken of. So `s > 0` with s = sqrt(x)
can come out otherwise only where s is zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symdiff.checking.graph import in_order
from symdiff.checking.number import Symbolic
from symdiff.checking.precision import field
from symdiff.checking.run import Decision

NOT_NEGATIVE = frozenset({"sqrt", "exp", "cosh", "acos", "erfc"})
SAME_SIGN = frozenset({"sinh", "tanh", "asinh", "atan", "asin", "atanh", "erf"})


class Signs:
    """Signs of expressions, given those that a run has evaluated.

    +1: never negative; -1: never positive; 0: not known. (x ** y counts as evaluated for y that are
    not integers by chance.)
    """

    def __init__(self, evaluated: Iterable[Symbolic]) -> None:
        self._keys: dict[Any, int] = {}
        self._key_of: dict[int, int] = {}
        self._facts: dict[int, int] = {}
        self._alive = list(evaluated)
        for n in in_order(self._alive):
            if n.op in {"sqrt", "log"} or n.op == "pow" and _is_fractional(n.args[1]):
                self._know(n.args[0])
            elif n.op == "acosh":
                self._know(n.args[0] - 1)
            elif n.op in {"asin", "acos", "atanh"}:
                x = n.args[0]
                for fact in (1 - x, 1 + x, 1 - -x, 1 + -x):
                    self._know(fact)

    def suppose(self, decisions: Iterable[Decision]) -> None:
        """Take these decisions as given."""
        for d in decisions:
            if d.a.value != d.b.value:
                larger, smaller = (d.a, d.b) if d.a.value > d.b.value else (d.b, d.a)
                self._know(larger - smaller)

    def _know(self, not_negative: Symbolic) -> None:
        self._alive += [not_negative, negative := -not_negative]
        self._facts[self._key(not_negative)] = 1
        self._facts[self._key(negative)] = -1
        if not_negative.op == "sub":
            a, b = not_negative.args
            self._alive.append(swapped := b - a)
            self._facts[self._key(swapped)] = -1

    def _key(self, root: Symbolic) -> int:
        """A number that expressions of the same form share."""
        for n in in_order([root]):
            if id(n) not in self._key_of:
                form = (
                    n.op,
                    *(self._key_of[id(a)] if isinstance(a, Symbolic) else a for a in n.args),
                )
                self._key_of[id(n)] = self._keys.setdefault(form, len(self._keys))
        return self._key_of[id(root)]

    def sign(self, root: Symbolic) -> int:
        """The sign of an expression."""
        self._alive.append(root)
        known: dict[int, int] = {}
        for n in in_order([root]):
            known[id(n)] = self._facts.get(self._key(n), 0) or self._by_form(n, known)
        return known[id(root)]

    def _by_form(self, n: Symbolic, known: dict[int, int]) -> int:
        if n.run is None:
            return 1 if n.value >= 0 else -1
        of = [known[id(a)] for a in n.args if isinstance(a, Symbolic)]
        if n.op in NOT_NEGATIVE:
            return 1
        if n.op in SAME_SIGN or n.op == "mark":
            return of[0]
        if n.op == "neg":
            return -of[0]
        if n.op in {"mul", "div"}:
            same = self._key(n.args[0]) == self._key(n.args[1])
            return 1 if same else of[0] * of[1]
        if n.op in {"add", "sub"}:
            first, second = of[0], of[1] if n.op == "add" else -of[1]
            if any(a.run is None and a.value == 0 for a in n.args):
                return second if n.args[0].value == 0 else first
            return first if first == second else 0
        if n.op == "pow":
            even = n.args[1].run is None and n.args[1].value % 2 == 0
            return 1 if even or of[0] == 1 else 0
        return 0


def _is_fractional(exponent: Symbolic) -> bool:
    return exponent.run is not None or exponent.value != field().floor(exponent.value)
