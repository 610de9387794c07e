"""The staged computation: the one vocabulary that every other part of symdiff speaks.

A `Procedure` is a whole function as a tree of steps. It is in static single assignment form:
every `Var` is defined exactly once in the text. What control flow makes of that is said by the
steps themselves: a `Branch` lists its merges (a variable that takes its value from one arm or the
other), a `Loop` lists its carried variables (a value before the first round, and the value that
the end of a round hands to the next). So `x = x + 1` in a loop is a carried `x` with next `x_1`.

Containers that are updated in place are values too: `append(L, v)` is a new version of L. That
the old version is never read again lets the writer print `L.append(v)`; where it is read, the
writer prints a copy. Only stacks of kept values are really mutable: `Push` and `Pop`.

The derivative of a procedure is a procedure.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

# --- kinds ---------------------------------------------------------------------------------------


class Scalar(enum.Enum):
    """Kinds of values without parts. Only REAL, COMPLEX and OPTIONAL can be active."""

    REAL = "real"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    COMPLEX = "complex"
    TEXT = "text"
    NOTHING = "nothing"
    OPTIONAL = "optional"  # a real number or None
    OBJECT = "object"  # anything else: passive
    STACK = "stack"  # of kept values, made by the reverse sweep

    def __repr__(self) -> str:
        return self.value


REAL, INTEGER, BOOLEAN, COMPLEX = Scalar.REAL, Scalar.INTEGER, Scalar.BOOLEAN, Scalar.COMPLEX
TEXT, NOTHING, OBJECT, STACK = Scalar.TEXT, Scalar.NOTHING, Scalar.OBJECT, Scalar.STACK
OPTIONAL = Scalar.OPTIONAL


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose length is known at run time only."""

    item: Kind


@dataclass(frozen=True, slots=True)
class Size:
    """The length of an axis, known at run time only: `of` tells whose (a name, or an integer
    variable). `never_one` if it is known that nothing is broadcast along the axis."""

    of: object
    never_one: bool = False

    def __repr__(self) -> str:
        return f"|{self.of}|"


@dataclass(frozen=True, slots=True)
class Extent:
    """A length that is a sum of multiples of sizes and a number, at least 0: n - 2."""

    terms: tuple[tuple[Size, int], ...]
    constant: int = 0


Dim = int | Extent | None
"""The length of an axis: a number, a sum of sizes, or unknown. Equal extents are equal lengths."""


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """An array of numbers. `dims` None: not even its rank is known, and it may be a plain number.
    With dims () it is a NumPy scalar or an array without axes."""

    item: Scalar = REAL
    dims: tuple[Dim, ...] | None = None

    @property
    def rank(self) -> int | None:
        return None if self.dims is None else len(self.dims)


@dataclass(frozen=True, slots=True)
class TupleOf:
    """A tuple at run time, whose items are of known kinds: what `np.linalg.eigh` returns."""

    items: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class TapeOf:
    """What functions that call each other keep for the reverse sweep, one value behind the other:
    an array, and how far it is filled."""

    item: Scalar


Kind = Scalar | ListOf | ArrayOf | TupleOf | TapeOf
KINDS = (Scalar, ListOf, ArrayOf, TupleOf, TapeOf)


def is_differentiable(kind: Kind) -> bool:
    """Whether values of this kind can have an adjoint."""
    if isinstance(kind, (ListOf, ArrayOf)):
        return is_differentiable(kind.item)
    if isinstance(kind, TupleOf):
        return any(map(is_differentiable, kind.items))
    return kind in (REAL, COMPLEX, OPTIONAL)


# --- places --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's file something stands: lines from 1, columns from 0."""

    file: str
    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0


# --- expressions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Var:
    """A variable, equal only to itself.

    `base` is the name the user, or the pass that made it, has in mind; several variables may share
    one (versions of the same variable do). Names that are printed are given by the writer.
    `temporary` marks a value that the user did not name.
    """

    base: str
    kind: Kind = REAL
    temporary: bool = False
    length: Dim = None  # of an integer that is known to be the length of an axis

    def __repr__(self) -> str:
        return f"%{self.base}"


@dataclass(frozen=True, slots=True)
class Const:
    """A literal: a number, text, boolean, None, or Ellipsis."""

    value: Any

    def __eq__(self, other: object) -> bool:
        """Equal only when they print alike: 1, 1.0 and True differ, and 0.0 from -0.0."""
        return isinstance(other, Const) and repr(self.value) == repr(other.value)

    def __hash__(self) -> int:
        return hash(repr(self.value))

    def __repr__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True, slots=True)
