"""How operations on arrays are reversed: broadcasting undone, views, stores, functions with rules.

The adjoint of an array is an array of its shape or, as long as nobody needs more, something smaller
that broadcasts to it: the adjoint of what is summed is one number. Adjoint storage mirrors primal
storage: what reads A[i] once adds to dA[i] at once, and a store A[i] = v takes its adjoint from
there and leaves zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from symdiff.differentiate.emitting import ZERO
from symdiff.differentiate.sizes import full, is_array, is_full, kind_of, owned, real_part
from symdiff.differentiate.sweep import STRUCTURE
from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.indexing import repeats
from symdiff.rules.arrays.nodes import Node
from symdiff.rules.arrays.vectorized import operator_partials
from symdiff.rules.shapes import Dims, dims_of, fills, item_of, summed_axes
from symdiff.stages import (
    COMPLEX,
    INTEGER,
    Apply,
    ArrayOf,
    Const,
    Expr,
    ListOf,
    Opaque,
    Scalar,
    Stage,
    TupleOf,
    Var,
    substitute,
    variables,
)

if TYPE_CHECKING:
    from symdiff.differentiate.reverse import Reverse

ALL = Const(Ellipsis)
NO_AXES = Apply("tuple", ())
EVERYTHING = Apply("slice", (Const(None), Const(None), Const(None)))
STORES = frozenset({"setitem", "add_at", "sub_at", "mul_at", "truediv_at", "scatter_add"})


def reverse_array(sweep: Reverse, step: Stage, adjoint: Expr | None) -> bool:
    """Reverse a stage that makes or reads an array; False when it is something else."""
    try:
        return _reverse(sweep, step, adjoint)
    except NotDifferentiable as error:
        if error.place is not None or step.place is None:
            raise
        raise NotDifferentiable(error.message, step.place, why=error.why, fix=error.fix) from None


def _reverse(sweep: Reverse, step: Stage, adjoint: Expr | None) -> bool:
    value, target = step.value, step.target
    if not isinstance(value, Apply):
        return False
    if value.op == "getitem" and isinstance(kind_of(value.args[0]), TupleOf):
        if adjoint is not None:
            _item_of_tuple(sweep, value, adjoint)
        return True
    if isinstance(target.kind, TupleOf):
        parts = sweep.parts.pop(target, {})
        if parts:
            _call(sweep, value, target, parts)
        return True
    primitive = registry.by_name(value.op)
    if primitive is None and not any(map(is_array, value.args)):
        return False
    if adjoint is None:
        return True
    mask = sweep.masks.pop(target, None)
    if target in sweep.wide and not _is_product(value):
        adjoint = _narrowed(sweep, adjoint, target)
    if value.op in STORES and is_array(value.args[0]):
        _store(sweep, value, target, sweep.masked(adjoint, mask))
    elif value.op == "getitem" and is_array(value.args[0]):
        add_to_items(sweep, value.args[0], value.args[1], sweep.masked(adjoint, mask))
    elif value.op == "copy":
        sweep.same_shape(adjoint, target, value.args[0])
        sweep.accumulate(value.args[0], sweep.masked(adjoint, mask))
    elif value.op == "numpy.where":
        _where(sweep, value, target, sweep.masked(adjoint, mask))
    elif registry.is_elementwise(value.op):
        _elementwise(sweep, value, target, adjoint, mask)
    elif primitive is not None:
        _call(sweep, value, target, sweep.masked(adjoint, mask))
    else:
        return False
    return True


# --- elementwise ---------------------------------------------------------------------------------


def _elementwise(
    sweep: Reverse, value: Apply, target: Var, adjoint: Expr, mask: Expr | None
) -> None:
    arrays = [a for a in value.args if not isinstance(kind_of(a), Scalar)]
    for arg, partial in sweep.array_partials(value, target):
        product = sweep.times(adjoint, partial)
        if mask is not None and passes_mask(sweep, arg, target, mask):
            note_masked(sweep, arg, product, mask)
            continue
        share = sweep.masked(product, mask)
        if target in sweep.wide:
            share = real_part(sweep, share, arg)
            sweep.accumulate(arg, _narrowed(sweep, share, arg))
        elif mask is None and arrays != [arg] and _stays_wide(sweep, arg, target):
            if not is_full(sweep, share, target) and not is_full(sweep, adjoint, target):
                share = full(sweep, share, target)
            sweep.wide.add(arg)
            sweep.adjoints[arg] = real_part(sweep, share, arg)
        elif arrays == [arg]:
            # Nothing else has a shape: that of the argument is that of the value.
            share = real_part(sweep, share, arg)
            # So have partials that are arrays.
            if is_full(sweep, adjoint, target) or isinstance(kind_of(partial), ArrayOf):
                sweep.note_full(share, arg)
            sweep.accumulate(arg, share)
        else:
            share = unbroadcast(sweep, share, target, arg, adjoint)
            hand_on(sweep, arg, target, share, is_masked=mask is not None)


def _is_product(made: Expr) -> bool:
    """Whether this is the product or quotient of two arrays: what is summed over the axes along
    which it was broadcast can be summed for each of them just as well, once it is multiplied."""
    return (
        isinstance(made, Apply)
        and made.op in ("mul", "truediv")
        and all(isinstance(kind_of(a), ArrayOf) for a in made.args)
    )


def _stays_wide(sweep: Reverse, arg: Var, out: Var) -> bool:
    """Whether the adjoint of an argument that may have been broadcast need not be summed yet: then
    the argument, which nobody else reads, isn't computed again to tell its shape."""
    wide, narrow = dims_of(out.kind), dims_of(arg.kind)
    if wide is not None and narrow is not None and summed_axes(wide, narrow) is not None:
        return False
    return (
        not sweep.procedures.compiled
        and arg.temporary
        and isinstance(arg.kind, ArrayOf)
        and arg not in sweep.adjoints
        and arg not in sweep.inputs
        and sweep.is_active(arg)
        and sweep.uses.get(arg) == 1
        and arg in sweep.made_here
        and _is_product(sweep.definitions[arg])
    )


