"""Reading statements: every node of Python's statement grammar is read, or refused in fence.py."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import partial
from typing import Any

from symdiff.errors import SymdiffError
from symdiff.read.arrays import AUGMENTED
from symdiff.read.core import Growing, Slot, has_real
from symdiff.read.desugar import VALUE
from symdiff.read.expressions import BINARY
from symdiff.read.failing import Failing
from symdiff.read.fence import offences
from symdiff.read.names import written_in
from symdiff.read.records import last_name
from symdiff.read.standing import standing_class
from symdiff.read.values import (
    Builtin,
    Class,
    Function,
    Iterator,
    LiveObject,
    Method,
    Partial,
    Ref,
    Runtime,
    Tuple,
    Undefined,
    Unknown,
    Value,
    join,
    kind_of,
    literal_key,
)
from symdiff.stages import (
    INTEGER,
    OBJECT,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Global,
    ListOf,
    Loop,
    Opaque,
    Passive,
    Scope,
    Stage,
    Var,
    ends,
)


class NotSimple(Exception):
    """The test of a while loop is more than one expression after all."""


class Statements(Failing):
    """What each statement does to the state."""

    def statements(self, body: list[ast.stmt]) -> None:
        for stmt in body:
            self.reading_at, size = stmt, len(self.block)
            try:
                self.statement(stmt)
            except SymdiffError as error:
                # Go on, so that all offences are reported together; what this line assigns is
                # unknown.
                self.offences.append(error)
                for name in written_in([stmt]):
                    self.assign_name(name, Unknown())
            if ends(self.block[size:]):
                return  # what follows is never reached

    def statement(self, stmt: ast.stmt) -> None:
        match stmt:
            case ast.Assign(targets=targets, value=value):
                if isinstance(value, ast.ListComp) and isinstance(targets[0], ast.Name):
                    self.list_names[value] = targets[0].id
                given = self.evaluate(value)
                for target in targets[:-1]:
                    given, _ = self.in_order(
                        given, stmt, partial(self.assign_target, target, given)
                    )
                self.assign_target(targets[-1], given)
            case ast.AnnAssign(target=target, value=annotated):
                if annotated is not None:
                    self.assign_target(target, self.evaluate(annotated))
            case ast.AugAssign():
                self.augmented(stmt)
            case ast.Expr(value=expr):
                self.expression_statement(expr)
            case ast.If(test=test, body=then, orelse=orelse):
                self.branch(
                    self.test(test),
                    lambda: self.statements(then),
                    lambda: self.statements(orelse),
                    stmt,
                )
            case ast.For():
                self.for_loop(stmt)
            case ast.While():
                self.while_loop(stmt)
            case ast.FunctionDef():
                self.define(stmt)
            case ast.Raise():
                self.passive_statement(stmt, terminates=True)
            case ast.Assert():
                self.passive_statement(stmt, terminates=False)
            case ast.With():
                self.with_block(stmt)
            case ast.Delete(targets=targets):
                for target in targets:
                    self.delete(target)
            case ast.Pass() | ast.Nonlocal():
                pass
            case _:
                raise self.refuse(stmt, offences_of(stmt))

    def delete(self, target: ast.expr) -> None:
        match target:
            case ast.Name(id=name):
                value = self.lookup(name, target)
                if self.frame.owner(name) is not self.frame:
                    raise self.refuse(target, f"{name!r} belongs to another function")
                if has_real(value) or isinstance(value, Ref):
                    raise self.refuse(
                        target,
                        "'del' of an active name is not supported in a differentiated function",
                        fix="Leave the name alone: it ends with the function.",
                    )
                self.write_slot((self.frame, name), Undefined())
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                for elt in elts:
                    self.delete(elt)
            case ast.Subscript(value=value, slice=index):
                holder = self.evaluate(value)
                if not isinstance(holder, Ref):
                    raise self.refuse(
                        target, "only items of lists and dicts of this function can be deleted"
                    )
                if isinstance(index, ast.Slice):
                    self.store_slice(holder, self.slice_parts(index), Tuple(()), target)
                    return
                if holder.identity.kind == "instance":
                    method = self.instance_attribute(holder, "__delitem__", target)
                    if method is None:
                        raise self.refuse(target, "items of this object can't be deleted")
                    self.apply_function(method, [self.evaluate(index)], {}, target)
                    return
                self.call_method(Method(holder, "pop"), [self.evaluate(index)], {}, target)
            case _:
                raise self.refuse(target, "an attribute can't be deleted here")

    # --- assignment ---

    def assign_target(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name(id=name):
                if name == VALUE:
                    self.shared.returns.setdefault(id(self.frame), []).append((target, value))
                if isinstance(value, Ref) and value.identity.name in ("items", value.identity.kind):
                    value.identity.name = name if not name.startswith("%") else value.identity.name
                self.used_once(name, value, target)
                self.claim(value, name)
                self.assign_name(name, value)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                self.unpack(elts, value, target)
            case ast.Subscript(value=container, slice=index):
                self.store_into(container, index, value, target)
            case ast.Attribute(value=holder, attr=attr):
                owner = self.evaluate(holder)
                if not isinstance(owner, Ref):
                    raise self.refuse(
                        target, "attributes can only be set on objects made in the function"
                    )
                self.set_attribute(owner, attr, value, target)
            case ast.Starred(value=inner):
                self.assign_target(inner, value)
            case _:
                raise self.refuse(target, "this can't be assigned to")

    def unpack(self, elts: list[ast.expr], value: Value, node: ast.AST) -> None:
        value = self.certain(value, node, "cannot unpack non-iterable NoneType object")
        if value == Const(None):
            value = self.raising(TypeError("cannot unpack non-iterable NoneType object"), node)
        if isinstance(value, Unknown):
            for elt in elts:
                self.assign_target(elt, value)
            return
        items = self.written_out_items(value, node) if not isinstance(value, Var) else None
        stars = [i for i, e in enumerate(elts) if isinstance(e, ast.Starred)]
        if items is None and stars and not isinstance(value, Iterator):
            self.unpack_around_star(elts, stars[0], value, node)
            return
        if items is None:
            if isinstance(value, Iterator):
                raise self.refuse(
                    node, "a sequence whose length is not known can't be unpacked here"
                )
            if (
                isinstance(value, Runtime)
                and not isinstance(kind_of(value), (ListOf, ArrayOf))
                and kind_of(value) is not OBJECT
            ):
                raise self.not_a_list(node, "a number can't be unpacked", None)
            items = [self.item(value, Const(i), node) for i in range(len(elts))]
        if stars:
            at, after = stars[0], len(elts) - stars[0] - 1
            middle = self.new_object("list", tuple(items[at : len(items) - after]))
            items = [*items[:at], middle, *items[len(items) - after :]]
        if len(items) != len(elts):
            raise self.refuse(node, f"{len(items)} values can't be unpacked into {len(elts)} names")
        # What is stored into an array by one of them, the others see: A[i], A[j] = A[j], A[i].
        slots = [self.hold(item) if self.holds_arrays(item) else None for item in items]
        for elt, item, slot in zip(elts, items, slots, strict=True):
            self.assign_target(elt, item if slot is None else self.taken(slot, node))

    def unpack_around_star(
        self, elts: list[ast.expr], star: int, value: Value, node: ast.AST
    ) -> None:
        """first, *middle, last = value, for a list of a length known at run time only."""
        after = len(elts) - star - 1
        if self.is_dynamic_list(value):
            short = self.apply("lt", (self.length_of(value, node), Const(len(elts) - 1)), node)
            self.branch(short, partial(self.fail_to_unpack, node), lambda: None, node)
        middle = ast.Slice(ast.Constant(star), ast.Constant(-after) if after else None)
        rest = self.sliced(value, ast.copy_location(middle, node), node)
        for i, elt in enumerate(elts):
            if isinstance(elt, ast.Starred):
                self.assign_target(elt.value, rest)
            else:
                self.assign_target(elt, self.item(value, Const(i - (i > star) * len(elts)), node))

    def fail_to_unpack(self, node: ast.AST) -> None:
        text = "raise ValueError('not enough values to unpack')"
        self.block.append(Passive(text, (), True, self.place(node)))

    def store_into(
        self,
        container: ast.expr,
        index: ast.expr,
        value: Value,
        node: ast.AST,
        changed: bool = False,
    ) -> None:
        """container[index] = value, where the container may be an item of another; `changed`: it is
        the same row as before, in which something has changed."""
        holder = self.evaluate(container)
        if (
            isinstance(holder, Var)
            and isinstance(holder.kind, ListOf)
            and isinstance(container, ast.Subscript)
            and not isinstance(container.slice, ast.Slice)
            and not isinstance(index, ast.Slice)
        ):
            # A row of a list of lists, which is held by value: update the row, then store it back.
            at = self.atom(self.evaluate(index), node)
            if isinstance(value, Ref):
                value.identity.frozen = True
            item = self.atom(value, node)
            kind = ListOf(join(holder.kind.item, kind_of(item)))
            row = self.emit(Apply("setitem", (holder, at, item)), kind, node, holder.base)
            self.store_into(container.value, container.slice, row, node, changed=True)
            return
        if not changed or not isinstance(holder, Ref):
            self.store(holder, index, value, node)
            return
        self.refuse_rows_that_stand_twice(holder, node)
        self.store(holder, index, value, node)
        self.forget_rows(holder)

    def store(self, container: Value, index: ast.expr, value: Value, node: ast.AST) -> None:
        """container[index] = value"""
        if isinstance(container, Var) and isinstance(container.kind, ArrayOf):
            self.store_array(container, self.index(index), value, node)
            return
        if not isinstance(container, Ref):
            if isinstance(container, Unknown):
                return
            raise self.refuse(node, "only lists and dicts of this function can be stored into")
        if container.identity.kind == "instance":
            method = self.instance_attribute(container, "__setitem__", node)
            if method is None:
                raise self.refuse(node, "this object can't be stored into")
            self.apply_function(method, [self.evaluate(index), value], {}, node)
            return
        if isinstance(index, ast.Slice):
            self.store_slice(container, self.slice_parts(index), value, node)
            return
        at = self.evaluate(index)
        if isinstance(at, Const) and self.set_part(container, at.value, value, node):
            return
        content = self.content(container)
        if isinstance(at, Iterator) and at.name == "slice":
            self.store_slice(container, list(at.args), value, node)
            return
        if isinstance(content, dict):
            if literal_key(at) is not None:
                at = Const(literal_key(at))
            if not isinstance(at, Const):
                why = "the key of a dict must be known when the function is read"
                fix = "Use a list, or choose with if / elif."
                if self.attempts:
                    raise Growing(why, fix)
                raise self.refuse(node, why, fix=fix)
            self.claim(value, str(at.value) if str(at.value).isidentifier() else "item")
            self.set_content(container, {**content, at.value: value}, node)
        elif isinstance(content, tuple) and isinstance(at, Const):
            items = list(content)
            if not -len(items) <= at.value < len(items):
                raise self.refuse(
                    node, f"index {at.value} is out of range: there are {len(items)} items"
                )
            items[at.value] = value
            self.set_content(container, tuple(items), node)
        else:
            self.set_item(container, at, value, node)

    def store_slice(self, ref: Ref, parts: list[Value], value: Value, node: ast.AST) -> None:
        """ref[a:b] = value, or with a step"""
        given = self.items(value, node)
        content = self.content(ref)
        if (
            isinstance(content, tuple)
            and given is not None
            and all(isinstance(p, Const) for p in parts)
        ):
            items = list(content)
            try:
                items[slice(*(p.value for p in parts if isinstance(p, Const)))] = given
            except ValueError as error:
                raise self.refuse(node, str(error)) from None
            self.set_content(ref, tuple(items), node)
            return
        if parts[2] not in (Const(None), Const(1)):
            raise self.refuse(
                node,
                "a slice with a step can't be stored into where the length is not known",
                fix="Store its items in a loop.",
            )
        self.replace_slice(ref, parts, value, node)

    def replace_slice(self, ref: Ref, parts: list[Value], value: Value, node: ast.AST) -> None:
        """A new list: what stands before the slice, the new items, and what stands after it."""
        size = self.emit(Apply("len", (self.dynamic(ref, node),)), INTEGER, node)
        text = "slice(_0, _1).indices(_2)[_3]"
        ends: list[Expr] = [self.atom(p, node) for p in parts[:2]]
        first = self.emit(Opaque(text, (*ends, size, Const(0)), pure=True), INTEGER, node)
        last = self.emit(Opaque(text, (*ends, size, Const(1)), pure=True), INTEGER, node)
        last = self.emit(Apply("max", (first, last)), INTEGER, node)
        content = self.dynamic(ref, node)
        middle = self.dynamic(self.to_list(value, node), node)
        kind = join(kind_of(content), kind_of(middle))
        pieces: list[Expr] = []
        for low, high in ((None, first), (last, None)):
            ends = [Const(None) if e is None else e for e in (low, high)]
            at = Apply("slice", (*ends, Const(None)))
            pieces.append(self.emit(Apply("getitem", (content, at)), kind_of(content), node))
        made = self.emit(Apply("add", (pieces[0], middle)), kind, node)
        made = self.emit(Apply("add", (made, pieces[1])), kind, node, ref.identity.name)
        self.set_content(ref, made, node)

    def augmented(self, stmt: ast.AugAssign) -> None:
        target, op = stmt.target, BINARY.get(type(stmt.op))
        if op is None:
            old = self.evaluate(_as_load(target))
            old, value = self.in_order(old, stmt, lambda: self.evaluate(stmt.value))
            made = self.matmul(old, value, stmt)
            if isinstance(old, Var) and isinstance(old.kind, ArrayOf):
                self.store_array(old, Const(Ellipsis), made, stmt)
            else:
                self.assign_target(target, made)
            return
        if isinstance(target, ast.Subscript) and self.augmented_item(target, op, stmt):
            return
        if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
            container, at = self.evaluate(target.value), self.evaluate(target.slice)
            old = self.item(container, at, target)
            old, value = self.in_order(old, stmt, lambda: self.evaluate(stmt.value))
            if isinstance(old, Var) and isinstance(old.kind, ArrayOf) and old.kind.dims:
                self.augmented_array(old, Const(Ellipsis), op, value, target, stmt)
                return
            new = self.binary(op, old, value, stmt)
            if isinstance(old, Var) and isinstance(old.kind, ArrayOf) and old not in self.scalars:
                self.doubt(old, stmt)
            slot = (self.frame, self.fresh("index"))
            self.state[slot] = at
            self.frame.names.add(slot[1])
            name = ast.copy_location(ast.Name(slot[1], ast.Load()), target)
            is_row = isinstance(old, Var) and isinstance(old.kind, ListOf)
            self.store_into(target.value, name, new, target, changed=is_row)
            del self.state[slot]
            return
        old = self.evaluate(_as_load(target))
        old, value = self.in_order(old, stmt, lambda: self.evaluate(stmt.value))
        if isinstance(old, Var) and isinstance(old.kind, ArrayOf) and old not in self.scalars:
            self.augmented_array(old, Const(Ellipsis), op, value, target, stmt)
            return
        if isinstance(old, Ref) and old.identity.kind == "instance":
            method = self.special(old, f"__i{op.rstrip('_')}__", stmt)
            if method is not None:
                self.assign_target(target, self.apply_function(method, [value], {}, stmt))
                return
        if isinstance(old, Ref) and old.identity.kind == "dict" and op == "or_":
            self.dict_update(old, [value], {}, stmt)
            return
        if isinstance(old, Ref) and old.identity.kind == "list":
            # += and *= update a list in place: aliases see it.
            if op == "add":
                self.list_extend(old, [value], {}, stmt)
            else:
                made = self.binary(op, old, value, stmt)
                assert isinstance(made, Ref)
                self.set_content(old, self.content(made), stmt)
            return
        self.assign_target(target, self.binary(op, old, value, stmt))

    def augmented_item(self, target: ast.Subscript, op: str, stmt: ast.AugAssign) -> bool:
        """container[index] op= value, if the container is an array."""
        size, state = len(self.block), dict(self.state)
        holder = self.evaluate(target.value)
        if not (isinstance(holder, Var) and isinstance(holder.kind, ArrayOf)):
            del self.block[size:]
            self.state = state
            return False
        index = self.index(target.slice)
        now, value = self.in_order(holder, stmt, lambda: self.evaluate(stmt.value))
        assert isinstance(now, Var)
        self.augmented_array(now, index, op, value, target, stmt)
        return True

    def augmented_array(
        self,
        array: Var,
        index: Expr,
        op: str,
        value: Value,
        target: ast.expr,
        stmt: ast.AugAssign,
    ) -> None:
        """array[index] op= value, which changes the array itself."""
        kind = array.kind
        assert isinstance(kind, ArrayOf)
        if index == Const(Ellipsis) and not kind.dims:
            # It may be a number, which is not changed, or an array, which is.
            made = self.binary(op, array, value, stmt)
            self.scalars -= {made}
            self.doubt(array, stmt)
            self.assign_target(target, made)
            return
        if op in AUGMENTED:
            self.store_array(array, index, value, stmt, AUGMENTED[op])
            return
        old = array if index == Const(Ellipsis) else self.array_item(array, index, stmt)
        self.store_array(array, index, self.binary(op, old, value, stmt), stmt)

    def stored_value(self, value: Value, node: ast.AST) -> Expr:
        if isinstance(value, (Tuple, Ref)):
            value = self.array_call("numpy.array", [value], {}, node)
        return self.atom(value, node)

    # --- statements without assignment ---

    def expression_statement(self, expr: ast.expr) -> None:
        if isinstance(expr, ast.Constant):
            return  # a docstring
        if isinstance(expr, (ast.Yield, ast.YieldFrom)):
            self.yields(expr)
            return
        size = len(self.block)
        value = self.evaluate(expr)
        # A call kept for its effect, such as print, is a statement as the user wrote it.
        last = self.block[-1] if len(self.block) > size else None
        if (
            isinstance(last, Stage)
            and last.target is value
            and isinstance(last.value, Opaque)
            and not last.value.pure
        ):
            self.block[-1] = Passive(last.value.template, last.value.args, False, last.place)

    def passive_statement(self, stmt: ast.Raise | ast.Assert, terminates: bool) -> None:
        """Keep a statement as the user wrote it, with what it reads filled in."""
        parts: list[Any] = []

        def hole(expr: ast.expr, raised: bool = False) -> ast.expr:
            parts.append(self.hole(expr, raised))
            return ast.Name(f"_{len(parts) - 1}", ast.Load())

        made: ast.stmt
        if isinstance(stmt, ast.Assert):
            test = self.test(stmt.test)
            parts.append(test)
            tree = None
            if stmt.msg is not None:
                message, block = self.arm(lambda: self.evaluate(stmt.msg))  # type: ignore[arg-type]
                tree = self.nested(message, block)
            if tree is not None:
                parts.append(tree)
            made = ast.Assert(
                ast.Name("_0", ast.Load()), ast.Name("_1", ast.Load()) if tree is not None else None
            )
        else:
            exc = stmt.exc
            if isinstance(exc, ast.Call):
                exc = ast.Call(
                    hole(exc.func, raised=True),
                    [hole(a) for a in exc.args],
                    [ast.keyword(k.arg, hole(k.value)) for k in exc.keywords],
                )
            elif exc is not None:
                exc = hole(exc, raised=True)
            made = ast.Raise(exc, hole(stmt.cause) if stmt.cause is not None else None)
        self.block.append(
            Passive(
                ast.unparse(ast.fix_missing_locations(made)),
                tuple(parts),
                terminates,
                self.place(stmt),
            )
        )

    def hole(self, expr: ast.expr, raised: bool = False) -> Any:
        value = self.evaluate(expr)
        if isinstance(value, Class) and raised:
            return standing_class(self, value)
        if isinstance(value, Builtin):
            return self.atom(value, expr)
        return self.tree(value, expr)

    def with_block(self, stmt: ast.With) -> None:
        outer = self.block
        leave: list[tuple[Value, ast.AST]] = []
        for item in stmt.items:
            value = self.evaluate(item.context_expr)
            enter = self.special(value, "__enter__", item.context_expr)
            if enter is not None:
                given = self.apply_function(enter, [], {}, item.context_expr)
                if item.optional_vars is not None:
                    self.assign_target(item.optional_vars, given)
                leave.append((value, item.context_expr))
                continue
            if leave:
                raise self.refuse(
                    item.context_expr, "this can't be opened after an object of your own"
                )
            if item.optional_vars is not None:
                raise self.refuse(
                    item.context_expr,
                    "'with ... as' is not supported in a differentiated function",
                    fix="Open it outside of the function.",
                )
            last = self.block[-1] if self.block else None
            if isinstance(last, Stage) and last.target is value and isinstance(last.value, Opaque):
                text = last.value
                if any("suppress" in getattr(a, "name", "") for a in text.args):
                    raise self.refuse(
                        item.context_expr,
                        "contextlib.suppress hides exceptions: its block can't be reversed",
                    )
                self.block.pop()
            else:
                text = Opaque("_0", (self.atom(value, item.context_expr),))
            scope = Scope(text, [], self.place(stmt))
            self.block.append(scope)
            self.block = scope.body
        self.statements(stmt.body)
        for value, node in reversed(leave):
            method = self.special(value, "__exit__", node)
            if method is None:
                raise self.refuse(node, "this object has no method __exit__")
            nothing: list[Value] = [Const(None)] * 3
            self.apply_function(method, nothing, {}, node)
        self.block = outer

    # --- definitions ---

    def define(self, stmt: ast.FunctionDef) -> None:
        """A function defined inside; its decorators are applied as Python applies them."""
        value: Value = self.function_here(stmt)
        for decorator in reversed(stmt.decorator_list):
            value = self.decorate(value, decorator)
        self.assign_name(stmt.name, value)

    def decorate(self, function: Value, decorator: ast.expr) -> Value:
        """What a decorator makes of a function."""
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = last_name(call)
        if name in TRANSPARENT:
            if name == "wraps" and isinstance(decorator, ast.Call) and decorator.args:
                wrapped = self.evaluate(decorator.args[0])
                if isinstance(function, Function) and isinstance(wrapped, Function):
                    return replace(function, name=wrapped.name, wrapped=wrapped.wrapped or wrapped)
            return function
        found = self.evaluate(call)
        if isinstance(found, Builtin) and found.name == "symdiff.checkpoint":
            return function  # its calls find the mark
        if isinstance(found, Builtin) and found.name == "functools.partial":
            made = self.evaluate(decorator)
            found = made.function if isinstance(made, Partial) else made
        ours = isinstance(found, Builtin) and found.name.startswith("symdiff.")
        if not ours and isinstance(found, (Builtin, LiveObject, Var, Global)):
            raise self.refuse(
                decorator,
                f"what the decorator {name!r} makes of the function can't be followed",
                fix="Differentiate the function without it, under another name.",
            )
        return self.apply_function(self.evaluate(decorator), [function], {}, decorator)

    # --- loops ---

    def guess(self, body: list[ast.stmt], target: ast.expr | None = None) -> set[Slot]:
        names = written_in([*([ast.Expr(target)] if target is not None else []), *body])
        slots: set[Slot] = set()
        for name in names:
            slot: Slot = (self.frame.owner(name) or self.frame, name)
            self.order(slot)
            slots.add(slot)
        return slots

    def for_loop(self, stmt: ast.For) -> None:
        iterable = self.evaluate(stmt.iter)
        leave = getattr(stmt, "leave", None)
        self.for_each(
            iterable,
            lambda value: self.assign_target(stmt.target, value),
            lambda: self.statements(stmt.body),
            stmt,
            self.guess(stmt.body, stmt.target),
            (self.frame, leave) if leave else None,
        )

    def while_loop(self, stmt: ast.While) -> None:
        try:
            self.run_while(stmt)
        except Growing as growing:
            if self.attempts:
                raise
            raise self.refuse(stmt, growing.why, fix=growing.fix) from None

    def run_while(self, stmt: ast.While) -> None:
        """A while loop; where its test is more than an expression, it is computed before the loop
        and at the end of each round."""
        leave = getattr(stmt, "leave", None)
        slot = (self.frame, leave) if leave else None
        test_slot: Slot = (self.frame, f"%test{stmt.lineno}_{stmt.col_offset}")
        simple = self.is_simple(stmt.test)
        guess = self.guess(stmt.body)
        if simple:
            state, block, size = dict(self.state), self.block, len(self.block)

            def begin(step: Loop) -> None:
                value, inner = self.arm(lambda: self.evaluate_test(stmt.test))
                step.test = self.nested(value, inner)
                if step.test is None:
                    raise NotSimple

            try:
                self.loop(guess, begin, lambda: self.statements(stmt.body), stmt, slot)
                return
            except NotSimple:
                # What the loop carries has made a tree of the test impossible.
                self.state, self.block = state, block
                del block[size:]
        self.frame.names.add(test_slot[1])
        self.state[test_slot] = self.evaluate_test(stmt.test)

        def body() -> None:
            self.statements(stmt.body)
            flag = self.state.get(slot, Const(False)) if slot else Const(False)
            if flag == Const(False):
                self.state[test_slot] = self.evaluate_test(stmt.test)
                return
            self.branch(
                flag,
                lambda: None,
                lambda: self.write_slot(test_slot, self.evaluate_test(stmt.test)),
                stmt,
            )

        def begin_again(step: Loop) -> None:
            step.test = self.state[test_slot]

        self.loop(guess | {test_slot}, begin_again, body, stmt, slot)
        self.state.pop(test_slot, None)

    def evaluate_test(self, node: ast.expr) -> Value:
        test = self.test(node)
        assert isinstance(test, Runtime)
        return test

    def is_simple(self, test: ast.expr) -> bool:
        """Whether a test can be one tree of pure operations."""
        if any(isinstance(n, ast.NamedExpr) for n in ast.walk(test)):
            return False
        state, offences = dict(self.state), list(self.offences)
        try:
            value, block = self.arm(lambda: self.evaluate_test(test))
            return self.nested(value, block) is not None
        finally:
            self.state, self.offences = state, offences


# Decorators that leave what a function computes alone.
TRANSPARENT = {
    "lru_cache",
    "cache",
    "njit",
    "jit",
    "vectorize",
    "wraps",
    "staticmethod",
    "classmethod",
    "property",
    "cached_property",
    "override",
    "final",
    "overload",
    "abstractmethod",
    "typechecked",
}


def _as_load(target: ast.expr) -> ast.expr:
    import copy

    made = copy.copy(target)
    if isinstance(made, (ast.Name, ast.Attribute, ast.Subscript)):
        made.ctx = ast.Load()
    return made


def offences_of(stmt: ast.stmt) -> str:
    found = offences(stmt)
    return (
        found[0][1]
        if found
        else f"{type(stmt).__name__} is not supported in a differentiated function"
    )