class Global:
    """A name outside the function: an imported module's constant (`math.pi`), or a constant,
    object or class of the user's, described in `Procedure.globals`."""

    name: str
    kind: Kind = OBJECT


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation on values. `op` names a primitive, or one of the structural operations.

    Arithmetic and logic: add sub mul truediv floordiv mod pow neg pos invert lshift rshift and_
    or_ xor; lt le gt ge eq ne is is_not in not_in not. Lazy, arguments may be whole trees: `and`,
    `or`, `cond` (test, value if true, value if false). Functions: `math.sin`, `abs`, `min`, `len`,
    ... by their qualified names, builtins bare; `numpy.sum`, `scipy.special.expit`, whatever they
    were imported as, methods of arrays among them. Arguments given by keyword come last, each as
    keyword(name, value). Containers: tuple, list, dict (keys and values in turn), record (a class
    and what it is given), getitem, part(t, i, n) (item i of a tuple of n), slice (an index), range;
    and the functional updates
    append(L, v), extend(L, M), insert(L, i, v), setitem(L, i, v), delitem(L, i), add_at(L, i, v)
    (that is L[i] += v; likewise sub_at, mul_at and truediv_at on arrays, where i may be Ellipsis
    for all of the array, and scatter_add(A, i, v), which is np.add.at: repeated indices add up),
    lend(A) (to a function that changes A), copy(L), zeros_like(L) (as many zeros); stack() is a new
    stack, stack(dtype, n, ...) one that is an array of this shape, nonempty(s) tells whether a
    stack has something left. `helper:NAME` calls a helper of `Procedure.helpers`.
    """

    op: str
    args: tuple[Expr, ...] = ()

    def __repr__(self) -> str:
        return f"{self.op}({', '.join(map(repr, self.args))})"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A passive expression kept as the user wrote it: Python text in which `_0`, `_1`, ... stand
    for the arguments. Pure ones may be shared, moved, repeated and dropped; others run once."""

    template: str
    args: tuple[Expr, ...] = ()
    pure: bool = False


Expr = Var | Const | Global | Apply | Opaque

# The operations that a result is put together by.
STRUCTURES = frozenset({"tuple", "list", "dict", "record", "keyword"})

# --- steps ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class Stage:
    """One operation, whose result gets a name."""

    target: Var
    value: Expr
    place: Place | None = None
    number: int = 0  # given to the stages of the primal; an adjoint's line bears its stage's
    is_fork: bool = False
    covers: frozenset[int] = frozenset()  # the numbers of elementary stages that are joined in it


@dataclass(slots=True)
class Passive:
    """A statement kept as the user wrote it: print, assert, raise; `_0`, `_1`, ... as in Opaque."""

    template: str
    args: tuple[Expr, ...] = ()
    terminates: bool = False  # raise: nothing after it in its block is reached
    place: Place | None = None


@dataclass(slots=True)
class Merge:
    """After a branch, `var` is `then` or `orelse`; None where that arm leaves it undefined."""

    var: Var
    then: Expr | None
    orelse: Expr | None


@dataclass(slots=True)
class Branch:
    test: Expr
    then: Block
    orelse: Block
    merges: list[Merge] = field(default_factory=list)
    place: Place | None = None


@dataclass(slots=True)
class Carried:
    """A variable that a loop carries from round to round. In the body `var` is its value at the
    start of the round, after the loop its last value. `init` None: undefined before the loop.
    Working space of a reverse loop has no value of its own: a round writes all of it before it
    reads it, namely what the array `again` was in the round that is reversed."""

    var: Var
    init: Expr | None
    next: Expr | None
    again: Var | None = None


@dataclass(slots=True)
class Loop:
    """A for loop (`target` and `iterable` given) or a while loop (`test` given).

    The test of a while loop is a tree over carried and outer variables, evaluated before each
    round. `leave` is tested at the end of each round, over variables of the body: when it is true
    the loop ends (`break`). A for loop without `target` counts rounds only. `keep` is given for a
    for loop that is to be checkpointed: how many states may be kept, None for as many as usual.
    `parallel` says that the user calls its rounds independent of each other, but for sums.
    """

    carried: list[Carried]
    body: Block
    test: Expr | None = None
    target: Var | None = None
    iterable: Expr | None = None
    leave: Expr | None = None
    place: Place | None = None
    keep: Expr | None = None
    parallel: bool = False


@dataclass(slots=True)
class Scope:
    """A with statement around passive context: `context` is its text, `_0`, ... as in Opaque."""

    context: Opaque
    body: Block
    place: Place | None = None


