"""The forward mode along many directions at once (vector mode): the primal is computed once.

A pushforward is linear in the tangents it is given, and nothing else in it depends on them. So
tangents get one more axis, the last one, for the directions. A run of steps that move numbers of
tangents becomes one loop over the directions, `for k in range(directions)`, in which they stand as
they were; the primal's steps between them come before that loop. A tangent that is read outside of
its run is a row, which stands in an array that is made once. Operations on whole arrays take all
directions as they are. What does neither raises NotTogether, and the caller takes the directions
one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from symdiff.compiled.vector.loop import OverDirections
from symdiff.compiled.vector.rows import Frame, updated
from symdiff.compiled.vector.varying import Varying
from symdiff.compiled.vector.whole import Whole
from symdiff.differentiate.together import NotTogether
from symdiff.rules.arrays.indexing import parts_of
from symdiff.rules.memory import UPDATES
from symdiff.rules.registry import kind_of
from symdiff.simplify.dead import drop_dead
from symdiff.stages import (
    INTEGER,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Carried,
    Const,
    Expr,
    Loop,
    Merge,
    Opaque,
    Param,
    Procedure,
    Scalar,
    Stage,
    Step,
    Var,
    defined,
    expressions,
    steps,
    unused,
    variables,
)


def along_many(procedure: Procedure, own: Iterable[str]) -> Procedure:
    """The pushforward that takes many directions, on the last axes of the tangents that it is
    given, its parameters of the names `own`. Its result consists of tangents only.

    Raises NotTogether.
    """
    procedure = drop_dead(procedure)
    names = set(own)
    varying = Varying(procedure.callees)
    given = frozenset(i for i, p in enumerate(procedure.params) if p.name in names)
    callees = Callees(procedure, varying)
    made = _Vector(procedure, given, callees, only_tangents=True).made(procedure.name)
    return replace(made, callees=callees.made)


class Callees:
    """What is called, for the arguments that are tangents."""

    def __init__(self, root: Procedure, varying: Varying) -> None:
        self.root, self.primal, self.varying = root.name, root.callees, varying
        self.made: dict[str, Procedure] = {}
        self.names: dict[tuple[str, frozenset[int]], str] = {}

    def along_many(self, name: str, given: frozenset[int]) -> str:
        """The name of a procedure that takes many directions."""
        key = (name, given)
        if key not in self.names:
            taken = {*self.primal, *self.names.values(), self.root}
            self.names[key] = unused(name.removesuffix("_jvp") + "_directions", taken)
            made = _Vector(drop_dead(self.primal[name]), given, self).made(self.names[key])
            self.made[self.names[key]] = replace(made, callees=self.made)
        return self.names[key]

    def as_it_is(self, name: str) -> None:
        """A procedure that no tangent meets, and all that it calls."""
        pending = [name]
        while pending:
            name = pending.pop()
            if name not in self.made:
                self.made[name] = replace(self.primal[name], callees=self.made)
                called = steps(self.primal[name].body)
                pending += [s.callee for s in called if isinstance(s, Call)]


class _Vector(Whole):
    """The vector mode of one procedure. With `only_tangents` its result has nothing else."""

    def __init__(
        self,
        procedure: Procedure,
        given: frozenset[int],
        callees: Callees,
        only_tangents: bool = False,
    ) -> None:
        super().__init__(procedure, given, callees.varying)
        self.callees, self.only_tangents = callees, only_tangents

    def made(self, name: str) -> Procedure:
        procedure = self.procedure
        params: list[Param] = []
        for i, param in enumerate(procedure.params):
            if param.becomes is not None:
                raise NotTogether
            if i in self.given:
                self.wide[param.var] = Var(param.var.base, self.kind(param.var.kind))
                param = replace(param, var=self.wide[param.var])
            params.append(param)
        self.find_homes(procedure.body)
        first = params[min(self.given)].var
        body = self.block(procedure.body, self.frame)
        self.out = body
        result = self.result(procedure.result)
        length = Apply("getitem", (Apply("numpy.shape", (first,)), Const(self.axis)))
        rows = [Stage(array, Apply("numpy.empty", (self.count,))) for array in self.arrays.values()]
        return replace(
            procedure,
            name=name,
            params=params,
            body=[Stage(self.count, length), *rows, *body],
            result=result,
            doc=procedure.doc,
        )

    # --- blocks ---

    def block(
        self, block: Block, frame: Frame, ends: Iterable[tuple[Var, Expr | None]] = ()
    ) -> Block:
        """A block, which leaves numbers in the rows of what they are carried or merged into."""
        outer = self.out, self.pending, self.frame
        self.out, self.pending, self.frame = [], [], frame
        for step in block:
            self.step(step)
        for var, leaf in ends:
            if leaf is not None:
                self.put(leaf, var)
        self.flush()
        made = self.out
        self.out, self.pending, self.frame = outer
        return made

    def put(self, expr: Expr, var: Var) -> None:
        """Let a number stand in the row of what carries it on."""
        home = self.homes[var]
        if not self.is_at_home(expr, home):
            copy = Var(var.base, var.kind, var.temporary)
            self.homes[copy] = home
            self.varying.add(copy)
            self.uses[copy] += 2
            self.wait(Stage(copy, expr))

    def reads_varying(self, step: Step) -> bool:
        return any(
            v in self.varying for s in steps([step]) for e in expressions(s) for v in variables(e)
        ) or any(v in self.varying for s in steps([step]) for v in defined(s))

    def step(self, step: Step) -> None:
        if not self.reads_varying(step):
            if self.pending and self.changes_what_is_read(step):
                self.flush()
            for inner in steps([step]):
                if isinstance(inner, Call):
                    self.callees.as_it_is(inner.callee)
            self.out.append(step)
            if isinstance(step, Stage) and step.place is None and self.is_zeros(step):
                self.wide[step.target] = self.widened(step.target, step.target, self.out)
            return
        if isinstance(step, Stage) and self.is_of_numbers(step):
            self.wait(step)
            return
        if isinstance(step, Loop):
            self.loop(step)
            return
        self.flush()
        match step:
            case Stage():
                self.whole(step)
            case Branch():
                self.branch(step)
            case Call():
                self.call(step)
            case _:
                raise NotTogether

    def changes_what_is_read(self, step: Step) -> bool:
        """Whether a step changes an array that a tangent which waits reads."""
        read = {
            v for s in self.pending for v in variables(s.value) if isinstance(v.kind, ArrayOf)
        } - self.varying
        if not read:
            return False
        return any(not read.isdisjoint(variables(e)) for s in steps([step]) for e in expressions(s))

    def branch(self, step: Branch) -> None:
        if self.is_varying(step.test):
            raise NotTogether
        frames = Frame(self.frame), Frame(self.frame)
        arms: list[Block] = []
        merges = [m for m in step.merges if m.var in self.varying]
        numbers = [m for m in merges if isinstance(m.var.kind, Scalar)]
        self.own_homes([m.var for m in numbers])
        for at, (arm, frame) in enumerate(zip((step.then, step.orelse), frames, strict=True)):
            ends = [(m.var, m.orelse if at else m.then) for m in numbers]
            arms.append(self.block(arm, frame, ends))
        made = [m for m in step.merges if m.var not in self.varying]
        for home in dict.fromkeys(h for f in frames for h in f.current):
            then, orelse = (self.version(home, f) for f in frames)
            var = Var(home.base, then.kind, home.temporary)
            made.append(Merge(var, then, orelse))
            self.frame.current[home] = var
        for m in numbers:
            self.wide[m.var] = self.version(self.homes[m.var])
        for m in merges:
            if m not in numbers:
                self.wide[m.var] = Var(m.var.base, self.kind(m.var.kind), m.var.temporary)
                sides = [
                    None if side is None else self.widened(side, m.var, arm)
                    for side, arm in ((m.then, arms[0]), (m.orelse, arms[1]))
                ]
                made.append(Merge(self.wide[m.var], sides[0], sides[1]))
        self.out.append(Branch(step.test, arms[0], arms[1], made, step.place))

    def loop(self, step: Loop) -> None:
        if any(e is not None and self.is_varying(e) for e in (step.iterable, step.test, step.keep)):
            raise NotTogether
        if step.leave is not None and self.is_varying(step.leave):
            raise NotTogether
        carried = [c for c in step.carried if c.var in self.varying]
        numbers = [c for c in carried if isinstance(c.var.kind, Scalar)]
        self.own_homes([c.var for c in numbers])
        for c in numbers:
            if c.init is not None:
                self.put(c.init, c.var)
        self.flush()
        frame = Frame(self.frame, is_loop=True)
        for c in numbers:
            self.wide[c.var] = self.version(self.homes[c.var], frame)
        kept = [c for c in step.carried if c.var not in self.varying]
        inits: dict[Var, Expr | None] = {}
        for c in carried:
            if c not in numbers:
                self.wide[c.var] = Var(c.var.base, self.kind(c.var.kind), c.var.temporary)
                inits[c.var] = None if c.init is None else self.widened(c.init, c.var, self.out)
        body = self.block(step.body, frame, [(c.var, c.next) for c in numbers])
        for c in carried:
            if c not in numbers:
                last = None if c.next is None else self.widened(c.next, c.var, body)
                kept.append(Carried(self.wide[c.var], inits[c.var], last))
        for home, row in frame.carried.items():
            row.next = frame.current[home]
            kept.append(row)
            self.frame.current[home] = row.var
        self.out.append(replace(step, carried=kept, body=body))

    def wait(self, step: Stage) -> None:
        """Put off a step on numbers, for the next loop over the directions."""
        home = self.homes.get(step.target)
        if home is not None and any(self.homes.get(s.target) is home for s in self.pending):
            self.flush()
        self.pending.append(step)

    def call(self, step: Call) -> None:
        given = frozenset(i for i, a in enumerate(step.args) if self.is_varying(a))
        name = self.callees.along_many(step.callee, given)
        args = tuple(
            self.widened(a, None, self.out) if i in given else a for i, a in enumerate(step.args)
        )
        targets: list[Var] = []
        for target in step.targets:
            if target in self.varying:
                self.wide[target] = Var(target.base, self.kind(target.kind), target.temporary)
                targets.append(self.wide[target])
            else:
                targets.append(target)
        self.out.append(replace(step, targets=tuple(targets), callee=name, args=args))

    # --- numbers: a loop over the directions ---

    def is_of_numbers(self, step: Stage) -> bool:
        """Whether a step moves one number of a tangent from numbers of others."""
        value = step.value
        if isinstance(value, Opaque):
            raise NotTogether
        if not isinstance(value, Apply):
            return isinstance(step.target.kind, Scalar)
        if value.op in UPDATES or value.op == "getitem":
            holder, index, *item = value.args
            if not isinstance(holder, Var) or not isinstance(holder.kind, ArrayOf):
                raise NotTogether
            if self.is_varying(index):
                raise NotTogether
            parts = parts_of(index)
            if holder.kind.rank != len(parts) or not all(kind_of(p) is INTEGER for p in parts):
                return False
            if value.op not in ("getitem", "setitem", "add_at", "sub_at", "mul_at", "truediv_at"):
                return False
            return not item or isinstance(kind_of(item[0]), Scalar)
        if not all(isinstance(kind_of(a), Scalar) for a in (step.target, *value.args)):
            return False
        if any(not isinstance(v.kind, Scalar) for v in self.varying & {*variables(value)}):
            raise NotTogether
        return True

    def flush(self) -> None:
        """The loop over the directions for the steps that wait."""
        if not self.pending:
            return
        waiting, self.pending = self._apart(self.pending)
        within = Counter(v for s in waiting for v in variables(s.value))
        escaping = {
            s.target
            for s in waiting
            if isinstance(s.target.kind, Scalar) and self.uses[s.target] > within[s.target]
        }
        left = [s for s in waiting if s.target not in escaping or not self.is_view(s)]
        for step in waiting:
            if step not in left:
                self.whole(step)
        if left:
            self.out.append(OverDirections(self, left, escaping).made())
        self.flush()

    def _apart(self, waiting: list[Stage]) -> tuple[list[Stage], list[Stage]]:
        """The first steps that one loop may take: of each array it leaves one version."""
        read = Counter(v for s in waiting for v in variables(s.value))
        made: set[Var] = set()
        for i, step in enumerate(waiting):
            holder = updated(step)
            if holder is None:
                continue
            is_read_elsewhere = self.uses[holder] > read[holder]
            if holder in made and is_read_elsewhere or self._stores_twice(holder, waiting[:i]):
                return waiting[:i], waiting[i:]
            made.add(step.target)
        return waiting, []

    def _stores_twice(self, holder: Var, waiting: list[Stage]) -> bool:
        return any(updated(step) is holder for step in waiting)

    def is_view(self, step: Stage) -> bool:
        """Whether a step reads what stands in an argument throughout, which has a row for it."""
        match step.value:
            case Apply(op="getitem", args=(Var() as holder, _)):
                return holder in self.still and step.target not in self.homes
        return False

    # --- the result ---

    def result(self, result: Expr) -> Expr:
        """The result; with `only_tangents` all numbers in it have the directions."""
        if isinstance(result, Apply) and result.op == "tuple":
            return Apply(result.op, tuple(map(self.result, result.args)))
        if isinstance(result, Apply) and result.op == "float":
            return self.result(result.args[0])
        if self.is_varying(result) or self.only_tangents and result != Const(None):
            return self.widened(result, None, self.out)
        return result
