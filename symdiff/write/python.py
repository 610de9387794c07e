"""Procedures as Python functions: blocks, branches, loops and returns."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import replace

from symdiff.stages import (
    STACK,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Const,
    Expr,
    Loop,
    Param,
    Passive,
    Pop,
    Procedure,
    Push,
    Remark,
    Scope,
    Stage,
    Step,
    TupleOf,
    Var,
    blocks,
    steps,
    substitute,
    variables,
)
from symdiff.write.aliases import in_place
from symdiff.write.expressions import Builder, load
from symdiff.write.lending import give_back
from symdiff.write.liveness import (
    handed_flag,
    live_ranges,
    may_be_undefined,
    read_counts,
    terminates,
)
from symdiff.write.names import printed_names, shadowed_builtins
from symdiff.write.ownership import owned_updates
from symdiff.write.prepare import parts_from, parts_of_target, prepare
from symdiff.write.statements import Marks, Pair, Statements, is_update
from symdiff.write.tapes import (
    Taping,
    is_new_tape,
    is_on_tape,
    passes_tapes,
    places_of,
    with_places,
)

Decision = tuple[Branch, tuple[Expr | None, Expr | None]]


def function(
    procedure: Procedure, marks: Marks, again: bool = False, typed: bool = False
) -> ast.FunctionDef:
    """The syntax of a procedure; what is noted beside it goes into `marks`. `typed`: for a
    compiler."""
    procedure = prepare(procedure, again)
    liveness = live_ranges(procedure)
    names = printed_names(procedure, liveness, typed)
    for var, name in names.items():
        marks.variables.setdefault(name, []).append(var)
    shadowed = shadowed_builtins(procedure)
    numbers = "np" if any(isinstance(v.kind, ArrayOf) for v in names) else "math"
    build = Builder(names, lambda n: f"builtins.{n}" if n in shadowed else n, numbers)
    changed, others = in_place(procedure, liveness, again)
    changed |= owned_updates(procedure, liveness, others)
    undefined = may_be_undefined(procedure)
    writer = _Writer(build, names, changed, marks, read_counts(procedure), undefined)
    writer.places = places_of(procedure, names)
    writer.callees = procedure.callees
    writer.given = {p.var for p in procedure.params}
    body = writer.returning(procedure.body, procedure.result)
    given = {p.name for p in procedure.params}
    body[:0] = [
        ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None))
        for name in writer.unbound
        if name not in given
    ]
    if procedure.doc:
        body.insert(0, ast.Expr(ast.Constant(procedure.doc)))
    made = ast.parse("def f(): pass").body[0]
    assert isinstance(made, ast.FunctionDef)
    made.name, made.args, made.body = procedure.name, _arguments(procedure.params, build), body
    give_back(made, procedure)
    with_places(made, procedure, writer.places)
    return made


def _arguments(params: Sequence[Param], build: Builder) -> ast.arguments:
    made = ast.arguments(
        posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[]
    )
    for param in params:
        arg = ast.arg(param.name)
        default = None if param.default is None else build(param.default)
        match param.passed:
            case "keyword":
                made.kwonlyargs.append(arg)
                made.kw_defaults.append(default)
            case "star":
                made.vararg = arg
            case "double star":
                made.kwarg = arg
            case _:
                made.args.append(arg)
                if default is not None:
                    made.defaults.append(default)
    return made


class _Writer(Taping, Statements):
    """Blocks, with the control flow in the words that Python has for it."""

    given: set[Var]

    def is_given(self, tapes: Iterable[Var]) -> bool:
        return not self.given.isdisjoint(tapes)

    def block(self, block: Block) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        position = 0
        while position < len(block):
            stacks = self.new_stacks(block, position)
            if stacks and isinstance(loop := block[position + len(stacks)], Loop):
                made.extend(self.loop(loop, stacks))
                position += len(stacks) + 1
                continue
            if is_on_tape(block[position]):
                statements, count = self.on_tape(block, position)
                made.extend(statements)
                position += count
                continue
            parts = [p for p in parts_from(block, position) if p is not None]
            if len(parts) > 1:
                made.append(self.unpacked(parts_from(block, position)))
                position += len(parts)
                continue
            apart = self.taken_apart(block[position], parts_from(block, position + 1))
            if apart:
                made.append(apart)
                position += 1 + sum(p is not None for p in parts_from(block, position + 1))
                continue
            both = block[position : position + 2]
            taken = self.taken_out(*both) or self.called_there(*both) or self.put_back(*both)
            made.extend(taken or self.step(block[position]))
            position += 2 if taken else 1
        return made

    def new_stacks(self, block: Block, first: int) -> list[ast.stmt]:
        """The statements for new stacks at a position of a block, if it goes on after them."""
        last = first
        while last < len(block) and getattr(block[last], "value", None) == Apply("stack"):
            last += 1
        if last == len(block):
            return []
        return [s for step in block[first:last] for s in self.step(step)]

    def unpacked(self, parts: list[Stage | None]) -> ast.stmt:
        """`a, b = t` for `a = t[0]` and `b = t[1]`."""
        whole = next(variables(p.value) for p in parts if p is not None)
        names = [self.counter(None if p is None else p.target) for p in parts]
        target = ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())
        return ast.Assign([target], self.build(whole[0]))

    def taken_apart(self, first: Step, parts: list[Stage | None]) -> ast.stmt | None:
        """`a, b = s.pop()`, `w, V = np.linalg.eigh(S)` and `a, b = np.empty((2, n))` for what is
        only taken apart."""
        if (
            not isinstance(first, (Pop, Stage))
            or isinstance(first, Stage)
            and not (isinstance(first.target.kind, TupleOf) or first.target.kind is STACK)
        ):
            return None
        taken = [p for p in parts if p is not None and first.target in variables(p.value)]
        if not taken or self.reads.get(first.target) != len(taken):
            return None
        built = self.popped(first) if isinstance(first, Pop) else self.build(first.value)
        self.build.calls[first.target] = built
        made = self.unpacked(parts)
        if isinstance(first, Stage):
            self.marks.note(made, first)
        return made

    def taken_out(self, first: Step, second: Step | None = None) -> list[ast.stmt]:
        """`x = L.pop()` for `x = L[-1]` with `del L[-1]` after it."""
        match first, second:
            case (
                Stage(target=item, value=Apply(op="getitem", args=(Var() as old, index))),
                Stage(target=new, value=Apply(op="delitem", args=(other, at))),
            ) if old is other and index == at and isinstance(index, (Var, Const)):
                if new in self.in_place and self.same_name(new, old):
                    args = [] if index == Const(-1) else [self.build(index)]
                    pop = ast.Attribute(load(self.names[old]), "pop", ast.Load())
                    return [self.assign(item, ast.Call(pop, args, []))]
        return []

    def called_there(self, first: Step, second: Step | None = None) -> list[ast.stmt]:
        """`x += f(y)` for a call whose result only the next stage reads."""
        if passes_tapes(first):
            return []
        match first, second:
            case Call(targets=(result,)), Stage(value=value) if (
                result.temporary
                and self.reads.get(result) == 1
                and result in variables(value)
                and not is_update(value)
            ):
                self.build.calls[result] = self.called(first)
                return self.step(second)
        return []

    def put_back(self, first: Step, second: Step | None = None) -> list[ast.stmt]:
        """`A[i] = kept.pop()` for a kept value that is only put back."""
        match first, second:
            case Pop(target=kept), Stage(value=Apply(op="setitem", args=(_, _, by))):
                if by is kept and self.reads.get(kept) == 1 and isinstance(kept.kind, ArrayOf):
                    self.build.calls[kept] = self.popped(first)
                    return self.step(second)
        return []

    def returning(self, block: Block, result: Expr, arm: bool = False) -> list[ast.stmt]:
        """The end of a function. Where its last branch chooses a result that the user did not
        name, every arm returns."""
        if terminates(block):
            return self.block(block)
        last = block[-1] if block else None
        reverses = Remark("backward") in block
        if isinstance(last, Branch) and not reverses and self.chooses(last, result, arm):
            then, orelse = (
                self.returning(inner, substitute(result, dict(_merged(last, side))), arm=True)
                for side, inner in enumerate((last.then, last.orelse))
            )
            made = self.block(block[:-1])
            return [*made, ast.If(self.build(last.test), then, []), *orelse]
        if isinstance(last, Call) and last.targets == (result,) and not passes_tapes(last):
            return [*self.block(block[:-1]), ast.Return(self.called(last))]
        kept, inlined = list(block), result
        while arm and kept and isinstance(stage := kept[-1], Stage):
            if self.reads.get(stage.target) != 1 or stage.target not in variables(inlined):
                break
            if is_update(stage.value) or (len(kept) > 1 and isinstance(kept[-2], Call)):
                break
            inlined = substitute(inlined, {stage.target: stage.value})
            kept.pop()
        if (
            kept
            and kept[-1] == Remark("backward")
            and any(Remark("backward") in inner for step in steps(kept) for inner in blocks(step))
        ):
            kept.pop()  # a fused loop has run backward too, and nothing is left to do
        return [*self.block(kept), ast.Return(self.build(inlined))]

    def chooses(self, branch: Branch, result: Expr, arm: bool) -> bool:
        """Whether a branch has nothing to say but what the result is."""
        reads = variables(result)
        merged = [m.var for m in branch.merges]
        leaves = [leaf for m in branch.merges for leaf in (m.then, m.orelse)]
        trivial = branch.place is None and any(isinstance(leaf, Const) for leaf in leaves)
        unnamed = arm or trivial or any(v.temporary for v in merged)
        return bool(merged) and unnamed and all(self.reads.get(v) == reads.count(v) for v in merged)

    def step(self, step: Step) -> list[ast.stmt]:
        match step:
            case Stage() if is_new_tape(step):
                return self.new_tape(step)
            case Stage():
                made = self.stage(step)
                for statement in made:
                    self.marks.note(statement, step)
                return made
            case Passive(template=template, args=args):
                return [self.build.fill(s, args) for s in ast.parse(template).body]
            case Branch():
                return self.branch(step)
            case Loop():
                return self.loop(step, [])
            case Scope(context=context):
                item = ast.withitem(self.build(context), None)
                return [ast.With([item], self.block(step.body) or [ast.Pass()])]
            case Call() if passes_tapes(step):
                return self.taped_call(step)
            case Call():
                return [self.call(step)]
            case Push(stack=stack, value=value, index=()):
                return [self.method(load(self.names[stack]), "append", value)]
            case Push(stack=stack, value=value, index=index):
                return [ast.Assign([self.slot(stack, index, ast.Store())], self.build(value))]
            case Pop(target=target):
                pop = self.popped(step)
                if not self.reads.get(target):
                    return [] if step.index else [ast.Expr(pop)]
                return [self.assign(target, pop)]
            case Remark(text=text):
                statement = ast.Expr(ast.Constant(text))
                self.marks.remarks[statement] = text
                return [statement]

    def popped(self, step: Pop) -> ast.expr:
        if step.index:
            return self.slot(step.stack, step.index, ast.Load())
        return ast.Call(ast.Attribute(load(self.names[step.stack]), "pop", ast.Load()), [], [])

    def slot(self, stack: Var, index: tuple[Expr, ...], context: ast.expr_context) -> ast.expr:
        at = index[0] if len(index) == 1 else Apply("tuple", index)
        return ast.Subscript(load(self.names[stack]), self.build.index(at), context)

    # --- control flow

    def arm(self, branch: Branch, side: int) -> list[ast.stmt]:
        block = branch.orelse if side else branch.then
        if terminates(block):
            return self.block(block)
        return self.ending(block, [_merged(branch, side)])

    def ending(self, block: Block, handed: list[list[Pair]]) -> list[ast.stmt]:
        """A block and then what it hands on. The last stages of the block become part of that
        where they would need a name of their own: `a, b = b, a + b`."""
        first, *others = handed
        kept, sources = list(block), {v: t for t, v in first if isinstance(v, Var)}
        moved: dict[Var, Expr] = {}
        waiting: dict[Var, Expr] = {}
        while kept and isinstance(stage := kept[-1], Stage):
            target, value = stage.target, stage.value
            if is_update(value) or value == Apply("stack"):
                break
            if target not in sources or self.reads[target] != 1 or stage.number:
                break
            waiting[target] = value
            kept.pop()
            if self.names[target] != self.names[sources[target]]:
                moved |= waiting
        kept = block[: len(block) - len(moved)]
        made = self.block(kept)
        first = [(t, moved.get(v, v) if isinstance(v, Var) else v) for t, v in first]
        for pairs in (first, *others):
            made += self.hand_on(pairs)
        return made

    def branch(self, branch: Branch) -> list[ast.stmt]:
        return self.choose(branch.test, self.arm(branch, 0), self.arm(branch, 1))

    def choose(self, test: Expr, then: list[ast.stmt], orelse: list[ast.stmt]) -> list[ast.stmt]:
        if then:
            return [ast.If(self.build(test), then, orelse)]
        if orelse:
            return [ast.If(self.build.negated(test), orelse, [])]
        return []

    def loop(self, loop: Loop, stacks: list[ast.stmt]) -> list[ast.stmt]:
        made = self.hand_on([(c.var, c.init) for c in loop.carried if c.init is not None])
        made += stacks
        loop, target = self.target(loop)
        flag = handed_flag(loop)
        leave = loop.leave if flag is None else flag.var
        handed = [(c.var, c.next) for c in loop.carried if c.next is not None]
        body = self.round(loop.body, leave, [handed]) or [ast.Pass()]
        if loop.iterable is None:
            test = ast.Constant(True) if loop.test is None else self.build(loop.test)
            return [*made, ast.While(test, body, [])]
        written = ast.For(target, self.build(loop.iterable), body, [])
        if loop.parallel:
            self.marks.parallel.add(written)
        return [*made, written]

    def target(self, loop: Loop) -> tuple[Loop, ast.expr]:
        """The target of a loop as it is written: taken apart where that is all that reads it."""
        parts = parts_of_target(loop)
        items = sum(p is not None for p in parts or ())
        if parts is None or loop.target is None or self.reads.get(loop.target) != items:
            return loop, ast.Name(self.counter(loop.target), ast.Store())
        loop = replace(loop, body=loop.body[items:])
        targets: list[ast.expr] = []
        for part in parts:
            inner = replace(loop, target=None if part is None else part.target, iterable=None)
            inner, target = self.target(inner)
            loop = replace(loop, body=inner.body)
            targets.append(target)
        return loop, ast.Tuple(targets, ast.Store())

    def counter(self, target: Var | None) -> str:
        """The name of a loop's target, `_` where nothing reads it."""
        if target is not None and (self.reads.get(target) or "_" in self.names.values()):
            return self.names[target]
        return "_"

    def round(self, block: Block, leave: Expr | None, handed: list[list[Pair]]) -> list[ast.stmt]:
        """The end of a round: the rest of its steps, what it hands on, and the break.

        A condition that only the last branch decides is written as that branch's own break.
        """
        decided = self.decided(block, leave)
        if decided is None:
            if terminates(block):
                return self.block(block)
            made = self.ending(block, handed)
            if leave is None or leave == Const(False):
                return made
            if leave == Const(True):
                return [*made, ast.Break()]
            return [*made, ast.If(self.build(leave), [ast.Break()], [])]
        branch, ends = decided
        made = self.block(block[:-1])
        arms = []
        for side, (arm, end) in enumerate(zip((branch.then, branch.orelse), ends, strict=True)):
            merged = [(t, v) for t, v in _merged(branch, side) if t is not leave]
            arms.append(self.round(arm, end, [merged, *handed]))
        if ends[0] == Const(True):
            return [*made, ast.If(self.build(branch.test), arms[0], []), *arms[1]]
        if ends[1] == Const(True):
            return [*made, ast.If(self.build.negated(branch.test), arms[1], []), *arms[0]]
        return [*made, *self.choose(branch.test, *arms)]

    def decided(self, block: Block, leave: Expr | None) -> Decision | None:
        """The last branch of a block and what it says about leaving, if it alone decides that."""
        if not (isinstance(leave, Var) and self.reads.get(leave) == 1 and block):
            return None
        branch = block[-1]
        if not isinstance(branch, Branch):
            return None
        for merge in branch.merges:
            if merge.var is leave:
                arms = ((branch.then, merge.then), (branch.orelse, merge.orelse))
                known = (
                    end is None
                    or isinstance(end, Const)
                    or self.same_name(leave, end)
                    or self.decided(arm, end) is not None
                    for arm, end in arms
                )
                return (branch, (merge.then, merge.orelse)) if all(known) else None
        return None


def _merged(branch: Branch, side: int) -> list[Pair]:
    found = []
    for merge in branch.merges:
        value = merge.orelse if side else merge.then
        if value is not None:
            found.append((merge.var, value))
    return found