@dataclass(slots=True)
class Call:
    """A call of another procedure, by its name in `Procedure.callees`. One that is `repeated` keeps
    nothing for the reverse sweep, which runs it again."""

    targets: tuple[Var, ...]
    callee: str
    args: tuple[Expr, ...]
    place: Place | None = None
    repeated: bool = False


@dataclass(slots=True)
class Push:
    """Keep a value for the reverse sweep: on top of a stack or, where that is an array, in the slot
    at an `index`, which holds one value at most."""

    stack: Var
    value: Expr
    index: tuple[Expr, ...] = ()


@dataclass(slots=True)
class Pop:
    """Take the value kept last, or that of a slot, which is read once. The `shape` is that of an
    array on a tape."""

    target: Var
    stack: Var
    index: tuple[Expr, ...] = ()
    shape: tuple[Expr, ...] = ()


@dataclass(slots=True)
class Remark:
    """A comment line of the generated code, such as `forward`."""

    text: str


Step = Stage | Passive | Branch | Loop | Scope | Call | Push | Pop | Remark
Block = list[Step]

# --- procedures ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Param:
    """A parameter: its name as the user wrote it, the variable in the body, the way it is passed
    ("plain", "keyword", "star", "double star"), and its default. An array that is changed for the
    caller too `becomes` a result of the procedure, the one at that place; the text does not return
    it."""

    name: str
    var: Var
    passed: str = "plain"
    default: Expr | None = None
    becomes: int | None = None


@dataclass(slots=True)
class GlobalValue:
    """What a `Global` of the user's stands for: `text` is the expression written into the
    generated file (`0.5`), `read` fetches its value now, given the function that is differentiated,
    for generated code that runs live."""

    text: str
    read: Callable[[Any], Any] | None = None


@dataclass(slots=True)
class Helper:
    """A small pure scalar function of the user's that is one stage. `partials` are trees over
    `params` and `out`; `text` is its source, complete but for what `globals` and `helpers` name."""

    name: str
    text: str
    params: tuple[Var, ...]
    out: Var
    partials: tuple[Expr, ...]
    globals: dict[str, GlobalValue] = field(default_factory=dict)


@dataclass(slots=True)
class Rule:
    """What a user says of a procedure's derivative, as procedures that take its parameters, its
    results, and then what is told of each. `active` are the places of the parameters that have
    adjoints; None stands for what was not given.

    `partials` returns the partial of the only result by each active parameter. `pullback` also
    takes a cotangent of each differentiable result, and returns the adjoints of the active
    parameters. `pushforward` also takes the tangent of each active parameter, and returns the
    tangents of the differentiable results. `missing` is said where none of them helps. With
    `as_it_stands` the procedure only calls a function that could not be read.
    """

    active: tuple[int, ...]
    partials: Procedure | None = None
    pullback: Procedure | None = None
    pushforward: Procedure | None = None
    missing: Exception | None = None
    as_it_stands: bool = False


@dataclass(slots=True)
class Procedure:
    """A function as steps. `result` is an expression over atoms, with tuple, list and dict
    applications where the function returns containers. Its derivative follows from its steps,
    unless it has a `rule` of the user's."""

    name: str
    params: list[Param]
    body: Block
    result: Expr
    place: Place | None = None
    doc: str = ""
    globals: dict[str, GlobalValue] = field(default_factory=dict)
    helpers: dict[str, Helper] = field(default_factory=dict)
    callees: dict[str, Procedure] = field(default_factory=dict, repr=False)
    rule: Rule | None = field(default=None, repr=False)


def with_callees(procedure: Procedure, change: Callable[[Procedure], Procedure]) -> Procedure:
    """A procedure that a pass has changed, with all that it calls changed likewise."""
    made = change(procedure)
    callees = {name: change(callee) for name, callee in procedure.callees.items()}
    for callee in callees.values():
        callee.callees = callees
    return replace(made, callees=callees)


def unused(wanted: str, taken: Container[str]) -> str:
    """A name like a wanted one, that nothing has: with a number behind it if need be."""
    name, n = wanted, 0
    while name in taken:
        n += 1
        name = f"{wanted}_{n}"
    return name


# --- walking -------------------------------------------------------------------------------------


def variables(expr: Expr | None) -> list[Var]:
    """The variables that an expression reads, in order, repeated as often as they are read."""
    if isinstance(expr, Var):
        return [expr]
    found: list[Var] = []
    pending: list[Expr | None] = [expr]
    while pending:
        top = pending.pop()
        if isinstance(top, Var):
            found.append(top)
        elif isinstance(top, (Apply, Opaque)):
            pending += top.args
    found.reverse()
    return found


