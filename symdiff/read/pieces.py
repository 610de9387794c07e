"""What np.split and its like make: each piece is a slice of the array, and changes with it."""

from __future__ import annotations

import ast

from symdiff.errors import NotDifferentiable
from symdiff.read.memory import EVERYTHING, Memory
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.nodes import Node
from symdiff.rules.arrays.registry import ArrayPrimitive
from symdiff.stages import INTEGER, Apply, ArrayOf, Const, Expr, Var

AXES = {"numpy.vsplit": 0, "numpy.hsplit": 1, "numpy.dsplit": 2}


class Pieces(Memory):
    """Views that are made several at a time."""

    def note_pieces(
        self, items: tuple[Var, ...], primitive: ArrayPrimitive, made: Apply, node: ast.AST
    ) -> None:
        """What the items of a tuple of views share memory with."""
        slices = self.slices(primitive, made, len(items), node)
        for item, index in zip(items, slices or (None,) * len(items), strict=True):
            base = made.args[0]
            if index is None or not isinstance(base, Var):
                self.note_parts(item, made)
            else:
                self.note_view(item, base, Apply("getitem", (base, index)), certain=True)

    def slices(
        self, primitive: ArrayPrimitive, made: Apply, count: int, node: ast.AST
    ) -> list[Expr] | None:
        """The pieces of an array as slices of it; None where they can't be told."""
        if not primitive.name.endswith("split"):
            return None
        try:
            given = registry.bind(primitive, made.args).arguments
        except NotDifferentiable:
            return None
        array, *_ = given.values()
        at = given.get("indices_or_sections")
        axis = AXES.get(primitive.name, given.get("axis", 0))
        rank = array.rank if isinstance(array, Node) else None
        if rank is None or not isinstance(axis, int):
            return None
        if primitive.name == "numpy.hsplit" and rank == 1:
            axis = 0
        axis %= rank
        bounds = self.bounds(primitive.name, array, axis, at, count, node)
        if bounds is None:
            return None
        cuts = [
            Apply("slice", (start, stop, Const(None)))
            for start, stop in zip([Const(None), *bounds], [*bounds, Const(None)], strict=True)
        ]
        return [Apply("tuple", (*[EVERYTHING] * axis, cut)) if axis else cut for cut in cuts]

    def bounds(
        self, name: str, array: Node, axis: int, at: object, count: int, node: ast.AST
    ) -> list[Expr] | None:
        """Where the pieces but the first begin."""
        if isinstance(at, (tuple, list)):
            known = all(type(i) is int and i >= 0 for i in at) and sorted(at) == [*at]
            return [Const(i) for i in at] if known else None
        if type(at) is not int or not isinstance(array.kind, ArrayOf) or array.dims is None:
            return None
        length = array.dims[axis]
        if isinstance(length, int):
            short, longer = divmod(length, count)
            return [Const(i * short + min(i, longer)) for i in range(1, count)]
        size = Apply("getitem", (Apply("numpy.shape", (array.expr,)), Const(axis)))
        whole = self.emit(size, INTEGER, node)
        each = self.emit(Apply("floordiv", (whole, Const(count))), INTEGER, node)
        found: list[Expr] = []
        for i in range(1, count):
            begin: Expr = self.emit(Apply("mul", (Const(i), each)), INTEGER, node)
            if name == "numpy.array_split":  # the first pieces are longer by one
                more = self.emit(Apply("mod", (whole, Const(count))), INTEGER, node)
                least = self.emit(Apply("min", (Const(i), more)), INTEGER, node)
                begin = self.emit(Apply("add", (begin, least)), INTEGER, node)
            found.append(begin)
        return found
