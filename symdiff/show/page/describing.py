"""What the page is told of a function: its inputs, the formulas of each step, and its program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symdiff.errors import SymdiffError
from symdiff.show.notation import formula, symbol
from symdiff.show.page.placing import PlacedRows
from symdiff.show.page.recording import Spots, called, operands, recording
from symdiff.show.partials import Partials
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    REAL,
    Apply,
    Call,
    Const,
    Expr,
    Kind,
    Param,
    Procedure,
    Stage,
    Var,
    is_differentiable,
    steps,
    variables,
)
from symdiff.write import write
from symdiff.write.javascript import Translator, definitions
from symdiff.write.javascript_expressions import NotInJavaScript, identifier

if TYPE_CHECKING:
    from symdiff.generate import Generated

BOXES: dict[Kind, str] = {REAL: "real", INTEGER: "integer", BOOLEAN: "boolean"}


# --- inputs --------------------------------------------------------------------------------------


def inputs(made: Generated, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parameters: names, kinds, and values, None where none is given."""
    found = []
    order = [name for name, _ in made.chosen]
    for param in made.reading.procedure.params:
        value = given.get(param.name)
        if value is None and isinstance(param.default, Const):
            value = param.default.value
        kind = BOXES.get(param.var.kind, "fixed")
        if kind == "real" and isinstance(value, (int, float)):
            value = float(value)
        found.append(
            {
                "name": param.name,
                "symbol": symbol(param.name),
                "kind": kind,
                "value": value if isinstance(value, (int, float, str, bool)) else None,
                "differentiated": param.name in order,
                "order": order.index(param.name) if param.name in order else None,
            }
        )
    return found


# --- steps ---------------------------------------------------------------------------------------


def described(rows: PlacedRows) -> dict[int, dict[str, Any]]:
    """For each row that is a step, the formulas to be spelt out.

    In `filled` formulas `0⟨i⟩` stands for the value of the i-th variable that the step reads, and
    `0⟨-1⟩` for the step's own.
    """
    exact, plain = Partials(rows.procedure, plain=False), Partials(rows.procedure)
    made: dict[int, dict[str, Any]] = {}
    for step in steps(rows.procedure.body):
        row = rows.spots.get((id(step), "", None))
        if row is None:
            continue
        if isinstance(step, Stage):
            made[row] = _stage(rows, row, step, exact, plain)
        elif isinstance(step, Call):
            parts = [_operand(rows, arg) for arg in step.args]
            made[row] = _named(rows, row, step.targets[:1], parts)
    return made


def _stage(
    rows: PlacedRows, row: int, step: Stage, exact: Partials, plain: Partials
) -> dict[str, Any]:
    reads = list(dict.fromkeys(variables(step.value)))
    holes = {var: f"0⟨{i}⟩" for i, var in enumerate(reads)} | {step.target: "0⟨-1⟩"}
    parts = []
    if any(is_differentiable(v.kind) for v in reads) and is_differentiable(step.target.kind):
        try:
            shown = plain.of(step.value, step.target)
            for var in operands(step, exact):
                partial = shown.get(var, Const(0))
                parts.append(
                    _operand(rows, var)
                    | {
                        "local": rows.text(partial),
                        "filled": formula(partial, lambda v: holes.get(v, rows.name(v))),
                    }
                )
        except SymdiffError:
            parts = []
    found = _named(rows, row, [step.target], parts)
    return found | {"filled": formula(step.value, lambda v: holes.get(v, rows.name(v)))}


def _operand(rows: PlacedRows, expr: Expr) -> dict[str, Any]:
    name = rows.text(expr)
    adjoint = rows.adjoint_name(expr) if isinstance(expr, Var) else ""
    return {"name": name, "adjoint": adjoint}


def _named(
    rows: PlacedRows, row: int, targets: Sequence[Var], parts: list[dict[str, Any]]
) -> dict[str, Any]:
    cell = rows.rows[row].forward
    return {
        "stage": cell.number,
        "text": f"{cell.target} = {cell.text}" if cell.target else cell.text,
        "reversed": rows.rows[row].backward.text,
        "target": cell.target or "".join(map(rows.name, targets)),
        "adjoint": "".join(map(rows.adjoint_name, targets)),
        "parts": parts,
        "shown": _lines(rows.rows[row].backward.text, [part["adjoint"] for part in parts]),
    }


def _lines(text: str, adjoints: Sequence[str]) -> list[int]:
    """Which operand each of the contributions in a cell is for."""
    order = [line.split(" ", 1)[0] for line in text.split(" ;  ")]
    return [adjoints.index(name) for name in order if name in adjoints]


# --- the program ---------------------------------------------------------------------------------


def program(made: Generated, flat: Procedure, rows: PlacedRows) -> str:
    """JavaScript that computes the value and the gradient, and records the steps.

    Raises NotInJavaScript.
    """
    derivative, main = _without_classes(made.derivative), _without_classes(rows.procedure)
    flat = _without_classes(flat)
    written_anew = made.refreshed or derivative.result != made.derivative.result
    text = write(derivative).text if written_anew else made.text
    parts: dict[str, str] = {}
    for each in (flat, *called(flat, {}).values()):  # helpers and constants that are recorded
        own_parts = definitions(write(replace(each, callees={})).text)
        parts |= {name: part for name, part in own_parts.items() if name != each.name}
    parts |= definitions(text)
    recorder = recording(main, Spots(rows.spots, rows.loops), Translator())
    own = [p.name for p in _in_order(rows.procedure.params)]
    extra = set(made.own_parameters)
    order = [p.name for p in _in_order(made.derivative.params)]
    ones = _ones(main.result)
    args = [ones if name in extra else f"given[{own.index(name)}]" for name in order]
    places = [own.index(p.name) for p in rows.procedure.params]
    return "\n".join(
        [
            *parts.values(),
            recorder,
            "return {",
            f"  gradient: (given) => {identifier(made.name)}({', '.join(args)}),",
            "  record: (tape, given, nodes) => $record(tape, "
            f"...{places}.map((i) => given[i]), ...{places}.map((i) => nodes[i])),",
            "};",
        ]
    )


def _in_order(params: Sequence[Param]) -> list[Param]:
    """Parameters in the order of the JavaScript functions: keyword-only ones come last."""
    if any(p.passed in ("star", "double star") for p in params):
        raise NotInJavaScript("a function of any number of arguments")
    return sorted(params, key=lambda p: p.passed == "keyword")


def _without_classes(procedure: Procedure) -> Procedure:
    """A procedure that returns plain tuples for named ones. Raises NotInJavaScript."""

    def plain(result: Expr) -> Expr:
        if not isinstance(result, Apply):
            return result
        if result.op == "keyword":
            raise NotInJavaScript("the result is an object")
        parts = tuple(map(plain, result.args[1:] if result.op == "record" else result.args))
        return Apply("tuple" if result.op == "record" else result.op, parts)

    return replace(procedure, result=plain(procedure.result))


def _ones(result: Expr) -> str:
    """A cotangent of ones for a result."""
    if isinstance(result, Apply) and result.op in ("tuple", "list"):
        return f"[{', '.join(map(_ones, result.args))}]"
    return "1"
