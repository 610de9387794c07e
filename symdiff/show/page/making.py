"""The page: one HTML file with a function's source, table, graph and generated code, side by side.

It fetches nothing and says so itself: its policy admits the hashes of its own styles and script,
and no others. What comes from the user's file is escaped text, or JSON that cannot end its element.
"""

from __future__ import annotations

import hashlib
import json
import linecache
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symdiff._version import __version__
from symdiff.show.graph import build, svg
from symdiff.show.graph.svg import STYLE as GRAPH_STYLE
from symdiff.show.notation import symbol
from symdiff.show.page.describing import described, inputs, program
from symdiff.show.page.fixed import fixed
from symdiff.show.page.panes import Span, code_pane, source_pane, table_pane
from symdiff.show.page.placing import PlacedRows
from symdiff.stages import Apply, Call, Place, Stage, steps
from symdiff.write import write
from symdiff.write.javascript import runtime
from symdiff.write.javascript_expressions import NotInJavaScript

if TYPE_CHECKING:
    from symdiff.generate import Generated

SCRIPTS = ("numbers.js", "tape.js", "trip.js", "view.js", "inputs.js", "player.js")


def page(made: Generated, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> str:
    """The page of a function, for its derivative as it was generated, at a point if one is given.

    Functions of numbers compute in the browser; of others, as of arrays, the values are those at
    the point. Raises SymdiffError.
    """
    flat, wrt = made.elementary()
    rows = PlacedRows(flat, wrt)
    given = _arguments(made, args, kwargs or {})
    data: dict[str, Any] = {
        "symbol": symbol(made.reading.procedure.name),
        "single": made.single,
        "params": inputs(made, given),
        "rows": described(rows),
        "around": rows.around,
        "loops": rows.loop_texts,
    }
    try:
        computing = program(made, flat, rows)
        data["live"] = True
    except NotInJavaScript as reason:
        computing = "return null;"
        data |= {"live": False, "why": str(reason.message)}
        if args or kwargs:
            data |= fixed(made, rows, args, kwargs or {})
    script = "\n".join(
        [
            '"use strict";\n(() => {',
            runtime().replace('"use strict";\n', ""),
            f"const program = (() => {{\n{computing}\n}})();",
            *(_file(name).replace('"use strict";\n', "") for name in SCRIPTS),
            "})();",
        ]
    )
    return _assembled(made, rows, data, script)


def _assembled(made: Generated, rows: PlacedRows, data: Mapping[str, Any], script: str) -> str:
    procedure = made.reading.procedure
    style = f"{GRAPH_STYLE}\n{_file('page.css')}"
    graph = svg(build(rows), room=True, standalone=False, title=f"Stages of {procedure.name}")
    hashes = {"script-src": script, "style-src": style}
    policy = "; ".join(
        [
            "default-src 'none'",
            *(f"{what} {_hash(text)}" for what, text in hashes.items()),
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    signature = ", ".join(p.name for p in procedure.params)
    place = procedure.place
    file = "" if place is None else place.file.replace("\\", "/").rpartition("/")[2]
    origin = "" if place is None else f"{file}:{place.line}"
    notes = [] if data["live"] else [f"Computed by Python, not here: {data['why']}."]
    if isinstance(procedure.result, Apply) and len(procedure.result.args) > 1:
        notes.append("There are several results: derivatives are those of their sum.")
    parts = {
        "policy": policy,
        "version": __version__,
        "title": escape(f"{procedure.name}: the forward and the reverse sweep"),
        "style": style,
        "mode": "live" if data["live"] else "fixed",
        "heading": f"{escape(procedure.name)}<span>({escape(signature)})</span>",
        "origin": escape(origin),
        "note": "".join(f'<p class="origin note">{escape(note)}</p>\n' for note in notes),
        "table": table_pane(rows),
        "graph": graph,
        "source": source_pane(_files(made, rows), _functions(rows), _spans(rows)),
        "code": _code(made, rows),
        "data": _json(data),
        "script": script,
    }
    return re.sub(r"\{(\w+)\}", lambda m: parts[m[1]], _file("page.html"))


def _file(name: str) -> str:
    return files("symdiff.show.page").joinpath(name).read_text(encoding="utf-8")


def _json(data: Any) -> str:
    """JSON that stands in a script element and cannot end it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


# --- what the panes show -------------------------------------------------------------------------


def _functions(rows: PlacedRows) -> list[Place | None]:
    """Where the function stands, and what it calls as a whole."""
    procedure = rows.procedure
    called = dict.fromkeys(s.callee for s in steps(procedure.body) if isinstance(s, Call))
    callees = [procedure.callees[name] for name in called if name in procedure.callees]
    return [procedure.place, *(callee.place for callee in callees)]


def _spans(rows: PlacedRows) -> list[Span]:
    """The places in the user's file that numbered stages come from."""
    return [
        Span(step.place, number)
        for step in steps(rows.procedure.body)
        if isinstance(step, Stage) and step.place is not None and (number := _number(rows, step))
    ]


def _number(rows: PlacedRows, step: Stage) -> int:
    row = rows.spots.get((id(step), "", None))
    return 0 if row is None else rows.rows[row].forward.number


def _code(made: Generated, rows: PlacedRows) -> str:
    """The generated code, linked to the table by the numbers of elementary stages."""
    numbers = {
        step.number: number
        for step in steps(rows.procedure.body)
        if isinstance(step, Stage) and (number := _number(rows, step))
    }
    written = write(made.derivative, live=bool(made.refreshed))
    covers = {
        line: {numbers[n] for n in found if n in numbers} for line, found in written.covers.items()
    }
    return code_pane(written.text, covers)


def _files(made: Generated, rows: PlacedRows) -> dict[str, str]:
    """The texts of the files that the function and its stages stand in."""
    places = _functions(rows)
    places += [step.place for step in steps(rows.procedure.body) if isinstance(step, Stage)]
    scope = getattr(made.root, "scope", None)
    known = {scope.file.path: scope.file.text} if scope is not None else {}
    for place in places:
        if place is not None and place.file not in known:
            known[place.file] = "".join(linecache.getlines(place.file)) or _read(place.file)
    return known


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _arguments(made: Generated, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call by the names of the parameters."""
    plain = [p.name for p in made.reading.procedure.params if p.passed == "plain"]
    return dict(zip(plain, args, strict=False)) | dict(kwargs)