def _narrowed(sweep: Reverse, share: Expr, arg: Var) -> Expr:
    """The contribution to an argument from one that has the shape of something it was broadcast
    to, nobody knows what."""
    if isinstance(arg.kind, Scalar):
        made = Apply("numpy.sum", (share,))
        return sweep.emit(made, kind_of(made))
    return _at_run_time(sweep, share, arg)


def _at_run_time(sweep: Reverse, share: Expr, arg: Var) -> Expr:
    """A contribution summed over axes that only the code that runs can tell."""
    helper = Apply("helper:unbroadcast", (share, arg))
    sweep.note_helpers(helper)
    result = sweep.emit(helper, arg.kind)
    sweep.note_full(result, arg)
    return result


def hand_on(sweep: Reverse, arg: Var, out: Var, share: Expr, is_masked: bool) -> None:
    """Add what was summed over axes. Of what was masked before, what is zero stays zero whatever
    it is multiplied by, where it can't be told that the mask has the shape of the argument."""
    before = sweep.definitions.get(arg)
    if (
        not is_masked
        or not isinstance(share, Var)
        or not isinstance(arg.kind, ArrayOf)
        or fills(dims_of(arg.kind), dims_of(out.kind))
        or arg in sweep.adjoints
        or not isinstance(before, Apply)
        or not _is_elementwise(before)
    ):
        sweep.accumulate(arg, share)
        return
    zero = Apply("eq", (share, ZERO))
    note_masked(sweep, arg, share, Apply("mask", (sweep.emit(zero, kind_of(zero)), Const(1))))


def _is_elementwise(made: Apply) -> bool:
    """Whether an operation is elementwise, on arrays: those on numbers know of no masks."""
    is_of_arrays = registry.by_name(made.op) is not None or any(map(is_array, made.args))
    return is_of_arrays and registry.is_elementwise(made.op)


