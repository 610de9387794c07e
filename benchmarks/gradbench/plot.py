"""A plot of derivatives in multiples of symdiff's, as SVG: one line a row, one mark a tool."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from benchmarks.gradbench.running import Row

LEFT, WIDTH, LINE, TOP = 190, 560, 15, 60
COLORS = {"C": "#777777", "C++": "#000000", "Tapenade": "#8c564b", "JAX": "#1f77b4",
          "PyTorch": "#d62728", "autograd": "#2ca02c",
          "differences": "#9467bd"}  # fmt: skip
OWN = "#e69f00"


def svg(rows: Sequence[Row], tools: Sequence[str]) -> str:
    shown = [row for row in rows if any(tool in row.seconds for tool in tools)]
    times = [row.seconds[t] / row.seconds["derivative"] for row in shown for t in tools
             if t in row.seconds]  # fmt: skip
    low = math.floor(math.log10(min([*times, 1.0])))
    high = max(math.ceil(math.log10(max([*times, 1.0]))), low + 1)
    height = TOP + LINE * len(shown) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 30} {height}"'
        ' font-family="sans-serif" font-size="11">',
        f'<rect width="100%" height="{height}" fill="white"/>',
        *legend(["symdiff", *tools]),
    ]
    for power in range(low, high + 1):
        x = place(10.0**power, low, high)
        label = f"{10**power}" if power >= 0 else f"1/{10**-power}"
        parts.append(line(x, TOP, x, height - 18, "#dddddd"))
        parts.append(words(x, height - 5, label, "middle"))
    for at, row in enumerate(shown):
        y = TOP + LINE * (at + 0.5)
        parts.append(words(LEFT - 8, y + 4, f"{row.eval} {row.size}", "end"))
        parts.append(mark(place(1.0, low, high), y, OWN))
        for tool in tools:
            if tool in row.seconds:
                times_own = row.seconds[tool] / row.seconds["derivative"]
                parts.append(mark(place(times_own, low, high), y, COLORS[tool]))
    return "\n".join([*parts, "</svg>", ""])


def place(value: float, low: int, high: int) -> float:
    return LEFT + WIDTH * (math.log10(value) - low) / (high - low)


def legend(names: Sequence[str]) -> list[str]:
    parts = [words(LEFT, 18, "seconds of a derivative, in multiples of symdiff's", "start")]
    for at, name in enumerate(names):
        x = LEFT + 72 * at
        parts += [mark(x + 5, 38, COLORS.get(name, OWN)), words(x + 14, 42, name, "start")]
    return parts


def mark(x: float, y: float, color: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}"/>'


def line(x1: float, y1: float, x2: float, y2: float, color: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1}" x2="{x2:.1f}" y2="{y2}" stroke="{color}"/>'


def words(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
