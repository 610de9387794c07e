"""The derivative of a whole procedure: the forward sweep, then the reverse sweep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from symdiff.differentiate import keeping
from symdiff.differentiate.activity import Activity
from symdiff.differentiate.emitting import ONE
from symdiff.differentiate.flatten import expr_kind, flatten
from symdiff.differentiate.procedures import Procedures
from symdiff.differentiate.reverse import Reverse
from symdiff.differentiate.sizes import owned
from symdiff.differentiate.sweep import fresh
from symdiff.errors import NotDifferentiable
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    OBJECT,
    STRUCTURES,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Const,
    Expr,
    Global,
    ListOf,
    Loop,
    Opaque,
    Param,
    Passive,
    Pop,
    Procedure,
    Push,
    Remark,
    Stage,
    TupleOf,
    Var,
    is_differentiable,
    map_expressions,
    steps,
    substitute,
    unused,
    variables,
)


def elementary(
    procedure: Procedure,
    wrt: Sequence[Any],
    again: bool = False,
    reverser: type[Procedures] = Procedures,
    compiled: bool = False,
) -> tuple[Procedure, set[Var], Procedures]:
    """The procedure in elementary stages, its active variables, and what reverses its calls."""
    procedures = reverser(procedure, again, compiled)
    inputs = {v for structure in wrt for v in leaves(structure) if is_differentiable(v.kind)}
    outputs = set(variables(procedure.result))
    varied = Activity(procedure, inputs, outputs, procedures.summaries).varied
    flat = flatten(fresh(procedure), varied)
    active = Activity(flat, inputs, outputs, procedures.summaries).active
    procedures.note_constants(flat)
    return flat, active, procedures


def derivative(
    procedure: Procedure,
    wrt: Sequence[Any],
    names: Sequence[str],
    *,
    mode: str = "grad",
    single: bool = False,
    doc: str = "",
    again: bool = False,
    aux: bool = False,
    compiled: bool = False,
) -> Procedure:
    """The procedure that returns a function's value and the adjoints of some of its parameters.

    `wrt` holds, for each differentiated parameter, the variables of its numbers in the structure
    of the parameter. In mode "grad" the result is a scalar and its adjoint is one; in mode
    "pullback" the adjoint of the result is the last parameter, `dout`. With `single` the adjoint of
    the only parameter is returned as it is, else a tuple of adjoints. With `again` it is written to
    be read and differentiated again: only numbers and arrays pass between its functions.
    With `aux` the value is the first item of a result of two. With `compiled` it is for a compiler,
    which must know the type of all that passes between functions.
    """
    flat, active, procedures = elementary(procedure, wrt, again, compiled=compiled)
    sweep = procedures.sweep(flat, active, {v for s in wrt for v in leaves(s)})
    params = list(flat.params)
    seeds: list[tuple[Expr, Expr]] = []
    forward_end: list[Any] = [Remark("backward")]
    if mode == "grad":
        value = flat.result.args[0] if aux and isinstance(flat.result, Apply) else flat.result
        if isinstance(value, Apply):
            raise NotDifferentiable(
                f"{procedure.name} returns {_called(value.op)}; a gradient needs a function that "
                "returns a scalar",
                procedure.place,
                fix="Use symdiff.vjp for functions with several results.",
            )
        seeds.append((value, ONE))
        forward_end = [*_only_scalars(procedure.name, value), *forward_end]
    else:
        dout = Var("dout", flat.result.kind if isinstance(flat.result, Var) else OBJECT)
        params = with_extra(params, "dout", dout)
        seeds = seeds_of(flat.result, dout, forward_end, active)
    name = f"{procedure.name}_{mode}"
    made = assembled(
        procedure, name, flat, sweep, procedures, wrt, params, seeds, forward_end, single
    )
    made.doc = doc
    return made


def assembled(
    procedure: Procedure,
    name: str,
    flat: Procedure,
    sweep: Reverse,
    procedures: Procedures,
    wrt: Sequence[Any],
    params: list[Param],
    seeds: Sequence[tuple[Expr, Expr]],
    forward_end: Block,
    single: bool = False,
) -> Procedure:
    """The forward sweep and its end, then the reverse sweep from the adjoints in `seeds` on."""
    for leaf, adjoint in seeds:
        sweep.accumulate(leaf, adjoint)
    sweep.block(flat.body)
    procedures.settle(flat, sweep)
    integers = not_floats(flat.body, sweep.out)
    adjoints = [_structured(sweep, integers, structure) for structure in wrt]
    tapes = sweep.own_tapes.definitions()
    body = [Remark("forward"), *tapes, *flat.body, *forward_end, *sweep.out]
    result: Expr = adjoints[0] if single else Apply("tuple", tuple(adjoints))
    made = Procedure(
        name,
        params,
        body,
        Apply("tuple", (flat.result, result)),
        procedure.place,
        "",
        procedure.globals | procedures.globals | sweep.globals,
        procedure.helpers | procedures.helpers | sweep.helpers,
        procedure.callees | procedures.made,
    )
    for callee in made.callees.values():
        callee.callees, callee.globals, callee.helpers = made.callees, made.globals, made.helpers
    return made


def _only_scalars(name: str, result: Expr) -> list[Any]:
    """Refuse, when the code runs, a result that turns out to have several elements."""
    if not isinstance(result, Var) or not isinstance(result.kind, ArrayOf):
        return []
    if result.kind.dims is not None and all(d == 1 for d in result.kind.dims):
        return []
    text = f"{name} returns an array; a gradient needs a function that returns a scalar"
    test = Apply("ne", (Apply("numpy.size", (result,)), Const(1)))
    return [Branch(test, [Passive(f"raise TypeError({text!r})", (), True)], [], [])]


def split(procedure: Procedure, wrt: Sequence[Any]) -> tuple[Procedure, Procedure]:
    """The derivative as two procedures: a forward one that returns the value and what is kept, and
    a backward one that takes the parameters, `kept` and the cotangent `dout`, and returns the
    adjoints."""
    flat, active, procedures = elementary(procedure, wrt)
    sweep = procedures.sweep(flat, active, {v for s in wrt for v in leaves(s)})
    dout = Var("dout", flat.result.kind if isinstance(flat.result, Var) else OBJECT)
    kept = Var("kept", OBJECT)
    seeding: list[Any] = []
    seeds = seeds_of(flat.result, dout, seeding, active)
    for leaf, adjoint in seeds:
        sweep.accumulate(leaf, adjoint)
    sweep.block(flat.body)
    procedures.settle(flat, sweep)
    integers = not_floats(flat.body, sweep.out)
    adjoints = Apply("tuple", tuple(_structured(sweep, integers, structure) for structure in wrt))
    backward = sweep.out  # the arm beside one that raises is reversed in this very block
    backward[:0] = [Remark("adjoints"), *seeding]
    packed, body, (result,) = keeping.provide_tuple(sweep, flat.body, backward, [adjoints], kept)
    own: dict[Var, Expr] = {p.var: Var(p.var.base, p.var.kind) for p in flat.params}
    params = [Param(p.name, cast(Var, own[p.var]), p.passed, p.default) for p in flat.params]
    body = [map_expressions(s, lambda e: substitute(e, own)) for s in body]
    params = with_extra(with_extra(params, "kept", kept), "dout", dout)
    globals_ = procedure.globals | procedures.globals | sweep.globals
    helpers = procedure.helpers | procedures.helpers | sweep.helpers
    callees = procedure.callees | procedures.made
    name = procedure.name
    while f"{name}_forward" in callees:
        name += "_outer"
    forward = Procedure(
        f"{name}_forward",
        flat.params,
        flat.body,
        Apply("tuple", (flat.result, packed)),
        procedure.place,
        f"Value of {procedure.name}, and what {name}_backward needs.",
        globals_,
        helpers,
        callees,
    )
    made = Procedure(
        f"{name}_backward",
        params,
        body,
        substitute(result, own),
        procedure.place,
        f"Adjoints of the arguments of {procedure.name}.",
        globals_,
        helpers,
        callees,
    )
    for callee in callees.values():
        callee.callees, callee.globals, callee.helpers = callees, globals_, helpers
    return forward, made


def with_extra(params: list[Param], wanted: str, var: Var) -> list[Param]:
    """The parameters and one more: the last one where it can be, else given by keyword."""
    name = unused(wanted, {p.name for p in params})
    if all(p.passed == "plain" and p.default is None for p in params):
        return [*params, Param(name, var)]
    last = [p for p in params if p.passed == "double star"]
    return [*(p for p in params if p.passed != "double star"), Param(name, var, "keyword"), *last]


def not_floats(primal: Block, block: Block) -> set[Var]:
    """The adjoints whose value may be no float: an int, because a partial is, or a NumPy number."""
    return possible_integers(block) | possible_numpy_numbers([*primal, *block])


PARTS = ("numpy.real", "numpy.imag")  # of Python's numbers these are Python's


def possible_numpy_numbers(block: Block) -> set[Var]:
    """The numbers that may be NumPy's: items of arrays, and what is computed from such."""
    found: set[Var] = set()

    def may_be(expr: Expr | None) -> bool:
        if isinstance(expr, Var):
            return expr in found or isinstance(expr.kind, (ArrayOf, TupleOf))
        if isinstance(expr, Global):
            return isinstance(expr.kind, ArrayOf)
        if not isinstance(expr, Apply) or expr.op in ("float", "int", "ndarray.item"):
            return False
        makes_them = expr.op.startswith(("numpy.", "scipy.")) and expr.op not in PARTS
        return makes_them or any(map(may_be, expr.args))

    size = -1
    while size != len(found):
        size = len(found)
        for var, sources in _sources(block):
            if any(map(may_be, sources)):
                found.add(var)
    return found


