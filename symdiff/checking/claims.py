"""What a generated function claims at a point, put beside what the original computed there.

A `Claim` says that a number the generated function returned equals the derivative of an
expression that the original computed; `Claim.digits` compares the two at the point.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from symdiff.checking.adjoint import NotDifferentiable, Sweep, sweep
from symdiff.checking.inputs import Slot, leaves
from symdiff.checking.number import Symbolic, Truth, number
from symdiff.checking.precision import DIGITS, field
from symdiff.checking.whole import parts

EXACT_DIGITS = 30
NOISE_DIGITS = DIGITS - EXACT_DIGITS  # relative to the terms of a sum
ALL_DIGITS = (float(NOISE_DIGITS), float(NOISE_DIGITS))  # as many as are not rounding
TINY_DIGITS = 305  # what is smaller, floats do not tell from zero


class Misshapen(Exception):
    """The generated function returned something of another structure than it should."""


@dataclass
class Claim:
    """`got` equals the sum of weight * d(objective)/d(input), or the objective itself."""

    label: str
    objective: Symbolic
    along: list[tuple[Symbolic, Symbolic]] | None  # inputs and weights; None: the value
    got: Symbolic
    expected: Any = None  # at the point

    def digits(self, sweeps: dict[int, Sweep]) -> tuple[float, float]:
        """To how many digits the claim holds at the point: relative to the larger side, and
        relative to the terms that were summed. Raises NotDifferentiable."""
        mp = field()
        if self.along is None:
            self.expected, scale = self.objective.value, abs(self.objective.value)
        else:
            if id(self.objective) not in sweeps:
                sweeps[id(self.objective)] = sweep(self.objective)
            done = sweeps[id(self.objective)]
            self.expected = scale = mp.mpf(0)
            for x, weight in self.along:
                self.expected += weight.value * done.adjoint(x)
                scale += abs(weight.value) * done.scale(x)
        got = self.got.value
        if not mp.isfinite(got):
            return (0.0, 0.0) if mp.isfinite(self.expected) else ALL_DIGITS
        error = abs(got - self.expected)
        largest = max(abs(got), abs(self.expected))
        if error <= max(scale * mp.mpf(10) ** -NOISE_DIGITS, mp.mpf(10) ** -TINY_DIGITS):
            return ALL_DIGITS
        return float(-mp.log10(error / largest)), float(-mp.log10(error / max(scale, largest)))


@dataclass(frozen=True)
class Outcome:
    """What the two functions returned, and the arguments that only the generated one has."""

    slots: list[Symbolic]
    result: Any
    made: Any
    extra: dict[str, Any]
    trees: dict[str, Any]  # of the parameters
    matrix: str = ""

    def claims(self, trees: tuple[Any, ...], single: bool | None) -> Iterator[Claim]:
        """The claims about the values and the derivatives. Raises Misshapen."""
        if self.matrix:
            yield from self._of_matrix(trees[0] if single else trees, single)
            return
        if not isinstance(self.made, tuple) or len(self.made) != 2:
            raise Misshapen(f"it returns {self.made!r}, not a value and its derivatives")
        value, derivative = self.made
        outcomes = paired(self.result, value, "the value")
        reals = [(number(a), _real(b)) for a, b in outcomes if is_real(a)]
        for i, (a, b) in enumerate(reals):
            yield Claim("the value" if len(reals) == 1 else f"value {i}", a, None, b)
        if any(name.endswith("_dot") for name in self.extra):
            yield from self._forward(derivative)
            return
        if self.extra:
            pairs = zip(self.cotangents(), reals, strict=True)
            objective = number(sum(w * a for w, (a, _) in pairs))
        elif len(reals) == 1:
            objective = reals[0][0]
        else:
            raise Misshapen("a function of several results has no gradient, only a pullback")
        if single is None:
            single = len(trees) == 1 and leaves(trees, derivative) is None
        for slot, got in paired(trees[0] if single else trees, derivative, "the gradient"):
            if isinstance(slot, Slot):
                along = [(self.slots[slot.index], number(1))]
                label = f"the derivative with respect to {slot.name}"
                yield Claim(label, objective, along, _real(got))

    def cotangents(self) -> list[Symbolic]:
        """The cotangent of each number in the result; none for a gradient or a pushforward."""
        if len(self.extra) != 1 or any(name.endswith("_dot") for name in self.extra):
            return []
        (cotangent,) = self.extra.values()
        return [number(w) for a, w in paired(self.result, cotangent, "the cotangent") if is_real(a)]

    def _of_matrix(self, tree: Any, single: bool | None) -> Iterator[Claim]:
        """A Jacobian or a Hessian is returned without the value."""
        try:
            found = list(
                parts(self.result, tree, self.made, self.matrix == "columns" and not single)
            )
        except LookupError as error:
            raise Misshapen(str(error)) from None
        places: dict[int, int] = {}
        for value, slot, got in found:
            if is_real(value):
                place = places.setdefault(id(value), len(places))
                along = [(self.slots[slot.index], number(1))]
                label = f"the derivative of number {place} with respect to {slot.name}"
                yield Claim(label, number(value), along, _real(got))

    def _forward(self, derivative: Any) -> Iterator[Claim]:
        along = []
        for name, tangents in self.extra.items():
            pairs = leaves(self.trees[name.removesuffix("_dot")], tangents) or []
            along += [(self.slots[s.index], t) for s, t in pairs if isinstance(s, Slot)]
        for i, (a, b) in enumerate(paired(self.result, derivative, "the tangent")):
            if is_real(a):
                yield Claim(f"tangent {i}", number(a), along, _real(b))


def paired(tree: Any, other: Any, what: str) -> list[tuple[Any, Any]]:
    """The leaves of two structures side by side. Raises Misshapen when they differ."""
    pairs = leaves(tree, other)
    if pairs is None:
        raise Misshapen(f"{what} has another structure than it should: {other!r}")
    return pairs


def _real(value: Any) -> Symbolic:
    try:
        return number(value)
    except TypeError:
        raise Misshapen(f"{value!r} stands where a number should be") from None


def is_real(value: Any) -> bool:
    """Whether a part of a result is a number."""
    return isinstance(value, (Symbolic, float, int)) and not isinstance(value, (bool, Truth))


def is_differentiable(result: Any) -> bool:
    """Whether every number in a result has finite derivatives at the point."""
    try:
        for value, _ in leaves(result, result) or ():
            if isinstance(value, Symbolic):
                sweep(value)
    except NotDifferentiable:
        return False
    return True
