"""Makes the procedures of functions that the user has given rules: they are read, or called as they
stand where that can't be."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from symdiff.errors import SymdiffError, UnsupportedCall, together
from symdiff.read.core import Growing
from symdiff.read.forms import (
    as_parameter,
    form_of,
    form_of_result,
    form_of_spec,
    is_scalar,
)
from symdiff.read.names import assigned_names
from symdiff.read.scope import changed_in_place
from symdiff.read.standing import standing
from symdiff.read.values import (
    Builtin,
    Class,
    Function,
    Partial,
    Value,
    kind_of,
)
from symdiff.rules.shapes import elementwise_kind
from symdiff.stages import (
    OBJECT,
    REAL,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Kind,
    Opaque,
    Param,
    Procedure,
    Var,
)

if TYPE_CHECKING:
    from symdiff.read.calls import Calls


class Primal:
    """Makes the procedure of one function for one form of its arguments, but for its rules."""

    def __init__(
        self, reader: Calls, function: Function, bound: dict[str, Value], node: ast.AST
    ) -> None:
        self.reader, self.function, self.bound, self.node = reader, function, bound, node
        assert function.rules is not None
        self.rules = function.rules
        self.name = reader.shared.procedure_name(function.name)
        self.captures: dict[Any, tuple[Any, tuple[Any, ...], Param]] = {}
        self.seen: dict[Any, Any] = {}
        self.changed: SymdiffError | None = None  # the function changes what it is given
        self.memory: list[set[Var]] | None = None  # of what it returns
        self.said = True  # of the result of a function that is not read
        self.standing = False  # the function is called, not read
        self.taken: dict[str, dict[Any, Var]] = {}  # what each procedure calls what it captures
        self.leaves: list[Expr] = []
        for value in bound.values():
            form_of(reader, value, self.leaves, node)

    # --- reading a function by itself ---

    def part(self, function: Function, title: str) -> Any:
        """A reader for one of the functions."""
        from symdiff.read.calls import Signature

        sub: Any = type(self.reader)(self.reader.shared, self.reader)
        sub.signature = Signature(title)
        sub.frame = self.reader.frame
        sub.reading.append(function.identity)
        return sub

    def finished(
        self, sub: Any, function: Function, title: str, params: list[Param], atoms: list[Expr]
    ) -> Procedure:
        """The procedure that a reader has read; what it takes from outside is noted."""
        if sub.offences:
            raise together(sub.offences)
        own = self.taken[title] = {}
        for slot, path, param in sub.signature.captures:
            self.captures.setdefault((slot, path), (slot, path, param))
            own[slot, path] = param.var
        self.seen |= sub.signature.seen
        expr = atoms[0] if len(atoms) == 1 else Apply("tuple", tuple(atoms))
        place = self.reader.shared.place_of(function)
        procedure = Procedure(title, params, sub.block, expr, place)
        procedure.callees = self.reader.shared.callees
        return sub.finish(procedure)  # type: ignore[no-any-return]

    def primal(self) -> tuple[Procedure, Any]:
        from symdiff.read.calls import InPlace, Recursive

        self.refuse_changes()
        shared = self.reader.shared
        if self.rules.native is None:
            before = {k: list(v) for k, v in shared.procedures.items()}, dict(shared.callees)
            try:
                return self.as_read()
            except (SymdiffError, InPlace, Recursive, Growing):
                if self.changed is not None:
                    raise self.changed from None
                for table, old in zip((shared.procedures, shared.callees), before, strict=True):
                    table.clear()
                    table.update(old)
                self.captures.clear()
                self.seen.clear()
        return self.as_it_stands()

    def as_read(self) -> tuple[Procedure, Any]:
        function = self.function
        sub = self.part(function, self.name)
        params: list[Param] = []
        inside = {n: as_parameter(sub, v, n, self.reader, params) for n, v in self.bound.items()}
        sub.enter(function, inside, inlined=False)
        value = sub.body(function)
        atoms: list[Expr] = []
        form = form_of_result(sub, value, atoms, function.node)
        if form is OBJECT and isinstance(atoms[0], Var):  # of a call that nothing is known of
            form = self.unsaid
            atoms = [self.as_number(sub, atoms[0], form)]
        given = {p.var for p in params} | {p.var for _, _, p in sub.signature.captures}
        if any(not given.isdisjoint(sub.memory_of(v)) for v in sub.stored):
            self.changed = self.change_of("an argument", function.node)
            raise self.changed
        self.memory = [sub.memory_of(a) if isinstance(a, Var) else set() for a in atoms]
        return self.finished(sub, function, self.name, params, atoms), form

    def change_of(self, what: str, where: ast.AST) -> SymdiffError:
        return UnsupportedCall(
            f"{self.function.name}() has a rule of its own and changes {what}",
            self.function.scope.file.place(where),
            fix="Change a copy.",
            lines=self.function.scope.file.lines,
        )

    def refuse_changes(self) -> None:
        """A function that changes its arguments is not one that a rule can speak for."""
        node = self.function.node
        if self.rules.native is not None or isinstance(node, ast.Lambda):
            return
        own = assigned_names(node)[0]
        a = node.args
        given = {p.arg for p in (*a.posonlyargs, *a.args, *a.kwonlyargs)}
        rebound = {
            n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        for name, where in changed_in_place(node):
            if name in given and name not in rebound and name in own:
                raise self.change_of(f"its argument {name!r}", where)

    def as_it_stands(self) -> tuple[Procedure, Any]:
        """A procedure that calls the function as it is."""
        self.standing = True
        sub = self.part(self.function, self.name)
        params: list[Param] = []
        a = self.function.node.args
        keyword = {p.arg for p in a.kwonlyargs}
        values: list[tuple[str, Any]] = []
        for name, value in self.bound.items():
            inside = as_parameter(sub, value, name, self.reader, params)
            if a.vararg is not None and name == a.vararg.arg:
                values += [("", v) for v in inside.items]
            elif a.kwarg is not None and name == a.kwarg.arg:
                values += list(sub.content(inside).items())
            else:
                values.append((name if name in keyword else "", inside))
        called = standing(self.reader, self.function, self.node)
        sub.enter(self.function, {}, inlined=False)
        trees: list[Expr] = [called]
        words = []
        for name, value in values:
            trees.append(_passed(sub, value, self.node))
            words.append(f"{name}=_{len(trees) - 1}" if name else f"_{len(trees) - 1}")
        form = self.said_form()
        atoms: list[Expr] = []
        whole = Opaque(f"_0({', '.join(words)})", tuple(trees))
        if isinstance(form, tuple):
            self.take_apart(sub, form, sub.emit(whole, OBJECT, self.node), atoms)
        elif self.said:
            atoms.append(sub.emit(whole, form, self.node))
        else:
            atoms.append(self.as_number(sub, sub.emit(whole, OBJECT, self.node), form))
        made = self.finished(sub, self.function, self.name, params, atoms)
        return made, form

    def take_apart(self, sub: Any, form: Any, held: Var, atoms: list[Expr]) -> None:
        for i, part in enumerate(form[2]):
            kind = part if self.said and not isinstance(part, tuple) else OBJECT
            item = sub.emit(Apply("getitem", (held, Const(i))), kind, self.node)
            if isinstance(part, tuple):
                self.take_apart(sub, part, item, atoms)
            else:
                atoms.append(item if self.said else self.as_number(sub, item, part))

    def as_number(self, sub: Any, value: Var, form: Any) -> Expr:
        """A result of which nothing is said: a number where no array is given, or it is refused
        when the code runs."""
        if form is REAL:
            return sub.emit(Apply("float", (value,)), REAL, self.node)  # type: ignore[no-any-return]
        return sub.emit(Opaque("_0", (value,), pure=True), form, self.node)  # type: ignore[no-any-return]

    @property
    def unsaid(self) -> Kind:
        """The kind of a result of which nothing is said."""
        plain = all(is_scalar(kind_of(v)) for v in self.leaves)
        return REAL if plain else ArrayOf(REAL, None)

    def said_form(self) -> Any:
        """The form of the result of a function that is not read: what its annotation says, else
        what its returns show; a number or array, where nothing is said."""
        from symdiff.read.reader import _annotated

        node = self.function.node
        self.said = False
        unknown = self.unsaid
        if "partials" in self.rules.takes:
            self.said = True
            return elementwise_kind([kind_of(v) for v in self.leaves])
        if isinstance(node, ast.Lambda) or self.rules.native is not None:
            return unknown
        said = _annotated(node.returns, self.function.scope) if node.returns is not None else None
        if said is not None and not isinstance(said, dict) and form_of_spec(said) is not OBJECT:
            self.said = True
            return form_of_spec(said)
        if node.returns is not None and "ndarray" in ast.unparse(node.returns).lower():
            return ArrayOf(REAL, None)
        shown = [
            n.value for n in ast.walk(node) if isinstance(n, ast.Return) and n.value is not None
        ]
        counts = {len(v.elts) if isinstance(v, ast.Tuple) else None for v in shown}
        count = counts.pop() if len(counts) == 1 else None
        return unknown if count is None else ("tuple", None, (unknown,) * count)


def _passed(sub: Any, value: Any, node: ast.AST) -> Expr:
    """An argument as it is given to a function that is called as it stands."""
    if isinstance(value, Function) and value.live is None and value.frame is None:
        return standing(sub, value, node)
    if isinstance(value, (Function, Builtin, Class, Partial)):
        return standing(sub, value, node)
    return sub.tree(value, node)  # type: ignore[no-any-return]
