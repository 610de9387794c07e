"""The reverse sweep: the steps that turn the adjoint of the result into those of the inputs.

It walks a block backwards and refers to primal values as if all were at hand; keeping.py then
decides which are kept and which are computed again. The first contribution to an adjoint is an
assignment, later ones are additions.
"""

from __future__ import annotations

from symdiff import rules
from symdiff.definitions import Definitions
from symdiff.differentiate import keeping
from symdiff.differentiate.arrays import STORES, add_to_items, reverse_array
from symdiff.differentiate.checkpointing import as_if_whole, copied, provide_checkpointed
from symdiff.differentiate.containers import reverse_container
from symdiff.differentiate.emitting import ZERO
from symdiff.differentiate.sizes import is_array, is_full, owned, real_part
from symdiff.differentiate.sweep import Calls, Sweep
from symdiff.differentiate.tapes import Tapes
from symdiff.read.temporaries import proposed
from symdiff.stages import (
    BOOLEAN,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Carried,
    Const,
    Expr,
    Global,
    Kind,
    ListOf,
    Loop,
    Merge,
    Opaque,
    Scope,
    Stage,
    TupleOf,
    Var,
    all_defined,
    all_read,
    ends,
    expressions,
    steps,
    variables,
)

Adjoints = dict[Var, Expr]


