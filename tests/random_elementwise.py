"""Random programs of elementwise operations, stores into parts of arrays, loops and branches."""

from __future__ import annotations

import random

UNARY = ["np.sin({})", "np.sqrt({0} * {0} + 0.5)", "np.abs({})", "{} ** 2", "1.0 / ({} ** 2 + 1)"]
BINARY = ["{} + {}", "{} * {}", "{} - {}", "np.maximum({}, {})", "{} / (np.square({}) + 0.7)"]
# Parts of an array with n elements, by their lengths.
PARTS = {
    0: ["[:]", "[...]", "[::-1]"],
    1: ["[1:]", "[:-1]", "[1:n]", "[:n-1]"],
    2: ["[2:]", "[1:-1]", "[:-2]", "[1:][:-1]"],
}
ROWS = ["[0]", "[-1]", "[1, :]", "[k]", "[:, 0]", "[:, -1]", "[:, k]", ".T[1]"]


class Program:
    """The function `f(x, y, a, k)` of two vectors and a square matrix, with n, n and n * n
    elements; k is 0 or 1."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.vectors, self.matrices, self.fixed = ["x", "y"], ["a"], 3
        self.lines: list[str] = []
        for _ in range(self.random.randint(4, 7)):
            self.statement("    ")
        made = [v for v in [*self.vectors, *self.matrices] if v not in ("x", "y", "a")]
        total = " + ".join(f"np.sum(np.sin({v}) * {v})" for v in made or ["x"])
        head = ["import numpy as np", "", "", "def f(x, y, a, k):", "    n = x.shape[0]"]
        self.text = "\n".join([*head, *self.lines, f"    return {total} + np.dot(x, y)", ""])

    def pick(self, given: list[str]) -> str:
        return self.random.choice(given)

    def leaf(self, less: int) -> str:
        """A vector of n - less elements."""
        if less == 0 and self.random.random() < 0.3:
            return self.pick(self.matrices) + self.pick(ROWS)
        if less == 0 and self.random.random() < 0.6:
            return self.pick(self.vectors)
        return self.pick(self.vectors) + self.pick(PARTS[less])

    def vector(self, less: int, depth: int = 2) -> str:
        kind = self.random.random()
        if depth == 0 or kind < 0.2:
            return self.leaf(less)
        one, other = self.vector(less, depth - 1), self.vector(less, depth - 1)
        if kind < 0.45:
            return self.pick(UNARY).format(f"({one})")
        if kind < 0.6:
            test = f"({self.leaf(less)} > 0.3) {self.pick(['&', '|'])} ~({self.leaf(less)} < 0.6)"
            return f"np.where({test}, {one}, {other})"
        if kind < 0.7 and less == 0:
            return f"np.sum({self.matrix(1)}, axis={self.pick(['0', '1', '-1'])})"
        return self.pick(BINARY).format(f"({one})", f"({other})")

    def matrix(self, depth: int = 2) -> str:
        kind = self.random.random()
        if depth == 0 or kind < 0.2:
            return self.pick(self.matrices) + self.pick(["", "", ".T", "[:, ::-1]"])
        if kind < 0.4:
            return self.pick(UNARY).format(f"({self.matrix(depth - 1)})")
        other = [self.matrix(depth - 1), self.leaf(0), f"{self.pick(self.vectors)}[:, None]"]
        return self.pick(BINARY).format(f"({self.matrix(depth - 1)})", f"({self.pick(other)})")

    def statement(self, indent: str) -> None:
        kind = self.random.random()
        vectors, matrices = self.vectors[2:], self.matrices[1:]
        if kind < 0.25 and indent == "    " or not vectors:
            name = f"t{len(self.vectors)}"
            self.lines.append(f"{indent}{name} = {self.vector(0)} + {self.leaf(0)} * 0.5")
            self.vectors.append(name)
        elif kind < 0.35 and indent == "    " or not matrices:
            name = f"b{len(self.matrices)}"
            self.lines.append(f"{indent}{name} = {self.matrix()} + a * 0.5")
            self.matrices.append(name)
        elif kind < 0.55:
            less = self.random.randint(0, 2)
            place = self.pick([p for p in PARTS[less] if p.count("[") == 1])
            step = self.pick(["=", "+=", "*=", "-="])
            value = f"{self.vector(less)} + {self.leaf(less)}"
            self.lines.append(f"{indent}{self.pick(vectors)}{place} {step} {value}")
        elif kind < 0.75:
            place = self.pick(ROWS[:-1])
            step = self.pick(["=", "+=", "-="])
            value = f"{self.pick(matrices)}{self.pick(ROWS)} * {self.vector(0, 1)}"
            self.lines.append(f"{indent}{self.pick(matrices)}{place} {step} {value}")
        elif kind < 0.85:
            name = self.pick(vectors)
            self.lines.append(f"{indent}{name} = np.tanh({name}) + {self.vector(0)}")
        elif indent == "    ":
            sums = f"if np.sum({self.vector(0, 1)}) > 1.0:"
            head = self.pick(["for i in range(k):", "for i in range(2):", sums])
            self.lines.append(indent + head)
            for _ in range(self.random.randint(1, 3)):
                self.statement(indent * 2)
        else:
            self.lines.append(f"{indent}{self.pick(matrices)}[:] *= {self.matrix(1)}")
