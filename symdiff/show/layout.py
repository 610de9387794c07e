"""The table as plain text: two columns side by side that fit the width at hand."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

WIDEST, NARROWEST, NARROWEST_COLUMN = 120, 60, 24
INDENT = "    "
GAP = "    "


@dataclass(frozen=True, slots=True)
class Cell:
    """One side of a row. `target` is what stands left of the equals sign, if there is one, and
    `value` what came of it at a point, if one is given."""

    text: str = ""
    target: str = ""
    number: int = 0
    mark: bool = False
    value: str = ""


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
    below = _lines(rows, width, beside=False)
    beside = _lines(rows, width, beside=True)
    fits = max(map(len, beside)) <= width
    return "\n".join(beside if fits and len(beside) <= len(below) else below)


def _lines(rows: Sequence[Row], width: int, beside: bool) -> list[str]:
    """The table with values beside what they are of, or below."""
    digits = len(str(max((row.forward.number for row in rows), default=0)))
    lefts, rights = _aligned(rows), [INDENT * row.depth + row.backward.text for row in rows]
    lefts = [INDENT * row.depth + text for row, text in zip(rows, lefts, strict=True)]
    first, second = ((_longest([_values(row)[i] for row in rows]) if beside else 0) for i in (0, 1))
    apart = sum(len(GAP) + w for w in (first, second) if w)
    room = width - 2 * (digits + 6) - len(GAP) - 1 - apart
    room = max(room, 2 * NARROWEST_COLUMN) if beside else room
    left, right = _longest(lefts), _longest(rights)
    if not beside:
        indented = [[INDENT * (r.depth + 1) + value for value in _values(r)] for r in rows]
        left = max(left, _longest([values[0] for values in indented]))
        right = max(right, _longest([values[1] for values in indented]))
    left_width, right_width = _shares(left, right, room)

    blank = " " * (digits + 6)
    widths = (left_width, first, right_width, second)
    lines = [_line((blank, "", blank, ""), ("forward", "", "backward", ""), widths)]
    for row, *sides in zip(rows, lefts, rights, strict=True):
        heads = [
            f"{c.number or '':>{digits}} {'(*)' if c.mark else '':<3}  "
            for c in (row.forward, row.backward)
        ]
        indent = INDENT * (row.depth + 1)
        columns = []
        for text, value, wide in zip(sides, _values(row), (left_width, right_width), strict=True):
            column = _wrapped(text, wide, indent)
            if value and not beside:
                column = [*column, *_wrapped(indent + value, wide, indent)][not text.strip() :]
            columns += [column, [value] if beside else []]
        for i in range(max(map(len, columns))):
            texts = [c[i] if i < len(c) else "" for c in columns]
            lines.append(_line((heads[0], "", heads[1], ""), texts, widths))
            heads = [blank, blank]
    return lines


def _values(row: Row) -> tuple[str, str]:
    return row.forward.value, row.backward.value


def _line(heads: Sequence[str], texts: Sequence[str], widths: Sequence[int]) -> str:
    """Columns side by side, each a head and a text; those of no width left out."""
    shown = [h + f"{t:<{w}}" for h, t, w in zip(heads, texts, widths, strict=True) if w]
    return " " + GAP.join(shown).rstrip()


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
    indent = indent[: width // 2]
    while len(text) > width:
        least = len(indent) + 4
        spots = [i for i in range(least, width + 1) if text[i] == " "]
        spots = [i + 2 for i in spots if text[i:].startswith(" ;  ")] or spots
        spots = spots or [i for i in range(least, width + 1) if text[i] in "·+-/("]
        cut = spots[-1] if spots else width
        lines.append(text[:cut].rstrip())
        text = indent + text[cut:].strip()
    return [*lines, text]
