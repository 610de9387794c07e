"""The decisions of a path as a short list of conditions to read."""

from __future__ import annotations

from typing import Any

from symdiff.checking.algebra import Algebra, NoExpression
from symdiff.checking.graph import tree_size
from symdiff.checking.run import Decision
from symdiff.checking.trial import Trial

MAX_DECISIONS = 60
MAX_SHOWN = 5
MAX_LENGTH = 50
MAX_SIZE = 40
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
STRENGTH = {"==": 3, "<": 2, ">": 2, "<=": 1, ">=": 1}


def conditions(trial: Trial) -> tuple[str, ...]:
    """What holds on the path of a trial: each condition once, the short ones only; but not that
    numbers differ, as nearly all do."""
    algebra = Algebra([str(x.args[0]) for x in trial.inputs], {})
    known: dict[Any, str] = {}
    unsaid = max(0, len(trial.run.decisions) - MAX_DECISIONS)
    for decision in trial.run.decisions[:MAX_DECISIONS]:
        try:
            gap, relation = _normal(decision, algebra)
        except NoExpression:
            unsaid += 1
            continue
        if gap.is_Rational or relation == "!=":
            continue
        if gap not in known or STRENGTH[relation] > STRENGTH[known[gap]]:
            known[gap] = relation
    written = [_write(gap, relation) for gap, relation in known.items()]
    short = [w for w in written if len(w) <= MAX_LENGTH][:MAX_SHOWN]
    unsaid += len(written) - len(short)
    if unsaid:
        short.append("1 more condition" if unsaid == 1 else f"{unsaid} more conditions")
    return tuple(short)


def _normal(decision: Decision, algebra: Algebra) -> tuple[Any, str]:
    """A decision as an expression that is related to zero."""
    if max(tree_size(decision.a), tree_size(decision.b)) > MAX_SIZE:
        raise NoExpression("the condition is too long to read")
    gap = algebra.expression(decision.a) - algebra.expression(decision.b)
    relation = decision.relation if decision.truth else OPPOSITE[decision.relation]
    if gap.could_extract_minus_sign():
        return -gap, MIRRORED[relation]
    return gap, relation


def _write(gap: Any, relation: str) -> str:
    """A condition with its positive terms to the left, and the others to the right."""
    import sympy
    from sympy.printing.str import StrPrinter

    class Decimals(StrPrinter):  # type: ignore[misc]
        def _print_Rational(self, expr: Any) -> str:
            exact = not expr.q % 10 or expr.q in (2, 4, 5, 8)
            return repr(float(expr)) if exact else str(super()._print_Rational(expr))

    constant, rest = gap.as_coeff_Add()
    terms = sympy.Add.make_args(rest)
    left = sympy.Add(*(t for t in terms if not t.could_extract_minus_sign()))
    right = left - rest - constant
    if left == 0:
        left, right, relation = right + constant, sympy.sympify(constant), MIRRORED[relation]
    show = Decimals().doprint
    return f"{show(left)} {relation} {show(right)}"