def blocks(step: Step) -> tuple[Block, ...]:
    """The blocks inside a step."""
    if isinstance(step, Branch):
        return (step.then, step.orelse)
    if isinstance(step, (Loop, Scope)):
        return (step.body,)
    return ()


def steps(block: Block) -> Iterator[Step]:
    """Every step of a block, those of inner blocks included, in the order of the text."""
    pending = block[::-1]
    while pending:
        step = pending.pop()
        yield step
        if isinstance(step, (Branch, Loop, Scope)):
            for inner in reversed(blocks(step)):
                pending.extend(reversed(inner))


def expressions(step: Step) -> Iterator[Expr]:
    """The expressions that stand in a step itself, not those in its inner blocks."""
    match step:
        case Stage():
            yield step.value
        case Passive():
            yield from step.args
        case Branch():
            yield step.test
            for merge in step.merges:
                yield from (e for e in (merge.then, merge.orelse) if e is not None)
        case Loop():
            for carried in step.carried:
                yield from (e for e in (carried.init, carried.next) if e is not None)
            own = (step.iterable, step.test, step.leave, step.keep)
            yield from (e for e in own if e is not None)
        case Scope():
            yield step.context
        case Call():
            yield from step.args
        case Push():
            yield step.stack
            yield step.value
            yield from step.index
        case Pop():
            yield step.stack
            yield from step.index
            yield from step.shape


def defined(step: Step) -> Iterator[Var]:
    """The variables that a step itself defines, not those of its inner blocks."""
    match step:
        case Stage() | Pop():
            yield step.target
        case Branch():
            yield from (m.var for m in step.merges)
        case Loop():
            yield from (c.var for c in step.carried)
            if step.target is not None:
                yield step.target
        case Call():
            yield from step.targets


def ends(block: Block) -> bool:
    """Whether the end of a block is never reached: it raises."""
    for step in reversed(block):
        if isinstance(step, Passive) and step.terminates:
            return True
        if isinstance(step, Branch) and ends(step.then) and ends(step.orelse):
            return True
    return False


def all_read(block: Block) -> list[Var]:
    """Every variable that a block reads, anywhere."""
    found: list[Var] = []
    for step in steps(block):
        for expr in expressions(step):
            found += variables(expr)
    return found


def all_defined(block: Block) -> Iterator[Var]:
    """Every variable that a block defines, anywhere."""
    for step in steps(block):
        yield from defined(step)


def called_from(block: Block, callees: Mapping[str, Procedure]) -> list[str]:
    """The procedures that a block calls, directly or not, each behind those that it calls."""
    found: list[str] = []
    seen: set[str] = set()

    def visit(calling: Block) -> None:
        for step in steps(calling):
            if isinstance(step, Call) and step.callee in callees and step.callee not in seen:
                seen.add(step.callee)
                visit(callees[step.callee].body)
                found.append(step.callee)

    visit(block)
    return found


def substitute(expr: Expr, table: Mapping[Var, Expr]) -> Expr:
    """The expression with variables replaced."""
    if isinstance(expr, Var):
        return table.get(expr, expr)
    if not table or not isinstance(expr, (Apply, Opaque)) or not expr.args:
        return expr
    args = [substitute(a, table) for a in expr.args]
    if all(a is b for a, b in zip(args, expr.args, strict=True)):
        return expr
    return Apply(expr.op, tuple(args)) if type(expr) is Apply else replace(expr, args=tuple(args))


def with_value(stage: Stage, value: Expr) -> Stage:
    """The stage with another value; `dataclasses.replace` takes a multiple of the time."""
    return Stage(stage.target, value, stage.place, stage.number, stage.is_fork, stage.covers)


def with_blocks(step: Branch | Loop | Scope, change: Callable[[Block], Block]) -> Step:
    """The step with each of its inner blocks changed."""
    match step:
        case Branch():
            then, orelse = change(step.then), change(step.orelse)
            return Branch(step.test, then, orelse, step.merges, step.place)
        case Loop():
            return with_rounds(step, step.carried, change(step.body), step.target)
        case Scope():
            return Scope(step.context, change(step.body), step.place)


def with_rounds(loop: Loop, carried: list[Carried], body: Block, target: Var | None) -> Loop:
    """The loop with other rounds."""
    return Loop(
        carried,
        body,
        loop.test,
        target,
        loop.iterable,
        loop.leave,
        loop.place,
        loop.keep,
        loop.parallel,
    )