def passes_mask(sweep: Reverse, arg: Var, out: Var, mask: Expr) -> bool:
    """Whether an adjoint may be handed on unmasked: only an elementwise operation is before it,
    and whatever else contributes to it has the same mask."""
    made = sweep.definitions.get(arg)
    if not isinstance(made, Apply) or arg in sweep.adjoints and sweep.masks.get(arg) != mask:
        return False
    return _is_elementwise(made) and fills(dims_of(arg.kind), dims_of(out.kind))


def note_masked(sweep: Reverse, arg: Var, share: Expr, mask: Expr) -> None:
    """Add to an adjoint that is to be masked when somebody reads it."""
    known = sweep.adjoints.get(arg)
    sweep.adjoints[arg] = (
        share if known is None else sweep.named_adjoint(arg, Apply("add", (known, share)))
    )
    sweep.masks[arg] = mask


def _where(sweep: Reverse, value: Apply, target: Var, adjoint: Expr) -> None:
    """The side that is not taken gets no adjoint: what is infinite there must not become NaN."""
    if len(value.args) != 3:
        return
    test, *sides = value.args
    for side, arg in enumerate(sides):
        if not sweep.is_active(arg):
            continue
        assert isinstance(arg, Var)
        mask = Apply("mask", (test, Const(side)))
        if passes_mask(sweep, arg, target, mask):
            note_masked(sweep, arg, adjoint, mask)
        else:
            made = Apply("numpy.where", (test, *((adjoint, ZERO) if not side else (ZERO, adjoint))))
            chosen = sweep.emit(made, kind_of(made))
            share = unbroadcast(sweep, chosen, target, arg, chosen)
            hand_on(sweep, arg, target, share, is_masked=True)


def unbroadcast(sweep: Reverse, share: Expr, out: Var, arg: Var, adjoint: Expr) -> Expr:
    """The contribution to an argument, from its share of an elementwise operation's adjoint: the
    sum over the axes along which the argument was broadcast. `share` may be smaller than `out`."""
    wide, narrow = dims_of(out.kind), dims_of(arg.kind)
    if not isinstance(arg.kind, ArrayOf):
        narrow = ()
    share = real_part(sweep, share, arg)
    if wide is not None and narrow is not None:
        axes = summed_axes(wide, narrow)
        if axes == ([], []):
            if isinstance(share, Var) and is_full(sweep, adjoint, out):
                sweep.note_full(share, arg)
            return share
        small = dims_of(kind_of(share))
        if axes is not None and small is not None:
            return _summed(sweep, share, small, out, axes)
    if not is_full(sweep, share, out) and not is_full(sweep, adjoint, out):
        share = full(sweep, share, out)
    if narrow == ():
        made = Apply("numpy.sum", (share,))
        return sweep.emit(made, kind_of(made))
    return _at_run_time(sweep, share, arg)


