"""Calls of procedures: each is reversed by a forward function, which returns its results and what
the backward one needs, and a backward function, which returns the adjoints of its arguments."""

from __future__ import annotations

from symdiff.differentiate import keeping
from symdiff.differentiate.activity import Activity, Summaries, results
from symdiff.differentiate.complexes import hold_complex, may_be_real
from symdiff.differentiate.flatten import flatten
from symdiff.differentiate.forward import Forward, reassigned
from symdiff.differentiate.lean import Lean
from symdiff.differentiate.repeating import refuse_what_changes, run_again
from symdiff.differentiate.reverse import Reverse
from symdiff.differentiate.ruled import forward_by_rule, reverse_by_partials, reverse_by_rule
from symdiff.differentiate.sweep import Calls, fresh
from symdiff.differentiate.tapes import Tapes
from symdiff.errors import NotDifferentiable
from symdiff.simplify.dead import clear_dead
from symdiff.stages import (
    OBJECT,
    REAL,
    Apply,
    Call,
    Const,
    Expr,
    GlobalValue,
    Helper,
    Kind,
    Param,
    Procedure,
    Remark,
    Stage,
    Var,
    all_read,
    is_differentiable,
    map_expressions,
    steps,
    substitute,
    unused,
    variables,
)


class Procedures(Calls):
    """The derivative functions of everything that a procedure calls.

    With `again` a backward function computes the forward sweep once more, instead of being handed
    what a forward function has kept.
    """

    def __init__(self, procedure: Procedure, again: bool = False, compiled: bool = False) -> None:
        self.again = again
        self.compiled = compiled and not again
        self.primal = dict(procedure.callees)
        self.helpers: dict[str, Helper] = procedure.helpers
        self.globals: dict[str, GlobalValue] = procedure.globals
        self.summaries = Summaries()
        self.made: dict[str, Procedure] = {}
        self.reserved: set[str] = set()  # names that no procedure may have
        self.keys: dict[tuple[str, tuple[int, ...], tuple[int, ...]], tuple[str, str]] = {}
        self.lean = Lean(self.primal, self.compiled, again)
        self.constants: dict[Var, Const] = {}
        self.doubtful = may_be_real(procedure)

    def settle(self, procedure: Procedure, sweep: Reverse) -> None:
        """What is left to do when all steps of a procedure have been reversed."""
        if self.doubtful:
            hold_complex(procedure.body, sweep.out)

    def constant(self, expr: Expr) -> Expr:
        return self.constants.get(expr, expr) if isinstance(expr, Var) else expr

    def all_callees(self) -> dict[str, Procedure]:
        return self.primal | self.made

    def primal_of(self, name: str) -> Procedure | None:
        made = {pair[0]: key[0] for key, pair in self.keys.items()}
        return self.primal.get(made.get(name, name))

    def sweep(self, procedure: Procedure, active: set[Var], inputs: set[Var]) -> Reverse:
        """The reverse sweep, yet to be made, of a procedure in elementary stages."""
        sweep = Reverse(active, inputs, self)
        sweep.look_through(procedure.body)
        return sweep

    def note_constants(self, procedure: Procedure) -> None:
        for step in steps(procedure.body):
            if isinstance(step, Stage) and isinstance(step.value, Const):
                self.constants[step.target] = step.value

    def reverse_call(self, sweep: Reverse, step: Call) -> None:
        callee = self.primal[step.callee]
        if callee.rule is not None and callee.rule.partials is not None:
            reverse_by_partials(sweep, self, step, callee.rule)
            return
        adjoints = [sweep.whole_adjoint(t) if t in sweep.active else None for t in step.targets]
        outs = tuple(i for i, a in enumerate(adjoints) if a is not None)
        if not outs:
            return
        if callee.rule is not None:
            reverse_by_rule(sweep, self, step, callee.rule, adjoints)
            return
        table = self.summaries.of(step.callee, callee)
        ins = tuple(
            i
            for i, arg in enumerate(step.args)
            if sweep.is_active(arg) and any(i in table[j] for j in outs)
        )
        if not ins:
            return
        handed: tuple[Var, ...] = ()
        given = tuple(a for a in adjoints if a is not None)
        targets = tuple(
            Var(sweep.adjoint_name(p.name), p.var.kind, temporary=True)
            for p in (callee.params[i] for i in ins)
        )
        if self.again:
            _, backward = self.pair(callee, ins, outs)
        elif step.repeated:
            backward = self.repeating(callee, ins, outs)
        else:
            forward, backward = self.pair(callee, ins, outs)
            step.callee = forward
            if self.lean.is_taped(callee.name):
                self.lean.with_tapes(sweep, step)
            else:
                handed = (Var("kept", OBJECT),)
                step.targets = (*step.targets, *handed)
            if self.lean.is_lean(callee):
                self.lean.reverse_call(sweep, step, callee, backward, ins, adjoints, targets)
                return
        sweep.out.append(Call(targets, backward, (*step.args, *handed, *given)))
        for i, target in zip(ins, targets, strict=True):
            sweep.note_full(target, step.args[i])
            sweep.accumulate(step.args[i], target)

    def forward_call(self, sweep: Forward, step: Call) -> None:
        """The call of a procedure in forward mode: of one that returns tangents too."""
        callee = self.primal[step.callee]
        if callee.rule is not None:
            forward_by_rule(sweep, self, step, callee)
            return
        outs = tuple(i for i, t in enumerate(step.targets) if t in sweep.active)
        table = self.summaries.of(step.callee, callee)
        ins = tuple(
            i
            for i, arg in enumerate(step.args)
            if sweep.tangent(arg) is not None and any(i in table[j] for j in outs)
        )
        if not ins:
            sweep.out.append(step)
            return
        outs = tuple(j for j in outs if any(i in table[j] for i in ins))
        given = tuple(sweep.whole_tangent(step.args[i]) for i in ins)
        dots = tuple(sweep.new_tangent(step.targets[j]) for j in outs)
        name = self.with_tangents(callee, ins, outs)
        sweep.out.append(Call((*step.targets, *dots), name, (*step.args, *given), step.place))
        for j, dot in zip(outs, dots, strict=True):
            sweep.tangents[step.targets[j]] = dot
            sweep.note_full(dot, step.targets[j])

    def with_tangents(self, callee: Procedure, ins: tuple[int, ...], outs: tuple[int, ...]) -> str:
        """The name of the procedure that returns the results, and the tangents of some of them."""
        key = (f"{callee.name}_jvp", ins, outs)
        if key in self.keys:
            return self.keys[key][0]
        name, n = f"{callee.name}_jvp", 1
        taken = {*self.primal, *self.made, *self.reserved}
        while name in taken or any(name in names for names in self.keys.values()):
            n += 1
            name = f"{callee.name}_{n}_jvp"
        self.keys[key] = (name, name)
        procedure = fresh(callee)
        inputs = [procedure.params[i].var for i in ins]
        leaves = results(procedure)
        outputs = {v for i in outs if isinstance(v := leaves[i], Var)}
        varied = Activity(procedure, set(inputs), outputs, self.summaries).varied
        procedure = flatten(procedure, varied)
        active = Activity(procedure, set(inputs), outputs, self.summaries).active
        self.note_constants(procedure)
        sweep = Forward(active, reassigned(procedure.body, [p.var for p in procedure.params]), self)
        taken = {p.name for p in procedure.params}
        params = list(procedure.params)
        for var in inputs:
            dot = Var(f"{var.base}_dot", var.kind)
            params.append(Param(unused(dot.base, taken), dot))
            taken.add(params[-1].name)
            if var in active:
                sweep.tangents[var] = dot
                sweep.note_full(dot, var)
        body = sweep.block(procedure.body)
        tangents = [sweep.whole_tangent(leaves[j], body) for j in outs]
        self.globals |= sweep.globals
        self.helpers |= sweep.helpers
        self.made[name] = Procedure(
            name,
            params,
            body,
            Apply("tuple", (*leaves, *tangents)),
            callee.place,
            f"Value of {callee.name} and its tangent.",
            self.globals,
            self.helpers,
            self.made,
        )
        return name

    def pair(
        self, callee: Procedure, ins: tuple[int, ...], outs: tuple[int, ...]
    ) -> tuple[str, str]:
        """The names of the forward and backward functions for these arguments and results."""
        key = (callee.name, ins, outs)
        if key not in self.keys:
            base, n = callee.name, 1
            while f"{base}_forward" in self.made or any(
                names[0] == f"{base}_forward" for names in self.keys.values()
            ):
                n += 1
                base = f"{callee.name}_{n}"
            self.keys[key] = (f"{base}_forward", f"{base}_backward")
            made = self.keys[key]
            self.lean.settle(lambda: self.derive(callee, ins, outs, *made))
        return self.keys[key]

    def repeating(self, callee: Procedure, ins: tuple[int, ...], outs: tuple[int, ...]) -> str:
        """The name of a backward function that runs what it reverses itself."""
        key = (f"{callee.name}_adjoint", ins, outs)
        if key not in self.keys:
            name, n = f"{callee.name}_adjoint", 1
            while name in self.primal or any(name in names for names in self.keys.values()):
                n += 1
                name = f"{callee.name}_{n}_adjoint"
            self.keys[key] = (name, name)
            self.derive(callee, ins, outs, None, name)
        return self.keys[key][1]

    def derive(
        self,
        callee: Procedure,
        ins: tuple[int, ...],
        outs: tuple[int, ...],
        forward: str | None,
        backward: str,
    ) -> None:
        """Make the forward and the backward function; where there is no forward one, the backward
        one computes what it reads."""
        if self.again and any(p.becomes is not None for p in callee.params):
            raise NotDifferentiable(
                f"{callee.name}() calls itself, and changes an array that it is given: its "
                "derivative can't be differentiated again",
                callee.place,
                fix="Return a new array instead, or write the recursion as a loop.",
            )
        procedure = fresh(callee)
        inputs = [procedure.params[i].var for i in ins]
        leaves = results(procedure)
        outputs = {v for i in outs if isinstance(v := leaves[i], Var)}
        varied = Activity(procedure, set(inputs), outputs, self.summaries).varied
        procedure = flatten(procedure, varied)
        active = Activity(procedure, set(inputs), outputs, self.summaries).active
        self.note_constants(procedure)
        sweep = self.sweep(procedure, active, set(inputs))
        lent = self.lean.lent(callee, ins) if forward is not None else ()
        if forward is not None and self.lean.is_taped(callee.name):
            sweep.tapes = Tapes()
        sweep.lent = any(p.becomes is not None for p in procedure.params)
        sums = [self.lean.sum_of(sweep, procedure, at, ins, outs) for at in lent]
        outs = tuple(i for i in outs if i not in {callee.params[ins[at]].becomes for at in lent})
        douts = [
            Param(name, Var(name, _adjoint_kind(leaves[i])))
            for i, name in zip(
                outs, ["dout"] if len(outs) == 1 else [f"dout_{i}" for i in outs], strict=True
            )
        ]
        for i, dout in zip(outs, douts, strict=True):
            sweep.note_full(dout.var, leaves[i])
            sweep.accumulate(leaves[i], dout.var)
        sweep.block(procedure.body)
        self.settle(procedure, sweep)
        adjoints = [sweep.whole_adjoint(v) or sweep.zero(v) for v in inputs]
        taken = {p.name for p in procedure.params}
        for param in (*douts, *sums):
            param.name = unused(param.name, taken)
            taken.add(param.name)
        names = ", ".join(callee.params[i].name for i in ins)
        doc = f"Adjoint of {names}." if len(ins) == 1 else f"Adjoints of ({names})."
        self.globals |= sweep.globals
        self.helpers |= sweep.helpers
        if self.again:
            body, params = [*procedure.body, *sweep.out], procedure.params
        elif forward is None:
            doc = f"{doc[:-1]}: {callee.name} runs again."
            again = run_again(procedure.body, self.primal_of)
            clear_dead(again, [*all_read(sweep.out), *adjoints], self.all_callees())
            body = [*again, *([Remark("in reverse")] if again else []), *sweep.out]
            refuse_what_changes(procedure.body, body, self.primal_of)
            params = procedure.params
        else:
            kept = Param(unused("kept", taken), Var("kept", OBJECT))
            gone = [p.var for p in procedure.params if p.becomes is not None]
            packed: tuple[Expr, ...] = ()
            if sweep.tapes is not None:
                body, adjoints = keeping.provide_tapes(
                    sweep, sweep.tapes, procedure.body, sweep.out, adjoints, gone
                )
            else:
                handed, body, adjoints = keeping.provide_tuple(
                    sweep,
                    procedure.body,
                    sweep.out,
                    adjoints,
                    kept.var,
                    gone,
                    self.lean.compiled,
                )
                packed = (handed,)
            self.made[forward] = Procedure(
                forward,
                list(procedure.params),
                procedure.body,
                Apply("tuple", (*leaves, *packed)),
                callee.place,
                f"Value of {callee.name}, and what {backward} needs.",
                self.globals,
                self.helpers,
                self.made,
            )
            read = {*all_read(body), *(v for a in adjoints for v in variables(a))}
            own = {p.var: Var(p.var.base, p.var.kind) for p in procedure.params}
            body = [map_expressions(s, lambda e: substitute(e, own)) for s in body]
            adjoints = [substitute(a, own) for a in adjoints]
            params = [Param(p.name, own[p.var], p.passed) for p in procedure.params]
            if self.lean.is_lean(callee):
                params = self.lean.needed(backward, procedure.params, read, params)
            params = [*params, kept] if packed else params
        self.made[backward] = Procedure(
            backward,
            [*params, *douts, *sums],
            body,
            adjoints[0] if len(adjoints) == 1 else Apply("tuple", tuple(adjoints)),
            callee.place,
            doc,
            self.globals,
            self.helpers,
            self.made,
        )
        if forward is not None and sweep.tapes is not None:
            self.lean.note_taped(sweep.tapes, self.made[forward], self.made[backward])


def _adjoint_kind(leaf: Expr) -> Kind:
    return leaf.kind if isinstance(leaf, Var) and is_differentiable(leaf.kind) else REAL
