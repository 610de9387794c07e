"""Reports of checks as notebooks show them: HTML, Markdown and LaTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdiff.show.formats import text
from symdiff.show.latex import escaped

if TYPE_CHECKING:
    from symdiff.checking import Report

SIGNS = {"proved": "✓", "agrees": "≈", "wrong": "✗", "unknown": "?"}
COLOURS = {"proved": "#1a7f37", "agrees": "#1a6e9c", "wrong": "#c62828", "unknown": "#8a6d00"}
MANY = 20


def html(report: Report) -> str:
    """A heading with the verdict, and below it what it rests on."""
    colour = COLOURS.get(report.status, "inherit")
    head = (
        f'<p style="margin:0"><strong style="color:{colour}">{SIGNS.get(report.status, "")} '
        f"{text(report.status)}</strong> <code>{text(report.generated)}</code>, the derivative of "
        f"<code>{text(report.function)}</code>{text(_wrt(report))}</p>"
    )
    rows = "".join(
        f"<tr><td style='text-align:left'>{text(where)}</td><td>{text(verdict)}</td>"
        f"<td>{text(method)}</td><td>{points}</td></tr>"
        for where, verdict, method, points in _paths(report)
    )
    heads = "".join(f"<th>{name}</th>" for name in ("where", "verdict", "by", "points"))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    rest = "".join(f"<pre>{text(line)}</pre>" for line in _rest(report))
    return f'<div class="symdiff-report">{head}{table}{rest}</div>'


def markdown(report: Report) -> str:
    """The same as Markdown."""
    sign = SIGNS.get(report.status, "")
    lines = [
        f"{sign} **{report.status}** `{report.generated}`, the derivative of "
        f"`{report.function}`{_wrt(report)}"
    ]
    paths = [
        f"| {_code(where)} | {verdict} | {method} | {points} |"
        for where, verdict, method, points in _paths(report)
    ]
    if paths:
        lines += ["", "| where | verdict | by | points |", "| :-- | :-- | :-- | --: |", *paths]
    for line in _rest(report):
        lines += ["", "```text", line.replace("```", "'''"), "```"]
    return "\n".join(lines)


def latex(report: Report) -> str:
    """The verdict and its paths as an array."""
    head = f"{report.status}: {report.generated}, the derivative of {report.function}"
    rows = [rf"\textbf{{{escaped(head + _wrt(report))}}}"]
    rows += [
        rf"\text{{{escaped(f'{verdict} where {where} ({method})')}}}"
        for where, verdict, method, _ in _paths(report)
    ]
    return "$$\\begin{array}{l}\n" + " \\\\\n".join(rows) + "\n\\end{array}$$"


def _wrt(report: Report) -> str:
    return f" with respect to {', '.join(map(str, report.wrt))}" if report.wrt else ""


def _paths(report: Report) -> list[tuple[str, str, str, int]]:
    return [
        (" and ".join(map(str, p.conditions)) or "everywhere", p.verdict, p.method, p.points)
        for p in report.paths[:MANY]
    ]


def _rest(report: Report) -> list[str]:
    found = [report.reason] if report.reason else []
    if report.counterexample is not None:
        found.append(str(report.counterexample))
    if len(report.paths) > MANY:
        found.append(f"and {len(report.paths) - MANY} more paths")
    return [*found, *(f"note: {note}" for note in report.notes)]


def _code(plain: str) -> str:
    return f"`{plain.replace('|', chr(92) + '|').replace('`', chr(39))}`"