def _summed(
    sweep: Reverse, share: Expr, small: Dims, out: Var, axes: tuple[list[int], list[int]]
) -> Expr:
    """A sum over axes of `out`; what is constant along an axis is multiplied by its length."""
    lacking, ones = axes
    wide = dims_of(out.kind)
    assert wide is not None
    offset = len(wide) - len(small)
    summed = {False: [], True: []}  # type: dict[bool, list[int]]
    factors: list[Expr] = []
    for axis in sorted([*lacking, *ones]):
        at = axis - offset
        if at >= 0 and small[at] != 1:
            summed[axis in ones].append(at)
            continue
        dim = wide[axis]
        if dim == 1:
            continue
        length: Expr = (
            Const(dim)
            if isinstance(dim, int)
            else Apply("getitem", (Apply("numpy.shape", (out,)), Const(axis)))
        )
        factors.append(length)
    if len(factors) == len(wide) > 1 and not any(isinstance(f, Const) for f in factors):
        factors = [Apply("numpy.size", (out,))]
    for keep in (True, False):
        if not summed[keep]:
            continue
        args: tuple[Expr, ...] = (share,)
        if len(summed[keep]) < len(small) or keep:
            found = [Const(a) for a in summed[keep]]
            which = found[0] if len(found) == 1 else Apply("tuple", tuple(found))
            args = (share, Apply("keyword", (Const("axis"), which)))
            if keep:
                args = (*args, Apply("keyword", (Const("keepdims"), Const(True))))
        made = Apply("numpy.sum", args)
        share = sweep.emit(made, kind_of(made))
    # Axes of length 1 that the argument lacks are taken away.
    extra = [a - offset for a in lacking if a - offset >= 0 and small[a - offset] == 1]
    if extra and not isinstance(kind_of(share), Scalar):
        gone = len(extra)
        index = Apply("tuple", (*(Const(0) for _ in range(gone)), ALL))
        made = Apply("getitem", (share, index))
        share = sweep.emit(made, kind_of(made))
    for factor in factors:
        if isinstance(factor, Apply):
            factor = sweep.emit(factor, INTEGER)
        share = sweep.times(share, factor)
    return share


def _values(args: tuple[Expr, ...]) -> Iterator[Expr]:
    """The values among arguments, those in sequences one by one."""
    for arg in args:
        if isinstance(arg, Apply) and arg.op in STRUCTURE:
            yield from _values(arg.args)
        else:
            yield arg


# --- items and stores ----------------------------------------------------------------------------


def add_to_items(sweep: Reverse, array: Expr, index: Expr, share: Expr) -> None:
    """Add to the adjoint of array[index]."""
    if not sweep.is_active(array):
        return
    assert isinstance(array, Var)
    if index == ALL or array.kind == ArrayOf(item_of(array.kind), ()) and index == NO_AXES:
        sweep.accumulate(array, share)
        return
    if (taken := _without_new_axes(array, index, share)) is not None:
        sweep.accumulate(array, _summed_or_taken(sweep, share, taken))
        return
    known = sweep.adjoint_or_zero(array)
    known = owned(sweep, known, array)
    op = "scatter_add" if repeats(index) else "add_at"
    sweep.replace(array, Apply(op, (known, index, share)))


def _without_new_axes(array: Var, index: Expr, share: Expr) -> Expr | None:
    """Of array[index] that only adds axes, the index that takes them away again."""
    parts = index.args if isinstance(index, Apply) and index.op == "tuple" else (index,)
    new = Const(None)
    if new not in parts or any(p not in (new, ALL, EVERYTHING) for p in parts):
        return None
    rank, made = (k.rank if isinstance(k := kind_of(e), ArrayOf) else None for e in (array, share))
    if rank is None or made != rank + parts.count(new):
        return None
    return Apply("tuple", tuple(Const(0) if p == new else p for p in parts))


def _summed_or_taken(sweep: Reverse, share: Expr, index: Expr) -> Expr:
    """share[index], where the index takes axes of length 1 away. A sum that has just been made
    need not keep them."""
    last = sweep.out[-1] if sweep.out else None
    if isinstance(last, Stage) and last.target is share and isinstance(index, Apply):
        match last.value:
            case Apply(
                op="numpy.sum",
                args=(whole, Apply(args=(Const("axis"), axis)), Apply(args=(Const("keepdims"), _))),
            ):
                axes = axis.args if isinstance(axis, Apply) else (axis,)
                gone = tuple(Const(i) for i, p in enumerate(index.args) if p == Const(0))
                if axes == gone and ALL not in index.args:
                    made = Apply("numpy.sum", (whole, Apply("keyword", (Const("axis"), axis))))
                    return sweep.emit(made, kind_of(made))
    made = Apply("getitem", (share, index))
    return sweep.emit(made, kind_of(made))


