"""Activity: which variables depend on a differentiated input, and matter to the result.

In static single assignment form both are reachability in one graph, whose edges lead from what
an operation reads in a differentiable way to what it defines. Loops and branches are edges too:
from both arms to a merge, from init and next to a carried variable.
"""

from __future__ import annotations

from collections.abc import Iterator

from symdiff import rules
from symdiff.errors import (
    NotDifferentiable,
    SymdiffError,
    UnsupportedCall,
    UnsupportedSyntax,
    together,
)
from symdiff.rules import ArrayPrimitive
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    OBJECT,
    TEXT,
    Apply,
    ArrayOf,
    Branch,
    Call,
    Expr,
    Global,
    Kind,
    ListOf,
    Loop,
    Opaque,
    Passive,
    Procedure,
    Stage,
    Var,
    is_differentiable,
    steps,
)

# Structural operations, and which of their arguments the result depends on differentiably.
_FIRST = {"getitem", "delitem", "copy", "sorted"}
_ALL = {"tuple", "list", "dict", "append", "extend", "and", "or", "max", "min", "keyword"}
_STORES = {"setitem", "insert", "add_at", "sub_at", "mul_at", "truediv_at", "scatter_add"}
_OF_SEQUENCES = {"sum", "math.fsum", "math.prod", "math.dist", "math.sumprod", "sorted"}
_NONE = {
    "len",
    "range",
    "zeros_like",
    "stack",
    "nonempty",
    "stop_gradient",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
    "is",
    "is_not",
    "in",
    "not_in",
    "not",
    "slice",
    "enumerate",
    "zip",
    "reversed",
}

# Of a list, an integer; of an array, what it is made of.
_COUNTING = ("_0.count(_1)", "_0.index(_1)")
_OF_ARRAYS = ("_0.dtype", "_0.strides", "_0.nbytes", "_0.itemsize", "_0.flags")
_OF_TYPES = ("np.result_type(", "np.common_type(")


def dependences(expr: Expr) -> Iterator[Var]:
    """The variables that the value of an expression depends on in a differentiable way."""
    if isinstance(expr, Var):
        if is_differentiable(expr.kind) or _is_unknown(expr.kind):
            yield expr
        return
    if isinstance(expr, Opaque):
        if expr.template.startswith(_OF_TYPES):
            return
        for arg in expr.args if expr.template not in _COUNTING else ():
            is_array = isinstance(arg, Var) and isinstance(arg.kind, ArrayOf)
            if expr.template not in _OF_ARRAYS or not is_array:
                yield from dependences(arg)
        return
    if not isinstance(expr, Apply):
        return
    args: tuple[Expr, ...] = expr.args
    if expr.op in _NONE:
        return
    if expr.op in _FIRST:
        args = args[:1]
    elif expr.op == "cond":
        args = args[1:]
    elif expr.op in _STORES:
        args = (args[0], args[2])
    elif expr.op not in _ALL and not expr.op.startswith("helper:"):
        primitive = rules.primitive(expr.op)
        if primitive is not None and primitive.piecewise_constant:
            # True of numbers; objects may mean something else by the same operator.
            args = tuple(a for a in args if isinstance(a, Var) and a.kind is OBJECT)
    for arg in args:
        yield from dependences(arg)


def _is_unknown(kind: Kind) -> bool:
    """Whether a value is an object of which nothing is known, or an array made of one."""
    return kind is OBJECT or isinstance(kind, ArrayOf) and kind.item is OBJECT


Edges = dict[Var, list[Var]]


class Activity:
    """The active variables of a procedure, for given inputs and results."""

    def __init__(
        self, procedure: Procedure, inputs: set[Var], outputs: set[Var], summaries: Summaries
    ) -> None:
        self.summaries = summaries
        forward, backward = graph(procedure, summaries)
        self.varied = reachable(inputs, forward)
        self.useful = reachable(outputs, backward)
        self.active = self.varied & self.useful
        errors = list(refusals(procedure, self.varied, self.useful))
        if errors:
            raise together(errors)


