"""How much room text takes, in a monospaced font, and text cut to a length."""

from __future__ import annotations

import unicodedata

ADVANCE = 0.602  # of DejaVu Sans Mono, in ems; drawn text is stretched to exactly this


def columns(text: str) -> int:
    """How many characters wide a text is: wide ones count twice, combining ones not at all."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def width(text: str, size: float) -> float:
    return round(columns(text) * ADVANCE * size, 1)


def cut(text: str, most: int) -> str:
    """The text on one line, with an ellipsis where it is longer than `most`."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