def _store(sweep: Reverse, value: Apply, target: Var, adjoint: Expr) -> None:
    holder, index, item = value.args
    small = not is_full(sweep, adjoint, target)
    part: Expr = adjoint
    if small and dims_of(kind_of(adjoint)) != () and index != ALL:
        part = adjoint = owned(sweep, adjoint, target)
        small = False

    def stored() -> Expr:
        """The adjoint of what is in the place after the store."""
        if index == ALL or small and not repeats(index):
            return part
        if value.op == "setitem" and repeats(index):
            where = index
            if isinstance(index, Apply) and index.op in STRUCTURE:
                where = _index_value(index)
            made = Apply("helper:adjoint_of_stored", (owned(sweep, adjoint, target), where))
            sweep.note_helpers(made)
            return sweep.emit(made, kind_of(Apply("getitem", (target, index))))
        made = Apply("getitem", (adjoint, index))
        return sweep.emit(made, kind_of(made))

    place = Apply("getitem", (holder, index)) if index != ALL else holder
    if value.op in ("setitem", "add_at", "sub_at", "scatter_add"):
        if sweep.is_active(item):
            share = stored()
            if value.op == "sub_at":
                share = sweep.negated(share)
            _to_item(sweep, share, place, item)
        if sweep.is_active(holder):
            if value.op != "setitem":
                sweep.pass_on(holder, adjoint)
            elif index != ALL:
                whole = owned(sweep, adjoint, target)
                sweep.pass_on(holder, whole, Apply("setitem", (whole, index, ZERO)))
        return
    before, after = Var("before", kind_of(place)), Var("after", kind_of(place))
    constant = sweep.procedures.constant(item)
    partial = operator_partials(value.op.removesuffix("_at"), (before, constant), after)
    if sweep.is_active(item):
        slope = partial[1] if partial[1] is not None else ZERO
        reads = set(variables(slope))
        known: dict[Var, Expr] = {}
        if before in reads:
            known[before] = sweep.read_beside(place, kind_of(place), before=True)
        if after in reads:
            new = target if index == ALL else Apply("getitem", (target, index))
            known[after] = sweep.read_beside(new, kind_of(place), before=False)
        share = sweep.times(stored(), substitute(slope, known))
        _to_item(sweep, share, place, item)
    if sweep.is_active(holder):
        if index == ALL:
            sweep.pass_on(holder, sweep.times(adjoint, partial[0] or ZERO))
        else:
            whole = owned(sweep, adjoint, target)
            sweep.pass_on(holder, whole, Apply(value.op, (whole, index, item)))


def _index_value(index: Expr) -> Expr:
    """An index as a value that can be passed on: slices are written out."""
    if isinstance(index, Apply) and index.op == "slice":
        return Opaque("slice(_0, _1, _2)", index.args, pure=True)
    if isinstance(index, Apply) and index.op in ("tuple", "list"):
        return Apply(index.op, tuple(map(_index_value, index.args)))
    return index


def _to_item(sweep: Reverse, share: Expr, place: Expr, item: Expr) -> None:
    """The contribution to what was stored into a place, along which it was broadcast."""
    assert isinstance(item, Var)
    if isinstance(place, Apply) and _comes_from(sweep, item, place):
        share = real_part(sweep, share, item)
        if dims_of(kind_of(share)) != ():
            sweep.note_full(share, item)
        sweep.accumulate(item, share)
        return
    out = Var("place", kind_of(place))
    wide, narrow = dims_of(out.kind), dims_of(item.kind)
    if isinstance(out.kind, ArrayOf) and (
        wide is None or narrow is None or summed_axes(wide, narrow) != ([], [])
    ):
        if isinstance(place, Apply):
            out = sweep.emit(place, kind_of(place))
        else:
            assert isinstance(place, Var)
            out = place
        share = full(sweep, share, out)
    sweep.accumulate(item, unbroadcast(sweep, share, out, item, share))


