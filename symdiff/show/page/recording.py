"""The primal as JavaScript that records every stage: its value, what it read, and its partials.

Variables are those of the procedure, each with the number of its node beside it: 0 where it does
not depend on an input. All names here have a dollar sign, which no name of a user's can have. The
tape in `tape.js` takes the records and runs the reverse sweep.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symdiff.errors import SymdiffError
from symdiff.show.page.placing import Spot
from symdiff.show.partials import Partials
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    NOTHING,
    OBJECT,
    OPTIONAL,
    REAL,
    TEXT,
    Apply,
    Block,
    Branch,
    Call,
    Expr,
    Loop,
    Opaque,
    Passive,
    Procedure,
    Stage,
    Step,
    Var,
    all_defined,
    all_read,
    expressions,
    is_differentiable,
    steps,
    variables,
)
from symdiff.write.expressions import Builder
from symdiff.write.javascript import Translator
from symdiff.write.javascript_expressions import NotInJavaScript

SCALARS = (REAL, INTEGER, BOOLEAN, TEXT, NOTHING, OPTIONAL)
HIDDEN = -1


@dataclass(frozen=True, slots=True)
class Spots:
    """Where a record belongs: rows of the table by steps and their parts, loops by steps."""

    rows: Mapping[Spot, int]
    loops: Mapping[int, int]


def recording(procedure: Procedure, spots: Spots, translator: Translator) -> str:
    """The functions that record a procedure and all that it calls; the main one is `$record`.

    Raises NotInJavaScript.
    """
    for each in (procedure, *called(procedure, {}).values()):
        if each.rule is not None:
            raise NotInJavaScript(f"{each.name}() has a rule of its own")
        if any(_stops(e) for step in steps(each.body) for e in expressions(step)):
            raise NotInJavaScript("stop_gradient()")
    made = [
        "\n".join(_Recorder(callee, Spots({}, {}), translator).function(f"$record_{name}"))
        for name, callee in called(procedure, {}).items()
    ]
    made.append("\n".join(_Recorder(procedure, spots, translator).function("$record")))
    return "\n".join(made)


def _stops(expr: Expr) -> bool:
    if not isinstance(expr, (Apply, Opaque)):
        return False
    return isinstance(expr, Apply) and expr.op == "stop_gradient" or any(map(_stops, expr.args))


def operands(stage: Stage, partials: Partials) -> dict[Var, Expr]:
    """The partials of a stage in its differentiable operands, in terms of these and the value."""
    try:
        return partials.of(stage.value, stage.target)
    except SymdiffError as error:
        raise NotInJavaScript(str(error)) from None


class _Recorder:
    def __init__(self, procedure: Procedure, spots: Spots, translator: Translator) -> None:
        self.procedure, self.spots, self.translator = procedure, spots, translator
        own = [*(p.var for p in procedure.params), *all_defined(procedure.body)]
        self.numbers = {var: i for i, var in enumerate(own)}
        self.names = {var: f"v${i}" for var, i in self.numbers.items()}
        items = {s.target for s in steps(procedure.body) if isinstance(s, Loop)}
        read = {*all_read(procedure.body), *variables(procedure.result)}
        for var in own:
            harmless = var.kind is OBJECT and (var in items or var not in read)
            if var.kind not in SCALARS and not harmless:
                raise NotInJavaScript(f"{var.base} is not a number")
        self.build = Builder(self.names)
        self.partials = Partials(procedure, plain=False)

    def function(self, name: str) -> list[str]:
        params = [p.var for p in self.procedure.params]
        own = [v for v in self.numbers if v not in params]
        args = [*(self.names[v] for v in params), *(f"n${self.numbers[v]}" for v in params)]
        lines = [f"function {name}(tape$, {', '.join(args)}) {{"]
        if own:
            lines.append(f"  let {', '.join(self.names[v] for v in own)};")
            lines.append(f"  let {', '.join(f'n${self.numbers[v]} = 0' for v in own)};")
        lines += self.block(self.procedure.body)
        result = self.procedure.result
        leaves = list(self.leaves(result))
        values, nodes = map(self.expression, leaves), map(self.node, leaves)
        return [*lines, f"  return [[{', '.join(values)}], [{', '.join(nodes)}]];", "}"]

    def leaves(self, result: Expr) -> Sequence[Expr]:
        """The numbers that a result consists of."""
        if getattr(result, "op", "") in ("tuple", "list"):
            return [leaf for part in result.args for leaf in self.leaves(part)]  # type: ignore[union-attr]
        return [result]

    # --- expressions

    def expression(self, expr: Expr) -> str:
        return self.translator.expression(self.build(expr))

    def condition(self, expr: Expr) -> str:
        return self.translator.condition(self.build(expr))

    def node(self, expr: Expr | None) -> str:
        return f"n${self.numbers[expr]}" if isinstance(expr, Var) else "0"

    def row(self, step: Step, part: str = "", var: Var | None = None) -> int:
        return self.spots.rows.get((id(step), part, var), HIDDEN)

    # --- steps

    def block(self, block: Block) -> list[str]:
        return ["  " + line for step in block for line in self.step(step)]

    def step(self, step: Step) -> list[str]:
        match step:
            case Stage():
                return self.stage(step)
            case Passive(template=template, args=args):
                tree = ast.parse(template).body
                filled = [self.build.fill(s, args) for s in tree]
                return [line for s in filled for line in self.translator.statement(s)]
            case Branch():
                return self.branch(step)
            case Loop():
                return self.loop(step)
            case Call():
                return self.call(step)
        raise NotInJavaScript(f"a {type(step).__name__.lower()} statement")

    def stage(self, step: Stage) -> list[str]:
        name, row = self.names[step.target], self.row(step)
        lines = [f"{name} = {self.expression(step.value)};"]
        reads = ", ".join(self.names[v] for v in dict.fromkeys(variables(step.value)))
        active = any(is_differentiable(v.kind) for v in variables(step.value))
        if not active or not is_differentiable(step.target.kind):
            return lines if row == HIDDEN else [*lines, f"tape$.value({row}, {name}, [{reads}]);"]
        found = operands(step, self.partials)
        parts = (f"[{self.node(v)}, () => {self.expression(e)}]" for v, e in found.items())
        call = f"tape$.stage({row}, {name}, [{reads}], [{', '.join(parts)}])"
        return [*lines, f"{self.node(step.target)} = {call};"]

    def hand(self, pairs: Sequence[tuple[Var, Expr]], step: Step, part: str) -> list[str]:
        """Values handed on, all at once."""
        if not pairs:
            return []
        to = [x for var, _ in pairs for x in (self.names[var], self.node(var))]
        of = [x for _, value in pairs for x in (self.expression(value), self.node(value))]
        lines = [f"[{', '.join(to)}] = [{', '.join(of)}];"]
        for var, _ in pairs:
            row = self.row(step, part, var)
            if row != HIDDEN:
                lines.append(f"tape$.value({row}, {self.names[var]}, []);")
        return lines

    def branch(self, step: Branch) -> list[str]:
        lines: list[str] = []
        test = self.condition(step.test)
        for part, head in (("then", f"if ({test}) {{"), ("orelse", "} else {")):
            body = step.then if part == "then" else step.orelse
            pairs = [(m.var, m.then if part == "then" else m.orelse) for m in step.merges]
            given = [(var, value) for var, value in pairs if value is not None]
            row = self.row(step, part)
            lines.append(head)
            lines += [] if row == HIDDEN else [f"  tape$.enter({row});"]
            lines += self.block(body)
            lines += ["  " + line for line in self.hand(given, step, part)]
        return [*lines, "}"]

    def loop(self, step: Loop) -> list[str]:
        number = self.spots.loops.get(id(step), HIDDEN)
        inits = [(c.var, c.init) for c in step.carried if c.init is not None]
        nexts = [(c.var, c.next) for c in step.carried if c.next is not None]
        lines = [*self.hand(inits, step, "init"), f"tape$.loop({number});"]
        if step.iterable is not None:
            target = "_" if step.target is None else self.names[step.target]
            known = "const _$" if step.target is None else target
            lines.append(f"for ({known} of {self.expression(step.iterable)}) {{")
        else:
            test = "true" if step.test is None else self.condition(step.test)
            lines.append(f"while ({test}) {{")
        lines.append("  tape$.round();")
        row = self.row(step)
        if row != HIDDEN:
            shown = "null" if step.target is None else self.names[step.target]
            lines.append(f"  tape$.value({row}, {shown}, []);")
        lines += self.block(step.body)
        if step.leave is not None:
            lines.append(f"  const leave$ = {self.condition(step.leave)};")
        lines += ["  " + line for line in self.hand(nexts, step, "next")]
        if step.leave is not None:
            lines.append("  if (leave$) break;")
        return [*lines, "}", "tape$.end();"]

    def call(self, step: Call) -> list[str]:
        args = [*map(self.expression, step.args), *map(self.node, step.args)]
        values = ", ".join(self.names[v] for v in step.targets)
        nodes = ", ".join(map(self.node, step.targets))
        given = ", ".join(map(self.node, step.args))
        row = self.row(step)
        return [
            f"tape$.call({row}, [{given}]);",
            f"[[{values}], [{nodes}]] = $record_{step.callee}(tape$, {', '.join(args)});",
            f"tape$.returned({row}, [{values}], [{nodes}]);",
        ]


def called(procedure: Procedure, found: dict[str, Procedure]) -> dict[str, Procedure]:
    """All procedures that a procedure calls, directly or not, by their names."""
    for step in steps(procedure.body):
        if isinstance(step, Call) and step.callee not in found:
            callee = procedure.callees.get(step.callee)
            if callee is not None:
                found[step.callee] = callee
                called(callee, found)
    return found
