"""The table as plain text: two columns side by side that fit the width at hand."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

WIDEST, NARROWEST = 120, 60
INDENT = "    "
GAP = "    "


@dataclass(frozen=True, slots=True)
class Cell:
    """One side of a row. `target` is what stands left of the equals sign, if there is one."""

    text: str = ""
    target: str = ""
    number: int = 0
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the function and what the reverse sweep does about it."""

    forward: Cell
    backward: Cell = Cell()
    depth: int = 0


def layout(rows: Sequence[Row], width: int | None = None) -> str:
    """The table, at most `width` wide: by default as wide as the terminal, and 120 at most."""
    if width is None:
        width = shutil.get_terminal_size((WIDEST, 24)).columns
    width = max(NARROWEST, min(WIDEST, width))
    digits = len(str(max((row.forward.number for row in rows), default=0)))
    lefts, rights = _aligned(rows), [INDENT * row.depth + row.backward.text for row in rows]
    lefts = [INDENT * row.depth + text for row, text in zip(rows, lefts, strict=True)]
    room = width - 2 * (digits + 6) - len(GAP) - 1
    left_width, right_width = _shares(_longest(lefts), _longest(rights), room)

    blank = " " * (digits + 6)
    lines = [f" {blank}{'forward':<{left_width}}{GAP}{blank}backward"]
    for row, left, right in zip(rows, lefts, rights, strict=True):
        heads = [
            f"{c.number or '':>{digits}} {'(*)' if c.mark else '':<3}  "
            for c in (row.forward, row.backward)
        ]
        indent = INDENT * (row.depth + 1)
        parts = _wrapped(left, left_width, indent), _wrapped(right, right_width, indent)
        for i in range(max(map(len, parts))):
            first, second = (part[i] if i < len(part) else "" for part in parts)
            a, b = heads if i == 0 else (blank, blank)
            lines.append(f" {a}{first:<{left_width}}{GAP}{b}{second}".rstrip())
    return "\n".join(lines)


def _longest(texts: Sequence[str]) -> int:
    return max(map(len, texts), default=0)


def _shares(left: int, right: int, room: int) -> tuple[int, int]:
    """How wide each column may be: the one that needs less than half gets what it needs."""
    left, right = max(left, len("forward")), max(right, len("backward"))
    if left + right <= room:
        return left, right
    left_share = max(room - right, min(left, room // 2))
    return left_share, room - left_share


def _aligned(rows: Sequence[Row]) -> list[str]:
    """The forward texts, with the equals signs of neighbouring lines below each other."""
    texts: list[str] = []
    for (_, assigns), run in groupby(rows, key=lambda r: (r.depth, bool(r.forward.target))):
        cells = [row.forward for row in run]
        widths = [len(cell.target) for cell in cells]
        widest = max((w for w in widths if w <= 12), default=0)
        texts += [f"{c.target:<{widest}} = {c.text}" if assigns else c.text for c in cells]
    return texts


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """The text in lines of at most `width`, broken at spaces and before operators if need be."""
    lines = []
    while len(text) > width:
        least = len(indent) + 4
        spots = [i for i in range(least, width + 1) if text[i] == " "]
        spots = spots or [i for i in range(least, width + 1) if text[i] in "·+-/("]
        cut = spots[-1] if spots else width
        lines.append(text[:cut].rstrip())
        text = indent + text[cut:].strip()
    return [*lines, text]
