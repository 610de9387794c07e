"""The table in formats other than plain text: Markdown, LaTeX and HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from symdiff.show.layout import Cell, Row

INDENT = "\u2003\u2003"  # kept where spaces are not

STYLE = """\
.symdiff { overflow-x: auto; font-size: 14px; line-height: 1.5; color-scheme: light dark; }
.symdiff table { border-collapse: collapse; border: 0; color: inherit; background: none; }
.symdiff th, .symdiff td { padding: 1px 8px; border: 0; text-align: left; vertical-align: baseline;
  background: none; white-space: nowrap; }
.symdiff thead th { padding-bottom: 5px; font-weight: 600; border-bottom: 1px solid #8886; }
.symdiff td.number, .symdiff th.number { text-align: right; opacity: .6; padding-right: 0;
  font-weight: 400; font-variant-numeric: tabular-nums; }
.symdiff td.mark { padding: 1px 4px; color: #b3541e; }
.symdiff td.backward, .symdiff td.value { padding-right: 28px; }
.symdiff code { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  background: none; padding: 0; color: inherit; }
.symdiff td.value code { color: #1a6e3c; }
.symdiff td.adjoint code { color: #b3261e; }
.symdiff tr.stage:hover { background: #8881; }
@media (prefers-color-scheme: dark) {
  .symdiff td.mark { color: #f0a070; }
  .symdiff td.value code { color: #7fd99a; }
  .symdiff td.adjoint code { color: #ff9c94; }
}
"""


def markdown(rows: Sequence[Row]) -> str:
    """A table of pipes; formulas are code, so that nothing in them is taken for markup."""
    values = _has_values(rows)
    heads = ["", "forward", *(["value"] if values else [])]
    heads += ["", "backward", *(["adjoint"] if values else [])]
    lines = [_piped(heads), _piped([("--:" if not h else ":--") for h in heads])]
    for row in rows:
        cells: list[str] = []
        for cell in (row.forward, row.backward):
            number = " ".join([str(cell.number or ""), "(\\*)" if cell.mark else ""]).strip()
            cells += [number, _code(INDENT * row.depth, _joined(cell))]
            cells += [_code("", cell.value.removeprefix("= "))] if values else []
        lines.append(_piped(cells))
    return "\n".join(lines)


def _piped(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(indent: str, text: str) -> str:
    """Code within a cell, its fence longer than any in the text."""
    if not text:
        return ""
    text = " ".join(text.split()).replace("|", "\\|")
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    apart = " " if "`" in text else ""
    return f"{fence}{apart}{indent}{text}{apart}{fence}"


def latex(rows: Sequence[Row]) -> str:
    """An array for display mathematics. The rows are in the notation of LaTeX."""
    values = _has_values(rows)
    side = "rl@{\\;}l" + ("@{\\qquad}l" if values else "")
    heads = [r"\text{forward}", r"\text{backward}"]
    lines = [f"\\begin{{array}}{{{side}@{{\\qquad}}{side}}}"]
    wide = [f" & & {head}" + (" &" if values else "") for head in heads]
    lines.append(" & ".join(wide) + r" \\ \hline")
    for row in rows:
        cells: list[str] = []
        for cell in (row.forward, row.backward):
            cells += [str(cell.number or ""), "(*)" if cell.mark else ""]
            text = _joined(cell)
            cells.append(r"\quad " * row.depth * bool(text) + text)
            cells += [cell.value] if values else []
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\end{array}"])


def table(rows: Sequence[Row]) -> str:
    """A table element of HTML. Rows of stages are of class `stage` and have their number in
    `data-stage`."""
    values = _has_values(rows)
    blank = '<th class="number"></th><th></th>'
    wide = ' colspan="2"' if values else ""
    heads = [f'{blank}<th scope="col"{wide}>{name}</th>' for name in ("forward", "backward")]
    lines = [f"<table><thead><tr>{''.join(heads)}</tr></thead>", "<tbody>"]
    for row in rows:
        number = row.forward.number
        kind = f' class="stage" data-stage="{number}"' if number else ""
        cells = []
        for cell, side, value in (
            (row.forward, "forward", "value"),
            (row.backward, "backward", "adjoint"),
        ):
            cells.append(f'<td class="number">{cell.number or ""}</td>')
            cells.append(f'<td class="mark">{"(*)" if cell.mark else ""}</td>')
            cells.append(f'<td class="{side}">{_element(INDENT * row.depth, _joined(cell))}</td>')
            cells += [f'<td class="{value}">{_element("", cell.value)}</td>'] if values else []
        lines.append(f"<tr{kind}>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody></table>"])


def fragment(rows: Sequence[Row]) -> str:
    """The table with its style, to be put into a page or a notebook."""
    return f'<div class="symdiff"><style>\n{STYLE}</style>\n{table(rows)}\n</div>'


def document(rows: Sequence[Row], title: str) -> str:
    """The table as a page of its own."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width"/>'
        f"<title>{text(title)}</title>\n<style>\n"
        ":root { color-scheme: light dark; }\n"
        "body { margin: 24px; font-family: system-ui, sans-serif; }\n"
        f"</style></head>\n<body>\n{fragment(rows)}\n</body></html>"
    )


def text(plain: str) -> str:
    """Text as HTML and XML take it, without the characters that XML has no place for."""
    legal = re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", plain)
    return html.escape(legal)


def _element(indent: str, plain: str) -> str:
    return f"<code>{indent}{text(plain)}</code>" if plain else ""


def _joined(cell: Cell) -> str:
    return f"{cell.target} = {cell.text}" if cell.target else cell.text


def _has_values(rows: Sequence[Row]) -> bool:
    return any(row.forward.value or row.backward.value for row in rows)