def _sources(
    block: Block, through_calls: bool = True
) -> Iterator[tuple[Var, tuple[Expr | None, ...]]]:
    """Each variable that is defined in a block, and what it may get its value from."""
    kept: dict[Var, list[Expr]] = {}
    for step in steps(block):
        if isinstance(step, Push):
            kept.setdefault(step.stack, []).append(step.value)
    for step in steps(block):
        match step:
            case Stage():
                yield step.target, (step.value,)
            case Branch():
                yield from ((m.var, (m.then, m.orelse)) for m in step.merges)
            case Loop():
                yield from ((c.var, (c.init, c.next)) for c in step.carried)
                if step.target is not None and through_calls:
                    yield step.target, (step.iterable,)
            case Pop() if through_calls:
                yield step.target, tuple(kept.get(step.stack, ()))
            case Call() if through_calls:
                yield from ((t, step.args) for t in step.targets)


def possible_integers(block: Block) -> set[Var]:
    """The adjoints whose value may be an int, because a partial is: d(n x)/dx = n."""
    found: set[Var] = set()

    def may_be_int(expr: Expr) -> bool:
        if isinstance(expr, Var):
            return expr in found or expr.kind in (INTEGER, BOOLEAN)
        if isinstance(expr, Apply) and expr.op == "cond":
            return any(map(may_be_int, expr.args[1:]))
        if isinstance(expr, Apply) and expr.op in ("add", "sub", "mul", "neg"):
            return all(map(may_be_int, expr.args))
        return expr_kind(expr) in (INTEGER, BOOLEAN)

    size = -1
    while size != len(found):  # again while a loop hands on what its round has found
        size = len(found)
        for var, sources in _sources(block, through_calls=False):
            if any(source is not None and may_be_int(source) for source in sources):
                found.add(var)
    return found


