"""Arrays that rounds of a loop use one after the other, though none reads what another has left."""

from __future__ import annotations

import ast

from symdiff.stages import STACK, ArrayOf, Extent, Var
from symdiff.write.parallel.flow import Names, bound_in
from symdiff.write.parallel.round import (
    Round,
    bound_of,
    bounds_of,
    is_all,
    names_in,
    parts_of,
)


class Scratch(Round):
    """What a round does to arrays that may be scratch."""

    def is_put_and_taken(self, name: str) -> bool:
        """Whether kept values are put and taken in the rounds of this loop only."""
        if any(k is not STACK for k in self.function.kinds_of(name)):
            return False
        inside = sum(node.id == name for node in names_in(self.body))
        return sum(node.id == name for node in names_in(self.function.made.body)) == inside + 1

    def is_set_first(self, name: str) -> bool:
        return self.scan(self.body, name) in ("set", "safe", "untouched")

    def scan(self, block: list[ast.stmt], name: str) -> str:
        """What a block does to an array whose elements are unknown: leaves it "untouched", makes
        it all "set", is "safe" to read only what it has set, or none of these: "exposed"."""
        state = "untouched"
        for statement in block:
            if not self.touches(statement, name):
                continue
            if self.sets(statement, name, ()):
                return "set"
            match statement:
                case ast.For(iter=head, body=body) | ast.While(test=head, body=body):
                    found = [self.scan(body, name)]
                case ast.If(test=head, body=body, orelse=orelse):
                    found = [self.scan(body, name), self.scan(orelse, name)]
                case _:
                    return "exposed"
            if self.touches(head, name) or "exposed" in found:
                return "exposed"
            state = "safe"
        return state

    def sets(self, statement: ast.stmt, name: str, at: tuple[str, ...], zero: bool = False) -> bool:
        """Whether a statement sets all elements of an array at an index, to zero, before it reads
        any of them."""
        match statement:
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id=other), slice=index)], value=value
            ) if other == name:
                parts = [p for p in parts_of(index) if not is_all(p)]
                if self.touches(value, name) or [ast.unparse(p) for p in parts] != [*at]:
                    return False
                return not zero or isinstance(value, ast.Constant) and value.value == 0
            case ast.For(target=ast.Name(id=index), body=body) if self.covers(
                statement, name, len(at)
            ):
                here = (*at, index)
                if set(here) & bound_in(body) or any(
                    isinstance(n, (ast.Break, ast.Continue)) for n in ast.walk(statement)
                ):
                    return False
                touching = [s for s in body if self.touches(s, name)]
                if not all(self.only_at(s, name, here, changes=zero) for s in touching):
                    return False
                if zero:
                    changing = [s for s in touching if name in self.changes(s)]
                    return bool(changing) and self.sets(changing[-1], name, here, zero)
                return bool(touching) and self.sets(touching[0], name, here)
        return False

    def only_at(self, statement: ast.stmt, name: str, at: tuple[str, ...], changes: bool) -> bool:
        """Whether a statement meets an array only at indices that begin like this; or whether it
        changes it there only."""
        for node in self.occurrences({name}, [statement]):
            parent = self.parents[node]
            if not isinstance(parent, ast.Subscript):
                return False
            if changes and isinstance(parent.ctx, ast.Load):
                continue
            parts = [ast.unparse(p) for p in parts_of(parent.slice)]
            if parts[: len(at)] != [*at]:
                return False
        return True

    def changes(self, statement: ast.stmt) -> Names:
        return frozenset(self.function.changed([statement]))

    def changed_by(self, node: ast.AST) -> Names:
        """What a statement itself changes, not those in its blocks."""
        if not isinstance(node, ast.stmt) or hasattr(node, "body"):
            return frozenset()
        return self.changes(node)

    def is_zero_between(self, name: str) -> bool:
        """Whether an array is zero before the loop, and after each round that began with zero."""
        made = [
            node
            for statement in self.reached
            for node in ast.walk(statement)
            if name in bound_of(node) or name in self.changed_by(node)
        ]
        outside = [node for node in made if node not in self.parents and node is not self.loop]
        match outside:
            case [ast.Assign(value=ast.Call(func=ast.Attribute(attr="zeros" | "zeros_like")))]:
                return self.stays_zero(self.body, name, True)
        return False

    def stays_zero(self, block: list[ast.stmt], name: str, zero: bool) -> bool:
        """Whether an array is zero at the end of a block."""
        for statement in block:
            if not any(n.id == name for n in names_in([statement])):
                continue
            if self.sets(statement, name, (), zero=True):
                zero = True
                continue
            match statement:
                case ast.For(body=body) | ast.While(body=body):
                    zero = zero and self.stays_zero(body, name, True)
                case ast.If(body=body, orelse=orelse):
                    zero = self.stays_zero(body, name, zero) and self.stays_zero(orelse, name, zero)
                case _:
                    zero = zero and name not in self.changes(statement) | bound_of(statement)
        return zero

    # --- lengths

    def covers(self, loop: ast.For, name: str, axis: int) -> bool:
        """Whether a loop runs over all indices of an axis of an array."""
        bounds = bounds_of(loop)
        if bounds is None:
            return False
        length = self.length(name, axis)
        known = isinstance(bounds[0], ast.Constant) and bounds[0].value == 0
        return known and length is not None and self.told(bounds[1]) == length

    def length(self, name: str, axis: int) -> str | None:
        found: set[str | None] = set()
        for kind in self.function.kinds_of(name):
            dims = kind.dims if isinstance(kind, ArrayOf) else None
            if dims is None or axis >= len(dims):
                return None
            dim = dims[axis]
            if isinstance(dim, Extent):
                match dim:
                    case Extent(terms=((size, 1),), constant=0) if isinstance(size.of, tuple):
                        found.add(f"{size.of[0]}.shape[{size.of[1]}]")
                    case Extent(terms=((size, 1),), constant=0) if isinstance(size.of, Var):
                        of = size.of
                        names = [n for n, vs in self.function.kinds.items() if of in vs]
                        found.add(self.told(ast.Name(names[0], ast.Load())) if names else None)
                    case _:
                        return None
            else:
                found.add(None if dim is None else str(dim))
        return found.pop() if len(found) == 1 else None

    def told(self, expr: ast.expr) -> str | None:
        """An integer as text, in terms of what no statement changes."""
        match expr:
            case ast.Constant(value=value):
                return str(value)
            case ast.Name(id=name):
                values = self.groups.values.get(name, [])
                if not values:
                    return name if name in self.function.params else None
                if name in self.function.params or len(values) > 1 or values[0] is None:
                    return None
                return self.told(values[0])
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
                return self.length(name, 0)
            case ast.Subscript(
                value=ast.Attribute(value=ast.Name(id=name), attr="shape"),
                slice=ast.Constant(value=int(axis)),
            ):
                return self.length(name, axis)
            case ast.BinOp(left=left, op=op, right=right):
                sides = self.told(left), self.told(right)
                if None not in sides:
                    return f"({sides[0]} {type(op).__name__} {sides[1]})"
        return None
