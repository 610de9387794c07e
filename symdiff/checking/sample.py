"""Draws the points at which a function is tried, and steers towards decisions not yet seen."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from symdiff.checking.adjoint import NotDifferentiable, sweep
from symdiff.checking.inputs import INTEGERS, Inputs, Point, exact
from symdiff.checking.number import Symbolic, number
from symdiff.checking.run import Decision

SEED = 20240229  # the same points every time
MANY = 12  # numbers in the arguments
OVERSHOOT = (1e-6, 1e-3, 0.03, 0.5, 3.0)


class Sampler:
    """An endless supply of points: near the given one, at several scales, and around constants."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.random = random.Random(SEED)
        self.specials = [0.0, 1.0, -1.0, 0.5, 2.0]
        for value in inputs.given:
            if value is not None:
                self.add_special(value)

    def add_special(self, value: float) -> None:
        """A constant that the function compares with: points are drawn around it."""
        if value not in self.specials and len(self.specials) < 50 and abs(value) < 1e100:
            self.specials.append(value)

    def points(self) -> Iterator[Point]:
        if not self.inputs.slots:
            yield from (Point((), self._integers(count)) for count in range(len(INTEGERS)))
            return
        styles: tuple[Callable[[int], float], ...] = (
            self._near,
            self._positive,
            self._unit,
            self._normal,
            self._around,
            self._mixed,
            self._wide,
            self._near_but_one,
            self._special,
        )
        if all(value is None for value in self.inputs.given):
            styles = styles[1:7] + styles[8:]
        elif len(self.inputs.slots) > MANY:  # far away, nearly every function of them overflows
            styles = (self._near, self._unit, self._normal, self._near_but_one)
        count = 0
        while True:
            for style in styles:
                values = [self._round(style(i)) for i in range(len(self.inputs.slots))]
                yield Point(tuple(map(exact, values)), self._integers(count))
            if count == 1:
                yield from self._zeros()
            count += 1

    def _zeros(self) -> Iterator[Point]:
        """Points where some input is exactly zero, as derivative code must not divide by it."""
        slots = range(len(self.inputs.slots))
        for zeros in (set(slots), *({i} for i in slots[:4])):
            values = (0.0 if i in zeros else self._round(self._near(i)) for i in slots)
            yield Point(tuple(map(exact, values)), self._integers(0))

    def _integers(self, count: int) -> tuple[int, ...]:
        each = INTEGERS[count : count + 1] or INTEGERS
        return tuple(self.random.choice(each) if n is None else n for n in self.inputs.chosen)

    def with_other_integers(self) -> Iterator[Point]:
        """Points with other integers than those given."""
        for n in INTEGERS:
            for style in (self._near, self._positive):
                values = [self._round(style(i)) for i in range(len(self.inputs.slots))]
                yield Point(tuple(map(exact, values)), (n,) * len(self.inputs.choices))

    def _round(self, value: float) -> float:
        return float(f"{value:.5g}")

    # styles: the value of one input

    def _given(self, i: int) -> float:
        value = self.inputs.given[i]
        return self._positive(i) if value is None else value

    def _near(self, i: int) -> float:
        value = self._given(i)
        return (
            value * (1 + self.random.uniform(-0.15, 0.15))
            if value
            else self.random.uniform(-0.1, 0.1)
        )

    def _near_but_one(self, i: int) -> float:
        return (
            self._mixed(i) if self.random.random() < 1 / len(self.inputs.slots) else self._near(i)
        )

    def _positive(self, i: int) -> float:
        return float(10 ** self.random.uniform(-1.2, 1.2))

    def _unit(self, i: int) -> float:
        return self.random.uniform(0.02, 0.98)

    def _normal(self, i: int) -> float:
        return self.random.gauss(0.0, 2.0)

    def _wide(self, i: int) -> float:
        return float(10 ** self.random.uniform(-3, 3)) * self.random.choice((1, -1))

    def _around(self, i: int) -> float:
        return self.random.choice(self.specials) + self.random.choice(
            (1, -1)
        ) * 10 ** self.random.uniform(-2, 0)

    def _mixed(self, i: int) -> float:
        return self.random.choice((self._positive, self._unit, self._normal, self._around))(i)

    def _special(self, i: int) -> float:
        return self.random.choice(self.specials) if self.random.random() < 0.5 else self._mixed(i)


def across(
    decision: Decision, inputs: list[Symbolic], point: Point, chance: random.Random
) -> Iterator[Point]:
    """Points where a comparison may come out otherwise: Newton's step to equality, and beyond."""
    try:
        gap = number(decision.a - decision.b)
        done = sweep(gap)
    except (NotDifferentiable, OverflowError):
        return
    slopes = [(i, done.adjoint(x)) for i, x in enumerate(inputs)]
    moving = [(i, slope) for i, slope in slopes if slope != 0]
    chance.shuffle(moving)
    for i, slope in moving[:3]:
        value, step = float(point.reals[i]), float(-gap.value / slope)
        for more in OVERSHOOT:
            moved = value + step * (1 + more) if step else value - more
            if abs(moved) < 1e12:
                yield Point(
                    (*point.reals[:i], exact(float(f"{moved:.12g}")), *point.reals[i + 1 :]),
                    point.choices,
                )