def graph(procedure: Procedure, summaries: Summaries) -> tuple[Edges, Edges]:
    """Edges from what is read to what is defined, and their reverse."""
    forward: Edges = {}
    backward: Edges = {}

    def edge(source: Var, target: Var) -> None:
        if is_differentiable(target.kind) or _is_unknown(target.kind):
            forward.setdefault(source, []).append(target)
            backward.setdefault(target, []).append(source)

    for step in steps(procedure.body):
        match step:
            case Stage():
                for var in dependences(step.value):
                    edge(var, step.target)
                if isinstance(step.value, Opaque) and not step.value.pure:
                    for var, receiver in taken_in(step.value.template, step.value.args):
                        edge(var, receiver)
            case Passive():
                for var, receiver in taken_in(step.template, step.args):
                    edge(var, receiver)
            case Branch():
                for merge in step.merges:
                    for side in (merge.then, merge.orelse):
                        if side is not None:
                            for var in dependences(side):
                                edge(var, merge.var)
            case Loop():
                for carried in step.carried:
                    for value in (carried.init, carried.next):
                        if value is not None:
                            for var in dependences(value):
                                edge(var, carried.var)
                if step.target is not None and step.iterable is not None:
                    for var in dependences(step.iterable):
                        edge(var, step.target)
            case Call():
                table = summaries.of(step.callee, procedure)
                for j, target in enumerate(step.targets):
                    for i in table[j]:
                        for var in dependences(step.args[i]):
                            edge(var, target)
    return forward, backward


def taken_in(template: str, args: tuple[Expr, ...]) -> Iterator[tuple[Var, Var]]:
    """What a method that nothing is known of may have put into its object."""
    if template.startswith("_0.") and isinstance(args[0], Var):
        for arg in args[1:]:
            for var in dependences(arg):
                yield var, args[0]


def reachable(start: set[Var], edges: Edges) -> set[Var]:
    found, stack = set(start), list(start)
    while stack:
        for var in edges.get(stack.pop(), ()):
            if var not in found:
                found.add(var)
                stack.append(var)
    return found


class Summaries:
    """For each procedure that is called: which parameters each of its results depends on."""

    def __init__(self) -> None:
        self.table: dict[str, list[list[int]]] = {}

    def of(self, name: str, caller: Procedure) -> list[list[int]]:
        if name not in self.table:
            self._solve(name, caller)
        return self.table[name]

    def _solve(self, name: str, caller: Procedure) -> None:
        """Recursive procedures see each other's summaries grow until nothing changes."""
        group: list[str] = [name]
        for known in group:
            if caller.callees[known].rule is not None:
                continue
            for step in steps(caller.callees[known].body):
                if (
                    isinstance(step, Call)
                    and step.callee not in group
                    and step.callee not in self.table
                ):
                    group.append(step.callee)
        for known in group:
            self.table[known] = [
                _ruled(caller.callees[known]) for _ in results(caller.callees[known])
            ]
        group = [known for known in group if caller.callees[known].rule is None]
        changed = True
        while changed:
            changed = False
            for known in group:
                procedure = caller.callees[known]
                _, backward = graph(procedure, self)
                made = []
                for result in results(procedure):
                    depends = reachable(set(dependences(result)), backward)
                    made.append([i for i, p in enumerate(procedure.params) if p.var in depends])
                if made != self.table[known]:
                    self.table[known] = made
                    changed = True


def _ruled(procedure: Procedure) -> list[int]:
    """The parameters that a result depends on by a rule of the user's."""
    return [] if procedure.rule is None else list(procedure.rule.active)


def results(procedure: Procedure) -> tuple[Expr, ...]:
    """The results of a procedure that is called, one by one."""
    result = procedure.result
    return result.args if isinstance(result, Apply) and result.op == "tuple" else (result,)