def map_expressions(step: Step, fn: Callable[[Expr], Expr]) -> Step:
    """A copy of a step with `fn` applied to every expression in it, inner blocks included; the
    variables it defines are kept."""

    def opt(expr: Expr | None) -> Expr | None:
        return None if expr is None else fn(expr)

    def block(inner: Block) -> Block:
        return [map_expressions(s, fn) for s in inner]

    match step:
        case Stage():
            return with_value(step, fn(step.value))
        case Passive() | Call():
            return replace(step, args=tuple(map(fn, step.args)))
        case Branch():
            merges = [Merge(m.var, opt(m.then), opt(m.orelse)) for m in step.merges]
            then, orelse = block(step.then), block(step.orelse)
            return Branch(fn(step.test), then, orelse, merges, step.place)
        case Loop():
            carried = [Carried(c.var, opt(c.init), opt(c.next), c.again) for c in step.carried]
            made = with_rounds(step, carried, block(step.body), step.target)
            made.test, made.iterable = opt(step.test), opt(step.iterable)
            made.leave, made.keep = opt(step.leave), opt(step.keep)
            return made
        case Scope():
            context = fn(step.context)
            assert isinstance(context, Opaque)
            return Scope(context, block(step.body), step.place)
        case Push():
            stack = fn(step.stack)
            assert isinstance(stack, Var)
            index = tuple(fn(i) for i in step.index)
            return Push(stack, fn(step.value), index)
        case Pop():
            stack = fn(step.stack)
            assert isinstance(stack, Var)
            index = tuple(fn(i) for i in step.index)
            return Pop(step.target, stack, index, tuple(map(fn, step.shape)))
        case _:
            return step


# --- the checker ---------------------------------------------------------------------------------


class InvalidProcedure(AssertionError):
    """A pass has made a procedure that is not well formed: a defect of symdiff, not of the user."""


def verify(procedure: Procedure) -> Procedure:
    """Check that every variable is defined once, and before it is read on every path.

    Tests run it after every pass. Raises InvalidProcedure; returns the procedure.
    """
    seen: set[Var] = set()

    def define(var: Var, known: set[Var]) -> None:
        if var in seen:
            raise InvalidProcedure(f"{procedure.name}: {var!r} is defined twice")
        seen.add(var)
        known.add(var)

    def read(expr: Expr | None, known: set[Var], where: object) -> None:
        for var in variables(expr):
            if var not in known:
                raise InvalidProcedure(
                    f"{procedure.name}: {var!r} is read before it is defined, in {where!r}"
                )

    def block(inner: Block, known: set[Var]) -> bool:
        """Whether the end of the block is reached."""
        for step in inner:
            match step:
                case Stage():
                    read(step.value, known, step)
                case Passive():
                    for arg in step.args:
                        read(arg, known, step)
                    if step.terminates:
                        return False
                case Call():
                    for arg in step.args:
                        read(arg, known, step)
                    if step.callee not in procedure.callees and step.callee != procedure.name:
                        raise InvalidProcedure(f"{procedure.name}: no callee {step.callee}")
                case Branch():
                    read(step.test, known, "test")
                    then, orelse = set(known), set(known)
                    ends = block(step.then, then), block(step.orelse, orelse)
                    for merge in step.merges:
                        if ends[0]:
                            read(merge.then, then, merge)
                        if ends[1]:
                            read(merge.orelse, orelse, merge)
                    # What an arm defines stays readable: the reverse sweep replays the decision.
                    known |= then | orelse
                    if not any(ends):
                        return False
                case Loop():
                    for carried in step.carried:
                        read(carried.init, known, carried)
                    read(step.iterable, known, "iterable")
                    read(step.keep, known, "keep")
                    inside = set(known)
                    for var in defined(step):
                        define(var, inside)
                    read(step.test, inside, "test")
                    known |= {c.var for c in step.carried}
                    if block(step.body, inside):
                        for carried in step.carried:
                            read(carried.next, inside, carried)
                        read(step.leave, inside, "leave")
                    continue
                case Scope():
                    read(step.context, known, step)
                    if not block(step.body, known):
                        return False
                case Push() | Pop():
                    for expr in expressions(step):
                        read(expr, known, step)
            for var in defined(step):
                define(var, known)
        return True

    known: set[Var] = set()
    for param in procedure.params:
        define(param.var, known)
    if block(procedure.body, known):
        read(procedure.result, known, "result")
    return procedure
