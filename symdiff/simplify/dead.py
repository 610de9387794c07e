"""Dead code: steps whose results neither the result nor anything with an effect reads.

What is needed is found from the results upwards, so that a variable a loop carries only for its
own sake is dead, and with it the loop, if nothing else in it is needed. A stack is needed when one
of the values popped from it is; then all its pushes and pops stay.
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Call,
    Expr,
    Loop,
    Opaque,
    Passive,
    Pop,
    Procedure,
    Push,
    Remark,
    Scope,
    Stage,
    Step,
    TapeOf,
    Var,
    blocks,
    expressions,
    steps,
    variables,
    with_blocks,
    with_rounds,
)


def drop_dead(procedure: Procedure) -> Procedure:
    """The procedure without the steps that nothing reads."""
    need = _Need(procedure)
    return replace(procedure, body=need.kept_block(procedure.body))


def clear_dead(
    block: Block, results: list[Expr], callees: dict[str, Procedure] | None = None
) -> None:
    """Drop the steps of a block that nothing reads from the block itself, and from those in it:
    others may hold on to them."""
    whole = Procedure("", [], block, Apply("tuple", tuple(results)), callees=callees or {})
    need = _Need(whole)
    pending = [block]
    while pending:
        inner = pending.pop()
        inner[:] = [s for s in inner if isinstance(s, Remark) or id(s) in need.steps]
        for step in inner:
            if isinstance(step, Loop):
                step.carried[:] = [c for c in step.carried if c.var in need.variables]
            elif isinstance(step, Branch):
                step.merges[:] = [m for m in step.merges if m.var in need.variables]
            pending.extend(blocks(step))


def has_effect(step: Step, procedure: Procedure) -> bool:
    """Whether a step does something beside defining variables, inner blocks left aside."""
    match step:
        case Stage(value=value):
            return is_impure(value)
        case Passive() | Scope():
            return True
        case Push(stack=Var(kind=TapeOf())) | Pop(stack=Var(kind=TapeOf())):
            return True
        case Call(callee=callee, args=args):
            called = procedure.callees.get(callee)
            if any(isinstance(a, Var) and isinstance(a.kind, TapeOf) for a in args):
                return True
            return called is None or not _is_pure(called, {procedure.name})
        case Push() | Pop() | Remark():
            return False
    return any(is_impure(e) for e in expressions(step))


def is_impure(expr: Expr) -> bool:
    """Whether an expression has a part that must run exactly once."""
    pending = [expr]
    while pending:
        top = pending.pop()
        if isinstance(top, Apply):
            pending += top.args
        elif isinstance(top, Opaque):
            if not top.pure:
                return True
            pending += top.args
    return False


def _is_pure(procedure: Procedure, seen: set[str]) -> bool:
    if procedure.name in seen:
        return True
    seen.add(procedure.name)
    for step in steps(procedure.body):
        if isinstance(step, Call):
            called = procedure.callees.get(step.callee)
            if called is not None and not _is_pure(called, seen):
                return False
        elif has_effect(step, procedure):
            return False
    return True


class _Need:
    def __init__(self, procedure: Procedure) -> None:
        self.parents: dict[int, Step | None] = {}
        self.definition: dict[Var, tuple[Step, list[Expr]]] = {}
        self.stacks: dict[Var, list[Step]] = {}
        self.variables: set[Var] = set()
        self.steps: set[int] = set()
        self.waiting: list[Expr] = [procedure.result]
        effects: list[Step] = []
        self._note(procedure, procedure.body, None, effects)
        for step in effects:
            self.need_step(step)
        self._spread()

    def _note(
        self, procedure: Procedure, block: Block, parent: Step | None, effects: list[Step]
    ) -> None:
        for step in block:
            self.parents[id(step)] = parent
            match step:
                case Stage():
                    self.definition[step.target] = (step, [step.value])
                case Branch():
                    for merge in step.merges:
                        reads = [e for e in (merge.then, merge.orelse) if e is not None]
                        self.definition[merge.var] = (step, reads)
                case Loop():
                    for carried in step.carried:
                        reads = [e for e in (carried.init, carried.next) if e is not None]
                        self.definition[carried.var] = (step, reads)
                    if step.target is not None:
                        self.definition[step.target] = (step, [])
                case Call():
                    for target in step.targets:
                        self.definition[target] = (step, list(step.args))
                case Pop():
                    self.definition[step.target] = (step, [step.stack])
                    self.stacks.setdefault(step.stack, []).append(step)
                case Push():
                    self.stacks.setdefault(step.stack, []).append(step)
            if has_effect(step, procedure):
                effects.append(step)
            for inner in blocks(step):
                self._note(procedure, inner, step, effects)

    def need_step(self, step: Step) -> None:
        """Mark a step, the steps around it, and what decides whether they run."""
        top: Step | None = step
        while top is not None and id(top) not in self.steps:
            self.steps.add(id(top))
            match top:
                case Stage():
                    self.waiting.append(top.value)
                case Branch(test=test):
                    self.waiting.append(test)
                case Loop():
                    decides = (top.test, top.iterable, top.leave, top.keep)
                    self.waiting.extend(e for e in decides if e is not None)
                case _:
                    self.waiting.extend(expressions(top))
            top = self.parents[id(top)]

    def _spread(self) -> None:
        while self.waiting:
            for var in variables(self.waiting.pop()):
                if var in self.variables:
                    continue
                self.variables.add(var)
                for step in self.stacks.get(var, ()):
                    self.need_step(step)
                if var in self.definition:
                    step, reads = self.definition[var]
                    self.need_step(step)
                    self.waiting.extend(reads)

    def kept_block(self, block: Block) -> Block:
        return [self.kept(s) for s in block if isinstance(s, Remark) or id(s) in self.steps]

    def kept(self, step: Step) -> Step:
        match step:
            case Branch():
                merges = [m for m in step.merges if m.var in self.variables]
                then, orelse = self.kept_block(step.then), self.kept_block(step.orelse)
                return Branch(step.test, then, orelse, merges, step.place)
            case Loop():
                carried = [c for c in step.carried if c.var in self.variables]
                target = step.target if step.target in self.variables else None
                body = self.kept_block(step.body)
                return with_rounds(step, carried, body, target)
            case Scope():
                return with_blocks(step, self.kept_block)
        return step