def refusals(procedure: Procedure, varied: set[Var], useful: set[Var]) -> Iterator[SymdiffError]:
    """What is active and has no derivative; not what only reads such a value."""
    refused: set[Var] = set()
    for step in steps(procedure.body):
        match step:
            case Stage(value=Apply(op=op)) if (
                (op in _STORES or op in ("append", "extend"))
                and _is_of_integers(step.target.kind)
                and any(v in varied for v in dependences(step.value))
            ):
                yield UnsupportedSyntax(
                    "a list of integers takes in an active number here",
                    step.place,
                    fix="Start with floats: 0.0 instead of 0.",
                )
            case Stage() if step.target in useful and step.target.kind not in (
                TEXT,
                BOOLEAN,
                INTEGER,
            ):
                found = list(_of_value(step, step.value, varied))
                if not refused.intersection(dependences(step.value)):
                    yield from found
                if found:
                    refused.add(step.target)
            case Call() if not useful.isdisjoint(step.targets):
                yield from _of_rule(procedure.callees[step.callee], step, varied)
            case Loop() if (
                step.target is not None and step.target in varied and step.target in useful
            ):
                yield UnsupportedSyntax(
                    "this iterates over active values in a way that can't be reversed",
                    step.place,
                    fix="Loop over an index.",
                )


def _is_of_integers(kind: Kind) -> bool:
    """Whether a kind is that of a list of integers, or of lists of them: what is stored in an
    array of integers becomes one, what is put into a list does not."""
    while isinstance(kind, ListOf):
        kind = kind.item
        if kind in (INTEGER, BOOLEAN):
            return True
    return False


def _of_rule(callee: Procedure, step: Call, varied: set[Var]) -> Iterator[SymdiffError]:
    """What a rule of the user's can't be used for."""
    rule = callee.rule
    found = [v for arg in step.args for v in dependences(arg) if v in varied]
    if rule is None or not found:
        return
    if isinstance(rule.missing, SymdiffError):
        yield rule.missing
    for i, arg in enumerate(step.args):
        if i not in rule.active and any(v in varied for v in dependences(arg)):
            name = callee.params[i].name
            yield NotDifferentiable(
                f"the rule of {callee.name}() says nothing of {name!r}, which the function reads "
                "from outside",
                step.place,
                why=f"{name} is active here: it depends on a differentiated argument.",
                fix="Pass it as an argument.",
            )


def _of_value(step: Stage, expr: Expr, varied: set[Var]) -> Iterator[SymdiffError]:
    active = [v for v in dependences(expr) if v in varied]
    if not active:
        return
    why = f"{active[0].base} is active here: it depends on a differentiated argument."
    if isinstance(expr, Opaque):
        function = expr.args[0] if expr.args else None
        if isinstance(function, Global) and expr.template.startswith("_0("):
            yield UnsupportedCall(
                f"{function.name}() has no derivative rule and no source",
                step.place,
                why=why,
                fix=f"Give it a rule, symdiff.rules.register({function.name}, pullback=...), or "
                "keep active values out of it.",
            )
        elif isinstance(function, Var) and expr.template.startswith("_0("):
            name = function.base
            yield UnsupportedCall(
                f"which function {name!r} is must be known when the derivative is written",
                step.place,
                why=why,
                fix=f"Give {name!r} a default that is a function, or differentiate a function that "
                "calls this one with it.",
            )
        else:
            yield UnsupportedSyntax(
                "this has no derivative rule",
                step.place,
                why=why,
                fix="Keep active values out of it.",
            )
        return
    if isinstance(expr, Apply):
        primitive = rules.primitive(expr.op)
        if isinstance(primitive, ArrayPrimitive) and primitive.refusal:
            yield NotDifferentiable(primitive.refusal, step.place, why=why)
            return
        known = expr.op in _FIRST | _ALL | _STORES | {
            "cond",
            "mul",
        } or expr.op.startswith("helper:")
        if not known and rules.primitive(expr.op) is None:
            yield UnsupportedCall(
                f"{expr.op}() has no derivative rule",
                step.place,
                why=why,
                fix="Call it in a function of your own that has one: see symdiff.custom_vjp.",
            )
            return
        held = expr.op in ("tuple", "dict") and step.target.kind is OBJECT and expr is step.value
        if held or expr.op in _OF_SEQUENCES and any(v.kind is OBJECT for v in active):
            yield NotDifferentiable(
                "a container of active values can't be held where its structure is not known",
                step.place,
                why=why,
                fix="Use a list of numbers, or tuples whose items are named.",
            )
            return
        for arg in expr.args:
            yield from _of_value(step, arg, varied)
