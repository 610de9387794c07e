"""Tapes in the text: an array, and how far it is filled. `reals` has `reals_at` beside it, which
every function that writes or reads hands back.

What does not fit is not written, but counted: the function that owns the tapes makes longer ones
then, and calls again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

from symdiff.rules.registry import kind_of
from symdiff.stages import (
    COMPLEX,
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Call,
    Expr,
    Kind,
    Pop,
    Procedure,
    Push,
    Stage,
    Step,
    TapeOf,
    Var,
    all_defined,
    steps,
)
from symdiff.write.expressions import Builder, load

FIRST_LENGTH = 1000
TYPES = {REAL: "np.float64", INTEGER: "np.int64", COMPLEX: "np.complex128"}


def is_tape(expr: Expr) -> bool:
    return isinstance(expr, Var) and isinstance(expr.kind, TapeOf)


def is_on_tape(step: Step) -> bool:
    return isinstance(step, (Push, Pop)) and is_tape(step.stack)


def passes_tapes(step: Step) -> bool:
    return isinstance(step, Call) and any(map(is_tape, step.args))


def places_of(procedure: Procedure, names: Mapping[Var, str]) -> dict[Var, str]:
    """The names of the places on the tapes of a procedure, where the next values go."""
    taken = {*names.values(), *procedure.callees, *procedure.helpers}
    found: dict[Var, str] = {}
    for var in (*(p.var for p in procedure.params), *all_defined(procedure.body)):
        if is_tape(var):
            found[var] = f"{names[var]}_at"
            while found[var] in taken:
                found[var] += "_"
            taken.add(found[var])
    return found


def fills(procedure: Procedure, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a procedure, or one that it calls, writes on a tape."""
    seen = seen | {procedure.name}
    for step in steps(procedure.body):
        if isinstance(step, Push) and is_tape(step.stack):
            return True
        if isinstance(step, Call) and step.callee not in seen:
            callee = procedure.callees.get(step.callee)
            if callee is not None and fills(callee, seen):
                return True
    return False


def with_places(made: ast.FunctionDef, procedure: Procedure, places: Mapping[Var, str]) -> None:
    """Take the places after the tapes, and return them after the results."""
    own = {p.name: places[p.var] for p in procedure.params if p.var in places}
    if not own:
        return
    args: list[ast.arg] = []
    for arg in made.args.args:
        args += [arg, ast.arg(own[arg.arg])] if arg.arg in own else [arg]
    made.args.args = args
    made.body = [s for each in made.body for s in _Returns(list(own.values())).visited(each)]
    if not _returns(made.body):
        made.body.append(ast.Return(_together([load(name) for name in own.values()])))


def _returns(body: Sequence[ast.stmt]) -> bool:
    match body[-1]:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=then, orelse=orelse):
            return bool(orelse) and _returns(then) and _returns(orelse)
    return False


def _together(items: list[ast.expr]) -> ast.expr:
    return items[0] if len(items) == 1 else ast.Tuple(items, ast.Load())


class _Returns(ast.NodeTransformer):
    def __init__(self, places: list[str]) -> None:
        self.places = places

    def visited(self, statement: ast.stmt) -> list[ast.stmt]:
        made = self.visit(statement)
        return made if isinstance(made, list) else [made]

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        items: list[ast.expr] = []
        if isinstance(node.value, ast.Tuple):
            items = node.value.elts
        elif node.value is not None:
            items = [node.value]
        return ast.Return(_together([*items, *(load(name) for name in self.places)]))