def _comes_from(sweep: Reverse, item: Var, place: Apply) -> bool:
    """Whether what is stored into a place is what was there, with items that have changed: it has
    the same shape, then."""
    first = _first_version(sweep, item)
    made = sweep.definitions.get(first) if isinstance(first, Var) else None
    if not isinstance(made, Apply) or made.op != "getitem" or made.args[1] != place.args[1]:
        return False
    return _first_version(sweep, made.args[0]) == _first_version(sweep, place.args[0])


def _first_version(sweep: Reverse, array: Expr) -> Expr:
    """The array that an array was before it was changed or copied."""
    made = sweep.definitions.get(array) if isinstance(array, Var) else None
    while isinstance(made, Apply) and (made.op in STORES or made.op == "copy"):
        array = made.args[0]
        made = sweep.definitions.get(array) if isinstance(array, Var) else None
    return array


# --- functions with rules of their own -----------------------------------------------------------


def _item_of_tuple(sweep: Reverse, value: Apply, adjoint: Expr) -> None:
    whole, at = value.args
    assert isinstance(whole, Var) and isinstance(at, Const)
    parts = sweep.parts.setdefault(whole, {})
    known = parts.get(at.value)
    if known is not None:
        made = Apply("add", (known, adjoint))
        adjoint = sweep.emit(made, kind_of(made))
    parts[at.value] = adjoint


def _call(sweep: Reverse, value: Apply, target: Var, adjoint: Expr | dict[int, Expr]) -> None:
    primitive = registry.by_name(value.op)
    assert primitive is not None
    if primitive.adjoint is None:
        return
    ans: object
    dout: object
    if isinstance(adjoint, dict):
        assert isinstance(target.kind, TupleOf)
        answers = [sweep.item_of(target, i, kind) for i, kind in enumerate(target.kind.items)]
        ans = tuple(Node(a, a.kind) for a in answers)
        dout = tuple(
            _node(full(sweep, adjoint[i], a)) if i in adjoint else None
            for i, a in enumerate(answers)
        )
    else:
        ans = Node(target, target.kind)
        if not primitive.spreads and isinstance(target.kind, ArrayOf):
            adjoint = full(sweep, adjoint, target)
        dout = _node(adjoint)
    is_complex = any(item_of(kind_of(a)) is COMPLEX for a in _values(value.args)) or any(
        n is not None and n.item is COMPLEX for n in (dout if isinstance(dout, tuple) else (dout,))
    )
    active = frozenset(a for a in variables(value) if sweep.is_active(a))
    for arg, node in registry.contributions(primitive, value.args, ans, dout):
        if arg not in active:
            continue
        assert isinstance(arg, Var)
        share = sweep.expand(node.expr, node.kind)
        by_helper = isinstance(node.expr, Apply) and node.expr.op.startswith("helper:")
        share = real_part(sweep, share, arg, by_helper and is_complex)
        if isinstance(arg.kind, ListOf) and not (
            by_helper and (primitive.sequences or primitive.nested)
        ):
            share = _listed(sweep, share, arg)
        if by_helper:
            sweep.note_full(share, arg)
        sweep.accumulate(arg, share)


def _listed(sweep: Reverse, share: Expr, items: Var) -> Expr:
    """The contribution to a list that was taken for an array, as a list."""
    assert isinstance(items.kind, ListOf)
    inner, dims = dims_of(items.kind.item), dims_of(kind_of(share))
    if dims is None or inner is None or len(dims) <= len(inner) or 1 in dims:
        shape = Apply("numpy.shape", (items,))
        kind = ArrayOf(item_of(kind_of(share)), None)
        share = sweep.emit(Apply("numpy.broadcast_to", (share, shape)), kind)
        share = sweep.emit(Apply("copy", (share,)), kind)
    op = "ndarray.tolist" if isinstance(items.kind.item, Scalar) else "builtins.list"
    return sweep.emit(Apply(op, (share,)), items.kind)


def _node(expr: Expr) -> Node:
    return Node(expr, kind_of(expr))