class Reverse(Sweep):
    """The reverse sweep of one procedure."""

    def __init__(self, active: set[Var], inputs: set[Var], procedures: Calls) -> None:
        super().__init__(active, procedures)
        self.inputs = inputs
        self.adjoints: Adjoints = {}
        self.stacks: Block = []  # the definitions of stacks, for the beginning of the forward sweep
        self.arms: keeping.Arms = {}
        self.loops = 0
        self.lent = False  # whether there are arrays that are changed for the caller too
        self.tapes: Tapes | None = None  # where a recursive procedure keeps its values
        self.own_tapes = Tapes()  # of a procedure that recursive ones are called by
        self.kept_rounds = 0  # the loops around, all of whose rounds share their stacks
        self.before: Block = []  # what the forward sweep must do before the step being reversed
        self.after: Block = []  # what it must do after that step
        self.definitions: dict[Var, Expr] = {}  # of the primal's stages
        self.inits: dict[Var, Expr | None] = {}  # what the primal's loops start from
        self.primal = Definitions([])
        self.uses: dict[Var, int] = {}  # how often a variable is read for what is active
        self.barred = False  # whether a name like dx stands for something of the user's
        self.updated: set[Var] = set()  # arrays of which the primal makes another version
        self.masks: dict[Var, Expr] = {}  # adjoints that count only where a `where` has taken them
        self.parts: dict[Var, dict[int, Expr]] = {}  # adjoints of the items of tuples
        self.wide: set[Var] = set()  # temporaries whose adjoints are not summed to their shape yet
        self.made_here: set[Var] = set()  # what the block that is being reversed defines

    def look_through(self, block: Block) -> None:
        """Note what the primal reads, and how it makes what it reads."""
        self.primal = Definitions(block)
        names = {v.base for v in (*all_read(block), *all_defined(block)) if not v.temporary}
        self.barred = any(f"d{v.base}" in names for v in self.active if v.base in names)
        for step in steps(block):
            idle = isinstance(step, Stage) and step.target not in self.active
            for expr in () if idle else expressions(step):
                for var in variables(expr):
                    self.uses[var] = self.uses.get(var, 0) + 1
            if isinstance(step, Loop):
                self.inits |= {c.var: c.init for c in step.carried}
            if isinstance(step, Stage):
                self.definitions[step.target] = step.value
                if isinstance(step.value, Apply) and step.value.op in STORES:
                    holder = step.value.args[0]
                    if isinstance(holder, Var):
                        self.updated.add(holder)

    # --- adjoints ---

    def adjoint_name(self, name: str) -> str:
        """`dx`, or `x_bar` in a function that calls something of its own `dx`."""
        return f"{name}_bar" if self.barred else f"d{name}"

    def new_adjoint(self, var: Var) -> Var:
        return Var(self.adjoint_name(var.base), var.kind, var.temporary)

    def accumulate(self, var: Expr, contribution: Expr) -> None:
        """Add a contribution to the adjoint of an active variable."""
        if not isinstance(var, Var) or var not in self.active:
            return
        if isinstance(var.kind, ArrayOf) or is_array(contribution):
            self.accumulate_array(var, contribution)
            return
        known = self.adjoints.get(var)
        if known is None:
            if (holder := self.holder_of(var)) is not None:
                add_to_items(self, *holder, contribution)
                return
            if isinstance(var.kind, ListOf) and isinstance(contribution, Var):
                # The adjoint of what is gone: nobody else holds this list any more.
                self.adjoints[var] = contribution
                return
            if var.temporary and not isinstance(contribution, (Apply, Opaque)):
                self.adjoints[var] = contribution
                return
            self.adjoints[var] = self.assign(self.new_adjoint(var), contribution)
            return
        self.adjoints[var] = self.assign(self.new_adjoint(var), self.sum_of(known, contribution))

    def accumulate_array(self, var: Var, contribution: Expr) -> None:
        """Add to the adjoint of an array; what is added may be smaller and broadcast to it."""
        known = self.adjoints.get(var)
        if known is None:
            if (holder := self.holder_of(var)) is not None:
                add_to_items(self, *holder, contribution)
            elif isinstance(contribution, Const) or var.temporary or not is_array(var):
                self.adjoints[var] = contribution
            else:
                self.adjoints[var] = self.named_adjoint(var, contribution)
            return
        mask = self.masks.pop(var, None)
        known = self.masked(known, mask)
        total = Apply("add", (known, contribution))
        is_whole = any(is_full(self, part, var) for part in (known, contribution))
        kind = rules.kind_of(total)
        if is_whole and isinstance(var.kind, ArrayOf) and isinstance(kind, ArrayOf):
            kind = ArrayOf(kind.item, var.kind.dims)
        made = self.named_adjoint(var, total, kind)
        if is_whole:
            self.note_full(made, var)
        self.adjoints[var] = made

    def named_adjoint(self, var: Var, value: Expr, kind: Kind | None = None) -> Var:
        kind = rules.kind_of(value) if kind is None else kind
        made = Var(self.adjoint_name(var.base), kind, var.temporary)
        if (value, var) in self.full:
            self.note_full(made, var)
        return self.assign(made, value)

    def holder_of(self, var: Var) -> tuple[Var, Expr] | None:
        """The array and the index that a value was read by, if its adjoint can go there at once."""
        made = self.definitions.get(var)
        if not isinstance(made, Apply) or made.op != "getitem" or self.uses.get(var) != 1:
            return None
        holder, index = made.args
        if not isinstance(holder, Var) or not isinstance(holder.kind, ArrayOf):
            return None
        if not self.is_active(holder) or var in self.inputs or not var.temporary:
            return None
        if holder not in self.adjoints and (holder in self.updated or self.loops):
            return None
        return holder, index

    def masked(self, adjoint: Expr, mask: Expr | None) -> Expr:
        """An adjoint where a `where` has taken it, else zero."""
        if mask is None:
            return adjoint
        assert isinstance(mask, Apply)
        test, side = mask.args
        pair = (adjoint, ZERO) if side == Const(0) else (ZERO, adjoint)
        made = Apply("numpy.where", (test, *pair))
        return self.emit(made, rules.kind_of(made))

    def pass_on(self, holder: Expr, adjoint: Expr, changed: Expr | None = None) -> None:
        """The adjoint of an array after a store becomes that of the array before it, `changed`."""
        assert isinstance(holder, Var)
        if adjoint in self.shaped:
            self.note_full(adjoint, holder)
        if changed is None and holder not in self.adjoints:
            self.adjoints[holder] = adjoint
            return
        value = adjoint if changed is None else changed
        if holder in self.adjoints:
            # What is not changed may be smaller than the array.
            kind = rules.kind_of(value) if changed is None else holder.kind
            made = self.emit(value, kind) if isinstance(value, (Apply, Opaque)) else value
            self.accumulate(holder, made)
        else:
            self.replace(holder, value)

    def read_beside(self, expr: Expr, kind: Kind, before: bool) -> Var:
        """A part of an array around the stage being reversed. In a loop the forward sweep reads
        numbers there: one of them is kept, instead of the array that later rounds change."""
        if is_array(expr) or not self.loops:
            return self.emit(expr, kind)
        made = Var(proposed(expr, {}), kind, temporary=True)
        (self.before if before else self.after).append(Stage(made, expr))
        return made

    def item_of(self, whole: Var, at: int, kind: Kind) -> Var:
        """An item of a tuple that the primal has made."""
        wanted = Apply("getitem", (whole, Const(at)))
        for var, value in self.definitions.items():
            if value == wanted:
                return var
        return self.emit(wanted, kind)

    def adjoint_or_zero(self, var: Var) -> Expr:
        known = self.adjoints.get(var)
        if known is None:
            known = self.adjoints[var] = self.assign(self.new_adjoint(var), self.zero(var))
            self.note_full(known, var)
        elif var in self.masks:
            known = self.adjoints[var] = self.masked(known, self.masks.pop(var))
        return known

    def whole_adjoint(self, var: Var) -> Expr | None:
        """The adjoint so far, with all of the shape of its variable; it is taken away."""
        if var not in self.adjoints:
            return None
        if isinstance(var.kind, ArrayOf):
            found: Expr = owned(self, self.adjoint_or_zero(var), var)
            del self.adjoints[var]
            return found
        return self.adjoints.pop(var)

    def replace(self, var: Var, value: Expr) -> None:
        """Make a new version of a list's adjoint that stands for the old one."""
        made = self.adjoints[var] = self.assign(self.new_adjoint(var), value)
        self.note_full(made, var)

    def hand_on(self, var: Expr, value: Expr) -> None:
        """The adjoint of an updated list becomes that of the list before the update."""
        assert isinstance(var, Var)
        if var in self.adjoints:
            self.accumulate(var, self.emit(value, var.kind))
        else:
            self.replace(var, value)

    # --- steps ---

    def block(self, block: Block) -> None:
        outer, self.made_here = self.made_here, {s.target for s in block if isinstance(s, Stage)}
        self._reverse_steps(block)
        self.made_here = outer

    def _reverse_steps(self, block: Block) -> None:
        for i in range(len(block) - 1, -1, -1):
            step = block[i]
            match step:
                case Stage():
                    self.stage(step)
                case Branch():
                    self.branch(step)
                case Loop():
                    self.loop(step)
                case Scope():
                    self.block(step.body)
                case Call():
                    self.procedures.reverse_call(self, step)
            block[i + 1 : i + 1], self.after = self.after, []
            first, self.before = self.before, []
            if isinstance(step, Loop) and not self.kept_rounds:
                # Stacks outlive the outermost loop that fills them.
                first, self.stacks = [*self.stacks, *first], []
            block[i:i] = first

    def stage(self, step: Stage) -> None:
        if step.target not in self.active or step.target in self.inputs:
            return
        adjoint = self.adjoints.pop(step.target, None)
        self.number = step.number
        value = step.value
        if isinstance(step.target.kind, TupleOf):
            reverse_array(self, step, None)
            return
        if adjoint is None:
            return
        if isinstance(value, Var):
            self.same_shape(adjoint, step.target, value)
            self.accumulate(value, self.masked(adjoint, self.masks.pop(step.target, None)))
        elif reverse_array(self, step, adjoint) or reverse_container(self, step, adjoint):
            pass
        elif isinstance(value, Apply):
            self.primitive(value, step.target, adjoint)

    def primitive(self, value: Apply, out: Var, adjoint: Expr) -> None:
        """Apply the rule of a primitive: each argument gets the adjoint times its partial."""
        for arg, partial in self.partials_of(value, out):
            self.accumulate(arg, real_part(self, self.times(adjoint, partial), arg))

    # --- branches ---

    def branch(self, step: Branch) -> None:
        arriving: list[tuple[Merge, Expr]] = []
        for merge in step.merges:
            adjoint = self.adjoints.pop(merge.var, None) if merge.var in self.active else None
            if adjoint is not None:
                arriving.append((merge, adjoint))
        if ends(step.then) or ends(step.orelse):
            # One arm never gets here: what is left is straight-line code.
            arm = step.orelse if ends(step.then) else step.then
            for merge, adjoint in arriving:
                self.accumulate(merge.orelse if arm is step.orelse else merge.then, adjoint)  # type: ignore[arg-type]
            self.block(arm)
            self.arms[id(arm)] = self.out
            return
        before, masks = dict(self.adjoints), dict(self.masks)
        outer = self.out
        sides: list[tuple[Block, Adjoints, dict[Var, Expr]]] = []
        for arm, side in ((step.then, 0), (step.orelse, 1)):
            self.out, self.adjoints, self.masks = [], dict(before), dict(masks)
            for merge, adjoint in arriving:
                leaf = merge.orelse if side else merge.then
                if leaf is not None:
                    self.same_shape(adjoint, merge.var, leaf)
                    self.accumulate(leaf, adjoint)
            self.block(arm)
            sides.append((self.out, self.adjoints, self.masks))
        self.out, self.adjoints, self.masks = outer, before, masks
        (then, then_adjoints, then_masks), (orelse, else_adjoints, else_masks) = sides
        merges: list[Merge] = []
        for var in {**then_adjoints, **else_adjoints}:
            if self.primal.is_inside(var, step.then) or self.primal.is_inside(var, step.orelse):
                continue
            a, b = then_adjoints.get(var), else_adjoints.get(var)
            test, other = then_masks.get(var), else_masks.get(var)
            if test == other and (a is b or a == b and a is not None):
                self.adjoints[var] = a  # type: ignore[assignment]
                continue
            self.masks.pop(var, None)
            mask = merged_mask((then, a, test), (orelse, b, other))
            if mask is None:
                a = self.masked_in(then, a, test)
                b = self.masked_in(orelse, b, other)
            else:
                merges.append(mask[0])
                self.masks[var] = mask[1]
            merged = self.new_adjoint(var)
            self.note_full(merged, var)
            merges.append(Merge(merged, self.or_zero(a, var, then), self.or_zero(b, var, orelse)))
            self.adjoints[var] = merged
        if not then and not orelse and not merges:
            return
        reversed_step = Branch(step.test, then, orelse, merges)
        self.out.append(reversed_step)
        self.arms[id(step.then)] = then
        self.arms[id(step.orelse)] = orelse

    def masked_in(self, arm: Block, adjoint: Expr | None, mask: Expr | None) -> Expr | None:
        """An adjoint at the end of an arm, zero where its mask does not take it."""
        if adjoint is None or mask is None:
            return adjoint
        outer, self.out = self.out, arm
        made = self.masked(adjoint, mask)
        self.out = outer
        return made

    def or_zero(self, adjoint: Expr | None, var: Var, arm: Block) -> Expr:
        if adjoint is not None and isinstance(var.kind, ArrayOf):
            outer, self.out = self.out, arm
            adjoint = owned(self, adjoint, var)
            self.out = outer
        if adjoint is not None:
            return adjoint
        if not isinstance(var.kind, (ListOf, ArrayOf)):
            return ZERO
        zero = self.new_adjoint(var)
        arm.append(Stage(zero, self.zero(var)))
        return zero

    # --- loops ---

    def loop(self, step: Loop) -> None:
        if self.tapes is not None:
            step.keep = None
        number = self.number
        inner = {*(c.var for c in step.carried), *all_defined(step.body)} | (
            {step.target} if step.target else set()
        )
        carried = [c for c in step.carried if c.var in self.active]
        outer_vars = self.active_reads(step, inner)
        if not carried and not outer_vars:
            return
        outer_out, outer_adjoints, outer_masks = self.out, self.adjoints, self.masks
        rounds: list[Carried] = []
        self.adjoints, self.masks = {}, {}
        self.out = []
        self.loops += 1
        accumulators: dict[Var, Var] = {}
        for var in outer_vars:
            accumulators[var] = self.new_adjoint(var)
            self.adjoints[var] = accumulators[var]
            self.note_full(accumulators[var], var)
        arriving: list[tuple[Carried, Var]] = []
        for c in carried:
            arriving.append((c, Var(self.adjoint_name(c.var.base), c.var.kind, temporary=True)))
            self.note_full(arriving[-1][1], c.var)
        for c, adjoint in arriving:
            if c.next is not None:
                self.note_full(adjoint, c.next)
                self.accumulate_arriving(c.next, adjoint)
        forward = copied(step.body)
        if step.keep is None:
            self.kept_rounds += 1
            self.block(step.body)
            self.kept_rounds -= 1
        else:
            with as_if_whole(self):
                self.block(step.body)
        before_loop: Block = []
        ends_with: list[tuple[Carried, Var]] = []
        for c, adjoint in arriving:
            final = outer_adjoints.pop(c.var, None)
            init = final if final is not None else self.outer_zero(c.var, before_loop)
            init = self.whole(init, c.var, before_loop)
            after = self.adjoints.pop(c.var, None)
            if after is not None:
                after = self.whole(after, c.var, self.out)
            else:
                is_list = isinstance(c.var.kind, (ListOf, ArrayOf))
                if isinstance(c.var.kind, ListOf) and c.init is None:
                    # The reverse sweep asks for its length: no items before the first round.
                    c.init = Apply("list", ())
                after = self.assign(self.new_adjoint(c.var), self.zero(c.var)) if is_list else ZERO
            if unchanged(after, adjoint, self.out):
                before_loop.append(Stage(adjoint, init))
            else:
                rounds.append(Carried(adjoint, init, after))
            ends_with.append((c, adjoint))
        for var, accumulator in accumulators.items():
            after = self.adjoints[var]
            if unchanged(after, accumulator, self.out):
                continue
            known = self.masked_in(before_loop, outer_adjoints.get(var), outer_masks.pop(var, None))
            init = known if known is not None else self.outer_zero(var, before_loop)
            init = self.whole(init, var, before_loop)
            rounds.append(Carried(accumulator, init, after))
            outer_adjoints[var] = accumulator
        body, self.out, self.adjoints = self.out, outer_out, outer_adjoints
        self.masks = outer_masks
        self.loops -= 1
        self.out += before_loop
        reversed_loop = Loop(rounds, body, parallel=step.parallel)
        if step.keep is None:
            keeping.provide_loop(self, step, reversed_loop)
        else:
            provide_checkpointed(self, step, reversed_loop, forward)
        self.out.append(reversed_loop)
        self.number = number
        for c, adjoint in ends_with:
            if c.init is not None:
                self.note_full(adjoint, c.init)
                self.accumulate(c.init, adjoint)

    def accumulate_arriving(self, value: Expr, adjoint: Var) -> None:
        """The adjoint of a value at the end of a round."""
        if not self.is_active(value):
            return
        assert isinstance(value, Var)
        if value in self.adjoints:
            self.accumulate(value, adjoint)
        else:
            self.adjoints[value] = adjoint

    def whole(self, adjoint: Expr, var: Var, block: Block) -> Expr:
        """What a loop carries for an array is an array of its shape."""
        if not isinstance(var.kind, ArrayOf):
            return adjoint
        outer, self.out = self.out, block
        made = owned(self, adjoint, var)
        self.out = outer
        return made

    def outer_zero(self, var: Var, before: Block) -> Expr:
        if not isinstance(var.kind, (ListOf, ArrayOf)):
            return ZERO
        zero = self.new_adjoint(var)
        self.note_full(zero, var)
        before.append(Stage(zero, self.zero(var)))
        return zero

    def active_reads(self, step: Loop, inner: set[Var]) -> list[Var]:
        """The active outer variables that the loop's body may contribute to, in order."""
        found: dict[Var, None] = {}

        def note(expr: Expr | None) -> None:
            if isinstance(expr, Var):
                if expr in self.active and expr not in inner:
                    found.setdefault(expr)
            elif isinstance(expr, Apply):
                for arg in expr.args:
                    note(arg)

        for sub in steps(step.body):
            match sub:
                case Stage() if sub.target in self.active:
                    note(sub.value)
                case Branch():
                    for merge in sub.merges:
                        if merge.var in self.active:
                            note(merge.then)
                            note(merge.orelse)
                case Loop():
                    for c in sub.carried:
                        if c.var in self.active:
                            note(c.init)
                            note(c.next)
                case Call() if any(t in self.active for t in sub.targets):
                    for arg in sub.args:
                        note(arg)
        for c in step.carried:
            if c.var in self.active:
                note(c.next)
        return list(found)


