"""The lines of the table: every step of a procedure, and the reversal that faces it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace

from symdiff.show.latex import Latex
from symdiff.show.layout import Cell, Row
from symdiff.show.listed import BackwardStage, ForwardStage
from symdiff.show.names import Names
from symdiff.show.notation import Plain
from symdiff.show.numbers import length, shown
from symdiff.show.pruning import pruned
from symdiff.show.sweep import Contribution, Sweep
from symdiff.show.values import Seen, Series, Values
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Const,
    Expr,
    Kind,
    Loop,
    Opaque,
    Passive,
    Procedure,
    Scope,
    Stage,
    Step,
    Var,
    expressions,
    steps,
    substitute,
    variables,
)

MOST_STEPS = 60  # of a procedure whose lines are shown where it is called


class Rows:
    """The rows of a procedure's table, and the stages among them.

    Numbered are the stages that have something to contribute to the derivative. A value without a
    name that is passive and read once is shown where it is read.
    """

    def __init__(
        self,
        procedure: Procedure,
        inputs: Collection[Var],
        values: Values | None = None,
        notation: Plain | Latex | None = None,
        inside: tuple[str, ...] = (),
    ) -> None:
        self.inside = (*inside, procedure.name)
        self.procedure = procedure = pruned(procedure)
        self.notation = notation or Plain()
        self.values = values
        self.names = Names(procedure)
        self.sweep = Sweep(procedure, inputs, self.names, from_outside=bool(inside))
        self.rows: list[Row] = []
        self.stages: list[ForwardStage] = []
        self.backward: list[BackwardStage] = []
        self.numbered: dict[int, ForwardStage] = {}  # by the identity of the step
        self._reads = Counter(_reads(procedure))
        self._inlined: dict[Var, Expr] = {}
        self._already_read: set[Var] = set()
        self._told: set[str] = set()  # the procedures whose lines have been shown
        known = set(self.names.names.values())
        # A user's variable may go by the name that an adjoint would have.
        self._prefix = "∂" if any("d" + name in known for name in known) else "d"
        self._total = sum(
            bool(self.sweep.at(s)) for s in steps(procedure.body) if isinstance(s, Stage)
        )
        self._inputs(procedure)
        self._block(procedure.body, 0)
        self._result(procedure)

    # --- texts ---

    def name(self, var: Var) -> str:
        primal = self.sweep.adjoint.primal.get(var)
        if primal is not None:
            return self._adjoint(primal)
        return self.notation.symbol(self.names(var))

    def text(self, expr: Expr, *, tight: bool = False) -> str:
        return self.notation.formula(substitute(expr, self._inlined), self.name, tight=tight)

    def reads(self, *exprs: Expr | None) -> list[Var]:
        """The variables that expressions read as they are shown, each once."""
        found = (substitute(e, self._inlined) for e in exprs if e is not None)
        return list(dict.fromkeys(v for expr in found for v in variables(expr)))

    def head(self, step: Loop | Branch | Scope, word: str = "if", opposite: bool = False) -> str:
        """The line above a block: `while x > 1:`."""
        match step:
            case Scope():
                return self._words("with ", step.context, ":")
            case Branch():
                return self._words(
                    f"{word} ", Apply("not", (step.test,)) if opposite else step.test, ":"
                )
        if step.iterable is not None:
            target = self._words("_") if step.target is None else self.name(step.target)
            return self._words("for ") + target + self._words(" in ", step.iterable, ":")
        if step.test is None:
            return self._words("while True:")
        return self._words("while ", step.test, ":")

    def _adjoint(self, var: Var) -> str:
        return self.notation.adjoint(self._prefix, self.notation.symbol(self.names(var)))

    def _words(self, before: str, expr: Expr | None = None, after: str = "") -> str:
        """Words around an expression: `while`, the test, `:`."""
        inner = "" if expr is None else self.text(expr)
        word = self.notation.word
        return (word(before) if before else "") + inner + (word(after) if after else "")

    def _contribution(self, found: Contribution) -> str:
        """`dx = k`, `dx ← dx + k`; nothing where an adjoint goes on under its name."""
        update = found.update
        place, value, gets = self._adjoint(update.var), update.value, self.notation.gets
        if update.index is not None:
            item = Apply("getitem", (Var(""), update.index))
            place += self.text(item).removeprefix(self.name(Var("")))
        if found.first or update.sets:
            text = self.text(value)
            return "" if text == place else f"{place} = {text}"
        text, sign = self.text(value, tight=True), "+"
        if text.startswith("-"):
            text, sign = text[1:], "-"
        return f"{place} {gets} {place} {sign} {text}"

    def _contributions(self, found: Iterable[Contribution], last: str = "") -> Cell:
        """A cell with all contributions; that to the adjoint `last` comes last, as it replaces
        what the others read."""
        ordered = sorted(found, key=lambda c: self._adjoint(c.update.var) == last)
        texts = [text for c in ordered if (text := self._contribution(c))]
        return Cell(self.notation.apart.join(texts), mark=any(c.shared for c in ordered))

    # --- steps ---

    def _add(self, forward: Cell | str, backward: Cell | str, depth: int) -> None:
        cells = [Cell(c) if isinstance(c, str) else c for c in (forward, backward)]
        self.rows.append(Row(cells[0], cells[1], depth))

    def _inputs(self, procedure: Procedure) -> None:
        """The arguments at a point, if one is given, and the gradient."""
        if self.values is None:
            return
        for param in procedure.params:
            if param.name in self.values.arguments:
                value = self.notation.value
                given = Cell(value(shown(self.values.arguments[param.name])), self.name(param.var))
                adjoint = self.values.adjoints.get(param.name)
                told = f"{self._adjoint(param.var)} = {value(shown(adjoint))}"
                self._add(given, Cell(value="" if adjoint is None else told), 0)

    def _block(self, block: Block, depth: int) -> None:
        for step in block:
            match step:
                case Stage():
                    self._stage(step, depth)
                case Branch():
                    self._branch(step, depth)
                case Loop():
                    self._loop(step, depth)
                case Scope():
                    self._headed(self.head(step), "", step.body, depth)
                case Call():
                    self._call(step, depth)
                case Passive():
                    template = " ".join(step.template.split())
                    self._add(self.text(Opaque(template, step.args)), "", depth)

    def _call(self, step: Call, depth: int) -> None:
        """A call, and the first time below it the lines of what is called, with what the reverse
        sweep does there. Recursive and very long procedures are not shown."""
        targets = ", ".join(map(self.name, step.targets))
        call = self.text(Apply(step.callee, step.args))
        backward = replace(self._contributions(self.sweep.at(step)), mark=False)
        self._add(Cell(call, targets), backward, depth)
        callee = self.procedure.callees.get(step.callee)
        if callee is None or step.callee in self._told or not is_shown(callee, self.inside):
            return
        self._told.add(step.callee)
        params = zip(callee.params, step.args, strict=False)
        active = [p.var for p, arg in params if not self.sweep.varied.isdisjoint(variables(arg))]
        own = Rows(callee, active, None, self.notation, self.inside)
        names = ", ".join(self.notation.symbol(p.name) for p in callee.params)
        head = f"{self.notation.symbol(callee.name)}({names})" + self._words(":")
        self._add(head, head if backward.text else "", depth + 1)
        for row in own.rows:
            cells = replace(row.forward, number=0), replace(row.backward, number=0)
            self.rows.append(Row(*cells, row.depth + depth + 2))

    def _stage(self, step: Stage, depth: int) -> None:
        found = self.sweep.at(step)
        if self.is_inlined(step):
            self._inlined[step.target] = substitute(step.value, self._inlined)
            return
        seen = Seen() if self.values is None else self.values.of(self.procedure.name, step.number)
        value = self._equals("", seen.values) or self._shape(step.target.kind)
        if not found:
            self._add(replace(self.assignment(step), value=value), "", depth)
            return
        operands = {c.update.var for c in found}
        forward = replace(
            self.assignment(step),
            number=len(self.stages) + 1,
            mark=not operands.isdisjoint(self._already_read),
            value=value,
        )
        self._already_read |= operands
        backward = replace(
            self._contributions(found, last=self._adjoint(step.target)),
            number=self._total - len(self.stages),
            value=self._equals(self._adjoint(step.target), seen.adjoints),
        )
        target, text = self.names(step.target), _joined(forward)
        stage = ForwardStage(forward.number, target, text, forward.mark, depth, step.place, seen)
        self.stages.append(stage)
        self.numbered[id(step)] = stage
        self.backward.append(BackwardStage(backward.number, stage, backward.text, backward.mark))
        self._add(forward, backward, depth)

    def _shape(self, kind: Kind) -> str:
        """The shape of an array, as far as it is known: `n×3`."""
        if not isinstance(kind, ArrayOf) or not kind.dims:
            return ""
        lengths = [length(dim, self._size) for dim in kind.dims]
        return "" if set(lengths) == {"·"} else self.notation.value("×".join(lengths))

    def _size(self, var: Var) -> str | None:
        """A length as it is shown, if it is shown anywhere."""
        return None if var.temporary and var not in self._inlined else self.text(var)

    def _equals(self, name: str, series: Series) -> str:
        """`= 0.5`, `dx = 0.5`; nothing where nothing was seen."""
        return f"{name} = {self.notation.value(str(series))}".lstrip() if series else ""

    def is_inlined(self, step: Step) -> bool:
        """Whether a value is shown where it is read, and nowhere else."""
        return (
            isinstance(step, Stage)
            and step.target.temporary
            and self._reads[step.target] <= 1
            and not self.sweep.at(step)
        )

    def assignment(self, step: Stage) -> Cell:
        """`x = y + 1`; an update of a container in place as Python writes it."""
        match step.value:
            case Apply(op, (Var() as base, *rest)) if self.names(base) == self.names(step.target):
                texts = [self.text(arg) for arg in rest]
                match op:
                    case "append":
                        return Cell(f"{self.name(base)}.append({texts[0]})")
                    case "setitem":
                        return Cell(texts[1], f"{self.name(base)}[{texts[0]}]")
                    case "add_at":
                        return Cell(f"{self.name(base)}[{texts[0]}] += {texts[1]}")
        return Cell(self.text(step.value), self.name(step.target))

    def _headed(
        self,
        head: str,
        facing: str,
        block: Block,
        depth: int,
        step: Step | None = None,
        part: str = "",
    ) -> int:
        """A head and what is below it, left out if there is nothing. How many rows were added."""
        at = len(self.rows)
        self._block(block, depth + 1)
        if step is not None:
            self._copies(step, part, depth + 1)
        below = self.rows[at:]
        if below:
            reversed_too = any(row.backward.text for row in below)
            self.rows.insert(at, Row(Cell(head), Cell(facing if reversed_too else ""), depth))
        return len(self.rows) - at

    def _branch(self, step: Branch, depth: int, word: str = "if") -> None:
        head = self.head(step, word)
        shown = self._headed(head, head, step.then, depth, step, "then")
        if not shown:
            head = self.head(step, word, opposite=True)
            self._headed(head, head, step.orelse, depth, step, "orelse")
            return
        match [s for s in step.orelse if not self.is_inlined(s)]:
            case [Branch() as inner] if not self._copied(step, "orelse"):
                self._block([s for s in step.orelse if s is not inner], depth)
                self._branch(inner, depth, "elif")
            case _:
                head = self._words("else:")
                self._headed(head, head, step.orelse, depth, step, "orelse")

    def _loop(self, step: Loop, depth: int) -> None:
        self._copies(step, "init", depth)
        head = self.head(step)
        at = len(self.rows)
        facing = self._words("for each round, the last one first:")
        self._headed(head, facing, step.body, depth, step, "next")
        if step.leave is not None:
            self._add(self._words("stop if ", step.leave), "", depth + 1)
        if len(self.rows) == at:
            self._add(head, "", depth)

    # --- values handed on by branches and loops ---

    def _copied(self, step: Branch | Loop, part: str) -> list[tuple[Var, Expr]]:
        """The variables that get a value of another name, and those values. Left out is that a
        flag made by `break` or `return` is not set."""
        pairs: list[tuple[Var, Expr | None]]
        if isinstance(step, Branch):
            pairs = [(m.var, m.then if part == "then" else m.orelse) for m in step.merges]
        else:
            pairs = [(c.var, c.init if part == "init" else c.next) for c in step.carried]
        return [
            (var, value)
            for var, value in pairs
            if value is not None
            and not (isinstance(value, Var) and self.names(value) == self.names(var))
            and not (var.temporary and value == Const(False))
        ]

    def _copies(self, step: Step, part: str, depth: int) -> None:
        assert isinstance(step, (Branch, Loop))
        copied = self._copied(step, part)
        found = self.sweep.at(step, part)
        targets = {self.name(var) for var, _ in copied}
        sources = {self.name(v) for _, value in copied for v in variables(value)}
        if targets & sources:  # at once, as in a, b = b, a
            left = ", ".join(self.name(var) for var, _ in copied)
            right = ", ".join(self.text(value) for _, value in copied)
            into = ", ".join(self._adjoint(c.update.var) for c in found)
            given = ", ".join(self.text(c.update.value) for c in found)
            self._add(Cell(right, left), f"{into} = {given}" if found else "", depth)
            return
        for var, value in copied:
            own = [c for c in found if c.update.value is self.sweep.adjoint.of.get(var)]
            backward = replace(self._contributions(own), mark=False)
            self._add(Cell(self.text(value), self.name(var)), backward, depth)

    def _result(self, procedure: Procedure) -> None:
        """Where the sweep turns round: left out for a last stage whose adjoint is 1."""
        if self.sweep.seed is not None:
            return
        active = [v for v in dict.fromkeys(variables(procedure.result)) if v in self.sweep.varied]
        given = ", ".join(map(self._adjoint, active))
        if active:
            seeded = isinstance(procedure.result, Var) and len(self.inside) == 1
            given += " = 1" if seeded else self._words(" given")
        self._add(self._words("return ", procedure.result), given, 0)


def is_shown(callee: Procedure, inside: Collection[str]) -> bool:
    """Whether the inside of a call is shown: not of recursive or long procedures."""
    inner = list(steps(callee.body))
    recursive = any(isinstance(s, Call) and s.callee == callee.name for s in inner)
    if callee.rule is not None:
        return False  # its derivative is not that of its steps
    return not recursive and callee.name not in inside and len(inner) <= MOST_STEPS


def _joined(cell: Cell) -> str:
    return f"{cell.target} = {cell.text}" if cell.target else cell.text


def _reads(procedure: Procedure) -> Iterable[Var]:
    """Every variable as often as it is read."""
    for step in steps(procedure.body):
        for expr in expressions(step):
            yield from variables(expr)
    yield from variables(procedure.result)