class Taping:
    """Statements for tapes."""

    build: Builder
    names: dict[Var, str]
    reads: dict[Var, int]
    places: dict[Var, str]
    callees: Mapping[str, Procedure]

    def new_tape(self, step: Stage) -> list[ast.stmt]:
        assert isinstance(step.target.kind, TapeOf)
        text = (
            f"{self.names[step.target]} = np.empty({FIRST_LENGTH}, {TYPES[step.target.kind.item]})"
        )
        return ast.parse(f"{text}\n{self.places[step.target]} = 0").body

    def on_tape(self, block: Block, position: int) -> tuple[list[ast.stmt], int]:
        """The statements for the pushes, or pops, from a position on; how many steps they are."""
        first = block[position]
        last = position
        while last < len(block) and type(block[last]) is type(first) and is_on_tape(block[last]):
            last += 1
            if isinstance(first, Pop) and self.reads_popped(block[last - 1], block[last:]):
                break
        run = block[position:last]
        if isinstance(first, Push):
            return self.pushes([s for s in run if isinstance(s, Push)]), len(run)
        return self.pops([s for s in run if isinstance(s, Pop)]), len(run)

    def reads_popped(self, step: Step, following: Block) -> bool:
        """Whether the next step is told by what has just been popped."""
        after = following[0] if following else None
        return isinstance(after, Pop) and bool(after.shape)

    def pushes(self, run: list[Push]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for tape in dict.fromkeys(s.stack for s in run):
            name, place = self.names[tape], self.places[tape]
            waiting: list[Expr] = []
            for step in (s for s in run if s.stack is tape):
                if isinstance(kind_of(step.value), ArrayOf) and has_axes(kind_of(step.value)):
                    made += self.numbers(name, place, waiting)
                    waiting = []
                    call = ast.Call(
                        load("on_tape"), [load(name), load(place), self.build(step.value)], []
                    )
                    made.append(ast.Assign([ast.Name(place, ast.Store())], call))
                else:
                    waiting.append(step.value)
            made += self.numbers(name, place, waiting)
        return made

    def numbers(self, name: str, place: str, values: list[Expr]) -> list[ast.stmt]:
        """Numbers that are written together, if they fit."""
        if not values:
            return []
        stores: list[ast.stmt] = [
            ast.Assign([_item(name, place, i, ast.Store())], self.build(value))
            for i, value in enumerate(values)
        ]
        room = (
            f"{place} < len({name})"
            if len(values) == 1
            else f"{place} + {len(values)} <= len({name})"
        )
        test = ast.parse(room, mode="eval").body
        return [ast.If(test, stores, []), *ast.parse(f"{place} += {len(values)}").body]

    def pops(self, run: list[Pop]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for tape in dict.fromkeys(s.stack for s in run):
            name, place = self.names[tape], self.places[tape]
            steps_ = [s for s in run if s.stack is tape]
            if steps_[0].shape:
                for step in steps_:
                    made += self.popped_array(step, name, place)
                continue
            made += ast.parse(f"{place} -= {len(steps_)}").body
            for i, step in enumerate(reversed(steps_)):
                if self.reads.get(step.target):
                    target = ast.Name(self.names[step.target], ast.Store())
                    made.append(ast.Assign([target], _item(name, place, i, ast.Load())))
        return made

    def popped_array(self, step: Pop, name: str, place: str) -> list[ast.stmt]:
        lengths = [ast.unparse(self.build(length)) for length in step.shape]
        size = " * ".join(lengths)
        made = ast.parse(f"{place} -= {size}").body
        if self.reads.get(step.target):
            target = self.names[step.target]
            shape = "" if len(lengths) == 1 else f".reshape(({', '.join(lengths)}))"
            text = f"{target} = {name}[{place} : {place} + {size}].copy(){shape}"
            made += ast.parse(text).body
        return made

    def taped_call(self, step: Call) -> list[ast.stmt]:
        """A call of a function that goes on with the tapes. One that writes on tapes of this
        function's own is called again if they were too short."""
        tapes = [a for a in step.args if isinstance(a, Var) and is_tape(a)]
        callee = self.callees.get(step.callee)
        own = callee is not None and not self.is_given(tapes) and fills(callee)
        made: list[ast.stmt] = []
        starts = {t: self.places[t] for t in tapes}
        if own:
            for tape in tapes:
                starts[tape] = f"{self.places[tape]}_start"
                made += ast.parse(f"{starts[tape]} = {self.places[tape]}").body
        lent = self.lent_before(step, callee) if own and callee is not None else {}
        for name, before in lent.items():
            made += ast.parse(f"{before} = {name}.copy()").body
        made.append(self.called_with(step, starts))
        if own:
            short = " or ".join(f"{self.places[t]} > len({self.names[t]})" for t in tapes)
            again: list[ast.stmt] = []
            for name, before in lent.items():
                again += ast.parse(f"{name}[...] = {before}").body
            for tape in tapes:
                name, place = self.names[tape], self.places[tape]
                again += ast.parse(f"{name} = longer_tape({name}, {place})").body
            again.append(self.called_with(step, starts))
            made.append(ast.If(ast.parse(short, mode="eval").body, again, []))
        return made

    def is_given(self, tapes: Iterable[Var]) -> bool:
        raise NotImplementedError

    def lent_before(self, step: Call, callee: Procedure) -> dict[str, str]:
        """What the arrays that are lent in a call are called, and copies of them."""
        found: dict[str, str] = {}
        for param, arg in zip(callee.params, step.args, strict=True):
            if param.becomes is not None and isinstance(arg, Var):
                name = self.names[arg]
                found[name] = f"{name}_before"
                while found[name] in self.names.values():
                    found[name] += "_"
        return found

    def called_with(self, step: Call, starts: Mapping[Var, str]) -> ast.stmt:
        args: list[ast.expr] = []
        for arg in step.args:
            args.append(self.build(arg))
            if isinstance(arg, Var) and is_tape(arg):
                args.append(load(starts[arg]))
        names = [self.names[t] for t in step.targets] + [self.places[t] for t in starts]
        targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in names]
        target = targets[0] if len(targets) == 1 else ast.Tuple(targets, ast.Store())
        return ast.Assign([target], ast.Call(load(step.callee), args, []))


def _item(name: str, place: str, at: int, context: ast.expr_context) -> ast.expr:
    index = load(place) if at == 0 else ast.BinOp(load(place), ast.Add(), ast.Constant(at))
    return ast.Subscript(load(name), index, context)


def has_axes(kind: Kind) -> bool:
    return isinstance(kind, ArrayOf) and bool(kind.dims)


def is_new_tape(step: Step) -> bool:
    return isinstance(step, Stage) and isinstance(step.value, Apply) and step.value.op == "tape"