def as_float(integers: set[Var], adjoint: Expr) -> Expr:
    if isinstance(adjoint, Const):
        return Const(float(adjoint.value))
    is_int = isinstance(adjoint, Var) and adjoint in integers and adjoint.kind is not COMPLEX
    return Apply("float", (adjoint,)) if is_int else adjoint


def leaves(structure: Any) -> list[Var]:
    """The variables in the structure of a parameter."""
    if isinstance(structure, Var):
        return [structure]
    if isinstance(structure, dict):
        return [v for part in structure.values() for v in leaves(part)]
    if hasattr(structure, "parts"):
        return leaves(structure.parts)
    if isinstance(structure, (tuple, list)):
        return [v for part in structure for v in leaves(part)]
    return []


def seeds_of(result: Expr, dout: Expr, out: list[Any], active: set[Var]) -> list[tuple[Expr, Expr]]:
    """The active variables of a result, each with its part of the cotangent `dout`."""
    seeds: list[tuple[Expr, Expr]] = []
    _seed(result, dout, seeds, out, active)
    return seeds


def _seed(
    result: Expr, dout: Expr, seeds: list[tuple[Expr, Expr]], out: list[Any], active: set[Var]
) -> None:
    """Take the cotangent apart as the result is put together."""
    if isinstance(result, Apply) and result.op in STRUCTURES:
        for key, read, item in _parts(result, dout):
            if not any(v in active for v in variables(item)):
                continue
            name = f"dout_{key.value}" if isinstance(key, Const) else "dout_item"
            part = Var(name, item.kind if isinstance(item, Var) else OBJECT, temporary=True)
            out.append(Stage(part, read))
            _seed(item, part, seeds, out, active)
    elif isinstance(result, Var) and result in active:
        seeds.append((result, dout))


