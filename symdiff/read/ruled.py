"""Makes the procedures of functions that the user has given rules, and of the rules."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symdiff.errors import BadRule, SymdiffError, UnsupportedCall, together
from symdiff.read.forms import (
    as_parameter,
    form_of,
    is_number,
    kinds_in,
    like_result,
    may_vary,
    nothing_of,
    parameters,
)
from symdiff.read.primal import Primal
from symdiff.read.returned import Returned
from symdiff.read.values import (
    Function,
    Ref,
    RuleSet,
    Tuple,
    Value,
    kind_of,
)
from symdiff.rules.custom import expected, misfit
from symdiff.stages import (
    OBJECT,
    REAL,
    Expr,
    Kind,
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
    memory: list[set[Var]] | None = None  # of what it returns, where that is known

    @property
    def shares(self) -> list[list[int]]:
        """The arguments that each result may share memory with."""
        params = list(enumerate(self.procedure.params))
        if self.memory is None:
            return [[i for i, _ in params] for _ in self.kinds]
        return [[i for i, p in params if p.var in memory] for memory in self.memory]

    @property
    def kinds(self) -> list[Kind]:
        return kinds_in(self.result)

    @property
    def form_is_plain(self) -> bool:
        return not isinstance(self.result, tuple)


class Making(Primal):
    """Makes the procedure of a function with its rules."""

    def __init__(
        self, reader: Calls, function: Function, bound: dict[str, Value], node: ast.AST
    ) -> None:
        super().__init__(reader, function, bound, node)
        silent = self.without_tangents()
        self.active = tuple(
            i for i, v in enumerate(self.leaves) if may_vary(kind_of(v)) and i not in silent
        )

    def without_tangents(self) -> set[int]:
        """The numbers of which a pushforward says nothing: it takes no tangents of them."""
        rule = self.rules.given.get("pushforward")
        if rule is None or misfit(
            "pushforward", parameters(self.function.node), parameters(rule.node)
        ):
            return set()
        names = [n for n, passed in parameters(rule.node) if passed in ("plain", "keyword")]
        mine = [n for n, passed in parameters(self.function.node) if passed == "plain"]
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

    def made(self, known: list[Made]) -> Made:
        """The procedure; it is `known` from when its rules are read on, for they may call it."""
        procedure, form = self.primal()
        shared = self.reader.shared
        shared.callees[self.name] = procedure
        rule = Rule((), as_it_stands=self.standing)
        procedure.rule = rule
        title = self.function.name
        title = f"{title}_result" if title.isidentifier() else "result"
        made = Made(procedure, title, form, memory=self.memory)
        known.append(made)
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
        made.captures, made.seen = list(self.captures.values()), self.seen
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
        own, given = parameters(self.function.node), parameters(rule.node)
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
                return nothing_of(value)
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
        return nothing_of(value)


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
