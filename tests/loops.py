"""Random functions of arrays with loops, as source text: sums, what looks like sums, buffers, and
arrays that rounds share or do not share."""

from __future__ import annotations

import random

ATOMS = ("x[i]", "x[i]", "A[i, 1]", "w[1]", "x[(i + 1) % n]", "math.sin(x[i])")
PLACES = {"t": "t", "y": "y[i]", "buf": "buf[1]", "s": "s", "p": "p"}  # what may be read besides
RESULTS = (
    "s", "s", "y.sum()", "acc.sum()", "Z.sum()", "hist.sum()", "y[1]", "(Z * 0.7).sum()", "buf[1]",
    "p", "math.log(1.0 + s * s)", "y[1] * y[2]", "hist[1]",
)  # fmt: skip
HEADS = ("for i in range(n):",) * 4 + (
    "for i in range(n - 1, -1, -1):",
    "for i in range(1, n):",
    "for i in range(0, n, 2):",
    "for i in range(-1, 2):",
)
START = """\
def helper(a, w):
    v = 0.0
    for b in w:
        v += math.sin(a * b)
    return v


def f(x, A, w, n, m):
    s, p = 0.0, 1.0
    y, acc, hist = np.zeros(n), np.zeros(3), np.zeros(n)
    buf, Z = np.ones(m), np.zeros((n, m))
"""
# Statements of a round: $ stands for an expression.
STATEMENTS = (
    "t = $", "s += $", "s += $", "y[i] = $", "y[i] += $", "acc = acc + A[i] * $", "acc += A[i] * $",
    "buf[i % m] = $", "buf[1] = $", "p = p * math.cos($)", "p = $ + 0.1 * p", "s += helper($, w)",
    "Z[i, i % m] += $", "Z[i, 0] += $", "hist[i % m] += $", "hist[0] += $", "hist[i] += $",
    "for j in range(m):\n    buf[j] = $ * w[j]\nfor j in range(m):\n    s += buf[j] * $ * A[i, j]",
    "q = 1.0\nfor j in range(m):\n    q = q * (1.0 + 0.1 * $ * w[j])\ns += q",
    "row = A[i].copy()\nfor j in range(m):\n    row[j] *= w[j] + $\ns += row.sum()",
    "for j in range(m):\n    Z[i, j] = $ * w[j]",
    "for j in range(m - 1):\n    buf[j] = $ * w[j]",
)  # fmt: skip


def program(seed: int) -> str:
    """The text of a function f(x, A, w, n, m) of an array, a matrix, weights and their lengths."""
    return _Writer(random.Random(seed)).function()


class _Writer:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def function(self) -> str:
        chance = self.chance
        lines = []
        readable = {"s", "p", "buf", "y"} if chance.random() < 0.25 else set()
        for _ in range(chance.randrange(1, 3)):
            lines.append("    " + chance.choice(HEADS))
            lines += self.round(set(readable), chance.randrange(1, 4), 2)
            if chance.random() < 0.05:
                lines += ["        if s > 3.0:", "            break"]
        found = [r for r in RESULTS if chance.random() < 0.3]
        if chance.random() < 0.6:
            found = [r for r in found if r in RESULTS[:8]]
        return START + "\n".join([*lines, f"    return {' + '.join(found or ['s'])}"]) + "\n"

    def round(self, readable: set[str], count: int, depth: int) -> list[str]:
        chance, indent = self.chance, "    " * depth
        lines: list[str] = []
        for _ in range(count):
            if depth < 4 and chance.random() < 0.12:
                lines.append(f"{indent}if {self.expression(readable, 1)} > 0.8:")
                lines += self.round(set(readable), chance.randrange(1, 3), depth + 1)
                lines += [f"{indent}else:", *self.round(set(readable), 1, depth + 1)]
                continue
            text = chance.choice(STATEMENTS)
            if text.startswith("p") and chance.random() < 0.6:
                text = STATEMENTS[1]
            while "$" in text:
                text = text.replace("$", self.expression(readable, 2), 1)
            lines += [indent + line for line in text.splitlines()]
            if text[:3] in ("t =", "y[i"):
                readable.add(text[0])
        return lines

    def expression(self, readable: set[str], depth: int) -> str:
        chance = self.chance
        if depth == 0:
            return chance.choice([*ATOMS, *(PLACES[name] for name in sorted(readable))])
        a, b = self.expression(readable, depth - 1), self.expression(readable, depth - 1)
        number = round(chance.uniform(0.3, 1.7), 3)
        forms = (f"({a} + {b})", f"({a} * {b})", f"math.sin({a})", f"({a} - {number} * {b})", a,
                 f"math.exp(-{a} * {a})", f"max({a}, {number})")  # fmt: skip
        return chance.choice(forms)