def _called(op: str) -> str:
    return "an object with several numbers" if op == "record" else f"a {op}"


def _parts(result: Apply, dout: Expr) -> Iterator[tuple[Expr, Expr, Expr]]:
    """For each part of a result its key, the part of the cotangent, and the part itself."""
    if result.op == "dict":
        for key, item in zip(result.args[::2], result.args[1::2], strict=True):
            yield key, Apply("getitem", (dout, key)), item
        return
    for i, item in enumerate(result.args[1:] if result.op == "record" else result.args):
        if isinstance(item, Apply) and item.op == "keyword":
            name, value = item.args
            assert isinstance(name, Const)
            yield name, Opaque(f"_0.{name.value}", (dout,), pure=True), value
        else:
            yield Const(i), Apply("getitem", (dout, Const(i))), item


def _structured(sweep: Reverse, integers: set[Var], structure: Any) -> Expr:
    """The adjoint of a parameter, in the parameter's structure."""
    if isinstance(structure, Var):
        if not is_differentiable(structure.kind):
            return Const(None)
        known = sweep.adjoints.get(structure)
        if isinstance(structure.kind, ArrayOf) and known is not None:
            return owned(sweep, sweep.adjoint_or_zero(structure), structure)
        if known is not None and isinstance(structure.kind, ListOf):
            return known
        if known is None or structure.kind is COMPLEX:
            return sweep.zero(structure) if known is None else known
        return as_float(integers, known)
    if isinstance(structure, dict):
        return Apply(
            "dict",
            tuple(
                e for k, v in structure.items() for e in (Const(k), _structured(sweep, integers, v))
            ),
        )
    if isinstance(structure, (tuple, list)):
        op = "list" if isinstance(structure, list) else "tuple"
        return Apply(op, tuple(_structured(sweep, integers, v) for v in structure))
    if hasattr(structure, "parts"):
        parts = tuple(_structured(sweep, integers, v) for v in structure.parts)
        keywords = [f"{k}=" for k in structure.keywords] or [""] * len(parts)
        names = ", ".join(f"{k}_{i + 1}" for i, k in enumerate(keywords))
        return Opaque(f"type(_0)({names})", (structure.whole, *parts), pure=True)
    return Const(None)
