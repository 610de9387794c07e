"""Random programs of loops over arrays, one after the other, as source text by a seed.

They are products and sums of real numbers throughout, so that a complex step tells their slopes.
"""

from __future__ import annotations

import random

RANGES = {  # how far below and above its integer a round may look
    "range(n)": (0, 0),
    "range(1, n)": (-1, 0),
    "range(n - 1)": (0, 1),
    "range(1, n - 1)": (-1, 1),
    "range(2, n)": (-2, 0),
    "range(n - 1, -1, -1)": (0, 0),
    "range(n - 1, 0, -1)": (-1, 0),
    "range(n - 2, -1, -1)": (0, 1),
}
BEGINNINGS = ("np.zeros_like(x)", "np.zeros_like(x)", "x.copy()", "y * 0.5")


def program(seed: int) -> str:
    """A function f(x, y, h, steps) of two arrays and a number."""
    return _Writer(random.Random(seed)).program()


class _Writer:
    def __init__(self, rng: random.Random) -> None:
        self.rng, self.choice = rng, rng.choice
        self.arrays = ["a", "b", "c"][: rng.randint(2, 3)]
        few = rng.sample(list(RANGES), 2)
        self.ranges = self.choice([few, few, list(RANGES), *[["range(n)", "range(1, n)"]] * 3])

    def program(self) -> str:
        few = self.rng.randint
        lines = ["n = len(x)", "s = h", *(f"{a} = {self.choice(BEGINNINGS)}" for a in self.arrays)]
        lines += self.steps(self.choice([0, 0, 1, 3]))
        inner = self.steps(few(2, 6))
        if self.rng.random() < 0.8:
            inner = ["for _ in range(steps):", *_indented(inner)]
        lines += [*inner, *self.steps(self.choice([0, 0, 1, 3]))]
        a, b = self.choice(self.arrays), self.choice(self.arrays)
        results = (f"np.sum({a}) + s", f"{a}[n - 1] + s", f"{a}[1] * {b}[n - 1] + s")
        lines.append(f"return {self.choice([*results, f'np.sum({a} * {b}) + s'])}")
        return "\n".join(["def f(x, y, h, steps):", *_indented(lines), ""])

    def steps(self, count: int) -> list[str]:
        return [
            line
            for _ in range(count)
            for line in (self.loop() if self.rng.random() < 0.75 else self.step())
        ]

    def loop(self) -> list[str]:
        over = self.choice(self.ranges)
        body = [line for _ in range(self.rng.randint(1, 2)) for line in self.statement(over)]
        if self.rng.random() < 0.04:
            body += ["if i == 3:", "    break"]
        return [f"for i in {over}:", *_indented(body)]

    def statement(self, over: str) -> list[str]:
        element, value = self.element(self.arrays, over), self.value(over)
        kind = self.rng.random()
        if kind < 0.6:
            return [f"{element} = {value}"]
        if kind < 0.8:
            return [f"{element} {self.choice(['+=', '-='])} {value}"]
        if kind < 0.85:
            return [f"s = 0.5 * s + {element}"]
        if kind < 0.9:
            return [f"s += {value}"]
        if kind < 0.95:
            return [f"t = {value}", f"{element} = t * 0.5"]
        return ["if i % 2 == 0:", *_indented(self.statement(over))]

    def value(self, over: str) -> str:
        terms = [self.term(over) for _ in range(self.rng.randint(1, 3))]
        return "".join(f" {self.choice('*+-')} {t}" if at else t for at, t in enumerate(terms))

    def term(self, over: str) -> str:
        kind = self.rng.random()
        if kind < 0.55:
            return self.element(self.arrays, over)
        return self.element(["x", "y"], over) if kind < 0.8 else self.choice(["s", "0.5", "h"])

    def element(self, arrays: list[str], over: str) -> str:
        by = self.choice([0, 0, 0, 0, *RANGES[over]])
        return f"{self.choice(arrays)}[i{f' + {by}' if by > 0 else f' - {-by}' if by else ''}]"

    def step(self) -> list[str]:
        """Something between loops: elements at a constant index, whole arrays, other names."""
        a, b = self.choice(self.arrays), self.choice(self.arrays)
        kind = self.rng.random()
        if kind < 0.6 or a == b:
            return [f"{a}[{self.choice([0, 0, 0, 1, -1])}] = x[{self.choice([0, 1])}] * 0.5"]
        if kind < 0.75:
            return [f"{a}[0] += {b}[{self.choice([0, 1])}]"]
        others = (
            f"{a}[:] = {b} * 0.5",
            f"{a}, {b} = {b}, {a}",
            f"{a} = {b}",
            f"{a} = {b}.copy()",
            f"{a} = np.zeros_like(x)",
            f"s += np.sum({a})",
            f"{a}[1:] = {b}[:-1]",
        )
        return [self.choice(others)]


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
