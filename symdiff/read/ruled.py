"""Makes the procedures of functions that the user has given rules, and of the rules."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symdiff.errors import BadRule, SymdiffError, UnsupportedCall, together
from symdiff.read.core import Growing
from symdiff.read.forms import (
    as_parameter,
    form_of,
    form_of_result,
    form_of_spec,
    is_number,
    is_scalar,
    kinds_in,
    like_result,
    may_vary,
)
from symdiff.read.names import assigned_names
from symdiff.read.returned import Returned
from symdiff.read.scope import changed_in_place
from symdiff.read.standing import standing
from symdiff.read.values import (
    Builtin,
    Class,
    Function,
    Partial,
    Ref,
    RuleSet,
    Tuple,
    Value,
    kind_of,
)
from symdiff.rules.custom import expected, misfit
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
    Rule,
    Var,
)

if TYPE_CHECKING:
    from symdiff.read.calls import Calls


@dataclass(eq=False)
class Made:
    """A procedure with a rule, and what its callers have to know."""

    procedure: Procedure
    title: str  # what its result is called
    result: Any  # the form of what it returns
    captures: list[tuple[Any, tuple[Any, ...], Param]] = field(default_factory=list)
    seen: dict[Any, Any] = field(default_factory=dict)

    @property
    def kinds(self) -> list[Kind]:
        return kinds_in(self.result)

    @property
    def form_is_plain(self) -> bool:
        return not isinstance(self.result, tuple)


class Making:
    """Makes the procedure of one function for one form of its arguments."""

    def __init__(
        self, reader: Calls, function: Function, bound: dict[str, Value], node: ast.AST
    ) -> None:
        self.reader, self.function, self.bound, self.node = reader, function, bound, node
        assert function.rules is not None
        self.rules = function.rules
        self.name = reader.shared.procedure_name(function.name)
        self.captures: dict[Any, tuple[Any, tuple[Any, ...], Param]] = {}
        self.seen: dict[Any, Any] = {}
        self.said = True  # of the result of a function that is not read
        self.standing = False  # the function is called, not read
        self.taken: dict[str, dict[Any, Var]] = {}  # what each procedure calls what it captures
        self.leaves: list[Expr] = []
        for value in bound.values():
            form_of(reader, value, self.leaves, node)
        silent = self.without_tangents()
        self.active = tuple(
            i for i, v in enumerate(self.leaves) if may_vary(kind_of(v)) and i not in silent
        )

    def without_tangents(self) -> set[int]:
        """The numbers of which a pushforward says nothing: it takes no tangents of them."""
        rule = self.rules.given.get("pushforward")
        if rule is None or misfit("pushforward", _params(self.function.node), _params(rule.node)):
            return set()
        names = [n for n, passed in _params(rule.node) if passed in ("plain", "keyword")]
        mine = [n for n, passed in _params(self.function.node) if passed == "plain"]
        theirs = dict(zip(mine, names, strict=False))
        silent: set[int] = set()
        at = 0
        for name, value in self.bound.items():
            found: list[Expr] = []
            form_of(self.reader, value, found, self.node)
            if f"{theirs.get(name, name)}_dot" not in names:
                silent.update(range(at, at + len(found)))
            at += len(found)
        return silent

    def made(self) -> Made:
        procedure, form = self.primal()
        shared = self.reader.shared
        shared.callees[self.name] = procedure
        rule = Rule((), as_it_stands=self.standing)
        procedure.rule = rule
        wanted = [k for k in ("partials", "pushforward", "pullback") if k in self.rules.given]
        for kind in wanted:
            try:
                setattr(rule, kind, self.rule(kind, self.rules.given[kind], form))
            except SymdiffError as error:
                rule.missing = error
        rule.active = self.active
        if not wanted:
            rule.missing = self.without_rule()
        everyone = [procedure, *(p for k in wanted if (p := getattr(rule, k)) is not None)]
        count = len(self.leaves)
        for each in everyone:
            own = self.taken[each.name]
            outer = [
                Param(p.name, own.get(key) or Var(p.name, p.var.kind))
                for key, (_, _, p) in self.captures.items()
            ]
            each.params = _apart([*each.params[:count], *outer, *each.params[count:]])
        title = self.function.name
        title = f"{title}_result" if title.isidentifier() else "result"
        made = Made(procedure, title, form, list(self.captures.values()), self.seen)
        shared.originals[self.name] = _taking_numbers(self.function, made)
        return made

    def without_rule(self) -> SymdiffError:
        how = " or ".join(f"@{self.function.name}.{kind}" for kind in self.rules.takes)
        place = self.function.scope.file.place(self.function.node)
        return UnsupportedCall(
            f"{self.function.name}() is to have a rule of its own, and none is given",
            place,
            fix=f"Give it one: {how}.",
            lines=self.function.scope.file.lines,
        )

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
        return self.finished(sub, function, self.name, params, atoms), form

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
                raise UnsupportedCall(
                    f"{self.function.name}() has a rule of its own and changes its argument "
                    f"{name!r}",
                    self.function.scope.file.place(where),
                    fix="Change a copy.",
                    lines=self.function.scope.file.lines,
                )

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

    def said_form(self) -> Any:
        """The form of the result of a function that is not read: what its annotation says, else
        what its returns show; a number or array, where nothing is said."""
        from symdiff.read.reader import _annotated

        node = self.function.node
        self.said = False
        plain = all(is_scalar(kind_of(v)) for v in self.leaves)
        unknown: Any = REAL if plain else ArrayOf(REAL, None)
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

    # --- rules ---

    def rule(self, kind: str, rule: Function, form: Any) -> Procedure:
        """A rule as a procedure of the leaves of the arguments, of the results, and the rest."""
        self.refuse_misfit(kind, rule)
        title = self.reader.shared.procedure_name(f"{self.name}_{kind}")
        sub = self.part(rule, title)
        params: list[Param] = []
        given = self.matched(sub, rule, params)
        given["out"] = like_result(sub, form, "out", params, cotangent=False)
        if kind == "pullback":
            given["cotangent"] = like_result(sub, form, "cotangent", params, cotangent=True)
        if kind == "pushforward":
            given |= self.tangents(sub, rule, params)
        sub.enter(rule, given, inlined=False)
        value = sub.body(rule)
        if sub.offences:
            raise together(sub.offences)
        returned = Returned(self.function, rule, self.reader, sub, self.node)
        if kind == "pushforward":
            atoms = returned.tangents(form, value)
        else:
            word = "partial" if kind == "partials" else "adjoint"
            found = returned.adjoints(self.bound, value, word)
            self.active = tuple(i for i in self.active if i not in returned.silent)
            atoms = [found[i] for i in self.active]
        self.reader.shared.procedures[title] = [sub.signature]  # the name is taken
        # What the rule reads from outside comes after the leaves; it is put in place by `made`.
        return self.finished(sub, rule, title, params, atoms)

    def refuse_misfit(self, kind: str, rule: Function) -> None:
        own, given = _params(self.function.node), _params(rule.node)
        why = misfit(kind, own, given)
        if why:
            raise BadRule(
                f"the {kind} rule of {self.function.name}() {why}",
                rule.scope.file.place(rule.node),
                fix=f"Its parameters: {expected(kind, own)}.",
                lines=rule.scope.file.lines,
            )

    def matched(self, sub: Any, rule: Function, params: list[Param]) -> dict[str, Value]:
        """The arguments of the function under the names that its rule has for them."""
        mine, theirs = self.function.node.args, rule.node.args
        plain = [p.arg for p in (*mine.posonlyargs, *mine.args)]
        names = dict(zip(plain, [p.arg for p in (*theirs.posonlyargs, *theirs.args)], strict=False))
        for a, b in ((mine.vararg, theirs.vararg), (mine.kwarg, theirs.kwarg)):
            if a is not None and b is not None:
                names[a.arg] = b.arg
        given: dict[str, Value] = {}
        for name, value in self.bound.items():
            own = names.get(name, name)
            given[own] = as_parameter(sub, value, own, self.reader, params)
        return given

    def tangents(self, sub: Any, rule: Function, params: list[Param]) -> dict[str, Value]:
        mine, theirs = self.function.node.args, rule.node.args
        plain = [p.arg for p in (*mine.posonlyargs, *mine.args)]
        first = [p.arg for p in (*theirs.posonlyargs, *theirs.args)]
        names = dict(zip(plain, first, strict=False))
        taken = {p.arg for p in (*theirs.posonlyargs, *theirs.args, *theirs.kwonlyargs)}
        given: dict[str, Value] = {}
        for name, value in self.bound.items():
            dotted = f"{names.get(name, name)}_dot"
            if dotted in taken:
                given[dotted] = self.dotted(sub, value, dotted, params)
        return given

    def dotted(self, sub: Any, value: Any, name: str, params: list[Param]) -> Any:
        """The tangent of an argument, in its structure; None for what has none."""
        if is_number(value):
            kind = kind_of(value)
            if not may_vary(kind):
                return Const(None)
            params.append(Param(name, Var(name, REAL if kind is OBJECT else kind)))
            return params[-1].var
        if isinstance(value, Tuple):
            items = (self.dotted(sub, v, f"{name}_{i}", params) for i, v in enumerate(value.items))
            return Tuple(tuple(items), value.type)
        if isinstance(value, Ref):
            content = self.reader.content(value)
            if isinstance(content, dict):
                made: Any = {
                    k: self.dotted(sub, v, f"{name}_{k}", params) for k, v in content.items()
                }
            elif isinstance(content, tuple):
                made = tuple(
                    self.dotted(sub, v, f"{name}_{i}", params) for i, v in enumerate(content)
                )
            else:
                made = self.dotted(sub, content, name, params)
            return sub.new_object(value.identity.kind, made, value.identity.cls)
        return Const(None)


def _params(node: Any) -> list[tuple[str, str]]:
    a = node.args
    found = [(p.arg, "plain") for p in (*a.posonlyargs, *a.args)]
    found += [(a.vararg.arg, "star")] if a.vararg else []
    found += [(p.arg, "keyword") for p in a.kwonlyargs]
    return found + ([(a.kwarg.arg, "double star")] if a.kwarg else [])


def _taking_numbers(function: Function, made: Made) -> Function:
    """The function as derivatives call it that are read again: its parameters are numbers."""
    names = [ast.arg(f"_{i}") for i in range(len(made.procedure.params))]
    a = ast.arguments([], names, None, [], [], None, [])
    node = ast.copy_location(ast.FunctionDef(function.name, a, [ast.Pass()], []), function.node)
    return Function(node, function.scope, function.name, rules=RuleSet((), made=made))


def _apart(params: list[Param]) -> list[Param]:
    """Parameters with different names."""
    taken: set[str] = set()
    for param in params:
        base, n = param.name, 1
        while param.name in taken:
            n += 1
            param.name = f"{base}_{n}"
        taken.add(param.name)
    return params


def _passed(sub: Any, value: Any, node: ast.AST) -> Expr:
    """An argument as it is given to a function that is called as it stands."""
    if isinstance(value, Function) and value.live is None and value.frame is None:
        return standing(sub, value, node)
    if isinstance(value, (Function, Builtin, Class, Partial)):
        return standing(sub, value, node)
    return sub.tree(value, node)  # type: ignore[no-any-return]
