"""The columns of the page that do not change: the user's source, the table, the generated code.

Everything is text: whatever stands in the user's file is escaped.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from symdiff.show.layout import Cell
from symdiff.show.page.placing import PlacedRows
from symdiff.stages import Place

COMMENT = re.compile(r"^ *# .*|  # \d+( \(\*\))?$")


@dataclass(frozen=True, slots=True)
class Span:
    """Part of the user's file that a stage stands for."""

    place: Place
    stage: int


# --- the user's source ---------------------------------------------------------------------------


def source_pane(
    files: Mapping[str, str], functions: Sequence[Place | None], spans: Sequence[Span]
) -> str:
    """The functions at some places, and those that stages come from."""
    wanted: dict[tuple[str, int, int], None] = {}
    for place in [*(f for f in functions if f), *(span.place for span in spans)]:
        around = _function_around(files.get(place.file, ""), place.line)
        if around is not None:
            wanted.setdefault((place.file, *around))
    outer = [w for w in wanted if not any(_within(w, o) for o in wanted)]
    parts = []
    for file, first, last in outer:
        lines = files[file].splitlines()
        own = [s for s in spans if s.place.file == file and first <= s.place.line <= last]
        marked = _marked(lines, first, last, own)
        parts.append("\n".join(marked))
    return '\n<span class="line"></span>\n'.join(parts)


def _within(inner: tuple[str, int, int], outer: tuple[str, int, int]) -> bool:
    return inner != outer and inner[0] == outer[0] and outer[1] <= inner[1] <= inner[2] <= outer[2]


def _function_around(text: str, line: int) -> tuple[int, int] | None:
    """The first and last line of the outermost function or lambda's statement around a line."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    pending: list[ast.stmt] = list(tree.body)
    for node in pending:
        start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        if start <= line <= (node.end_lineno or node.lineno):
            if isinstance(node, ast.ClassDef):
                pending.extend(node.body)
                continue
            return start, node.end_lineno or node.lineno
    return None


def _marked(lines: list[str], first: int, last: int, spans: list[Span]) -> Iterable[str]:
    """Lines in which every piece of text tells what stages it belongs to, the innermost first."""
    indent = min(
        (len(x) - len(x.lstrip()) for x in lines[first - 1 : last] if x.strip()), default=0
    )
    for number in range(first, last + 1):
        text = lines[number - 1] if number <= len(lines) else ""
        found = []
        for span in spans:
            place = span.place
            end_line = place.end_line or place.line
            if place.line <= number <= end_line:
                start = place.column if number == place.line else len(text) - len(text.lstrip())
                end = place.end_column if number == end_line and place.end_column else len(text)
                if start < end:
                    found.append((start, min(end, len(text)), span.stage))
        cuts = sorted({indent, len(text), *(at for a, b, _ in found for at in (a, b))})
        pieces = []
        for a, b in zip(cuts, cuts[1:], strict=False):
            if a < indent:
                continue
            inside = [f for f in found if f[0] <= a and b <= f[1]]
            inside.sort(key=lambda f: (f[1] - f[0], -f[2]))
            piece = escape(text[a:b])
            pieces.append(_part(piece, [stage for *_, stage in inside]))
        yield f'<span class="line">{"".join(pieces)}</span>'


def _part(piece: str, stages: list[int]) -> str:
    if not stages:
        return piece
    listed = " ".join(map(str, dict.fromkeys(stages)))
    return f'<span class="part" data-stage="{stages[0]}" data-stages="{listed}">{piece}</span>'


# --- the generated code --------------------------------------------------------------------------


def code_pane(text: str, covers: Mapping[int, Iterable[int]]) -> str:
    """The generated module; `covers` tells which stages of the table a line belongs to."""
    made = []
    sweep = "forward"
    for number, line in enumerate(text.rstrip("\n").split("\n"), start=1):
        sweep = "backward" if line.strip() == "# backward" else sweep
        stages = " ".join(map(str, sorted(covers.get(number, ()))))
        listed = f' data-stages="{stages}" data-sweep="{sweep}"' if stages else ""
        found = COMMENT.search(line)
        code, comment = (line[: found.start()], found[0]) if found else (line, "")
        note = f'<span class="comment">{escape(comment)}</span>' if comment else ""
        made.append(f'<span class="line"{listed}>{escape(code)}{note}</span>')
    return "\n".join(made)


# --- the table -----------------------------------------------------------------------------------


def table_pane(rows: PlacedRows) -> str:
    """The two columns, with room for the value of each stage and of each adjoint."""
    heads: defaultdict[int, list[int]] = defaultdict(list)
    for number, head in rows.heads.items():
        if head is not None:
            heads[head].append(number)
    made = [
        '<table role="table"><thead><tr role="row">'
        '<th colspan="2" scope="colgroup" class="forward" role="columnheader">forward</th>'
        '<th colspan="2" scope="colgroup" class="backward" role="columnheader">backward</th>'
        "</tr></thead><tbody>"
    ]
    for i, row in enumerate(rows.rows):
        stage = row.forward.number
        attributes = 'class="plain"'
        if stage:  # arrows lead from the first to the others
            attributes = f'class="stage" data-stage="{stage}" tabindex="{0 if stage == 1 else -1}"'
        slider = "".join(_slider(number, rows) for number in heads[i])
        made.append(
            f'<tr role="row" {attributes} data-row="{i}">'
            f"{_cells(row.forward, row.depth, 'forward', slider)}"
            f"{_cells(row.backward, row.depth, 'backward')}</tr>"
        )
    made.append("</tbody></table>")
    return "\n".join(made)


def _cells(cell: Cell, depth: int, side: str, slider: str = "") -> str:
    number = str(cell.number) if cell.number else ""
    mark = '<span class="fork" title="a fork">(*)</span>' if cell.mark else ""
    text = f"{cell.target} = {cell.text}" if cell.target else cell.text
    lines = text.split(" ;  ") if side == "backward" else [text]  # one contribution a line
    shown = "".join(
        f'<span class="of"><span>{_breakable(line)}</span><span class="shown"></span></span>'
        for line in lines
    )
    return (
        f'<td role="cell" class="number {side}">{number} {mark}</td>'
        f'<td role="cell" class="formula {side} d{min(depth, 9)}">{shown}{slider}</td>'
    )


def _breakable(formula: str) -> str:
    """A formula that may be broken before operators."""
    return re.sub(r"(?<=.)([·/])", r"<wbr>\1", escape(formula))


def _slider(number: int, rows: PlacedRows) -> str:
    text = escape(rows.loop_texts[number], quote=True)
    return (
        f'<span class="rounds" data-loop="{number}" hidden>'
        f'<input type="range" min="1" max="1" value="1" aria-label="round of: {text}">'
        '<output class="round"></output></span>'
    )