def unchanged(after: Expr, before: Var, block: Block) -> bool:
    """Whether the end of a block hands on what was there before it, under whatever names."""
    copies = {s.target: s.value for s in block if isinstance(s, Stage) and isinstance(s.value, Var)}
    while isinstance(after, Var) and after is not before and after in copies:
        after = copies[after]
    return after is before


def merged_mask(
    *arms: tuple[Block, Expr | None, Expr | None],
) -> tuple[Merge, Expr] | None:
    """The mask after a branch of an adjoint that has one in an arm: its test is that of the arm
    that was taken. None where there is none, or two that have little in common."""
    known = [mask for _, _, mask in arms if isinstance(mask, Apply)]
    if not known or any(mask.args[1] != known[0].args[1] for mask in known):
        return None
    side = known[0].args[1]
    tests: list[Expr] = []
    for block, adjoint, mask in arms:
        if not isinstance(mask, Apply):
            # Without a mask all of the adjoint counts, without an adjoint nothing does.
            tests.append(Const((adjoint is not None) == (side == Const(0))))
            continue
        test = mask.args[0]
        if isinstance(test, Apply):
            test = Var("taken", rules.kind_of(test), temporary=True)
            block.append(Stage(test, mask.args[0]))
        tests.append(test)
    kind = next((t.kind for t in tests if isinstance(t, (Var, Global))), BOOLEAN)
    made = Var("taken", kind, temporary=True)
    return Merge(made, tests[0], tests[1]), Apply("mask", (made, side))
