"""Removing return, break, continue, finally and match: every block is left at its end only.

`if c: return a` followed by more becomes `if c: value = a` / `else: more`. What leaves a block
from deeper down raises a flag that guards the rest. A loop that is left early gets an attribute
`leave`: the flag that is tested at the end of each round. Flags have names that no user's
variable can have: they start with a percent sign.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from symdiff.read import catching
from symdiff.read.choices import as_branch
from symdiff.read.matching import as_branches
from symdiff.read.raising import may_be_caught

VALUE = "%value"


class _Returned(ast.Return):
    """A return whose value is already set."""


def desugar(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The body of a function with the value it returns in the variable VALUE."""
    return _Desugarer().block(list(body))


def closed(body: list[ast.stmt]) -> list[ast.stmt]:
    """A body that returns None where its end is reached, if it returns tuples elsewhere: a loop
    can't carry what is None before it and a tuple after it."""
    returns = (n.value for stmt in body for n in _own(stmt) if isinstance(n, ast.Return))
    if leaves_always(body) or not any(isinstance(v, ast.Tuple) for v in returns):
        return body
    end = ast.copy_location(ast.Return(None), body[-1])
    return [*body, end]


def _own(root: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a statement, those of functions in it left out."""
    yield root
    if not isinstance(root, (ast.FunctionDef, ast.Lambda)):
        for child in ast.iter_child_nodes(root):
            yield from _own(child)


def leaves_always(body: Sequence[ast.stmt]) -> bool:
    """Whether the end of a block is never reached."""
    return _Ways().leaves_always(body)


class _Ways:
    """How control leaves statements. What is found is kept: the question comes up again on every
    level of a nest."""

    def __init__(self) -> None:
        self.exits_of: dict[ast.stmt, frozenset[str]] = {}
        self.never_ending: dict[ast.stmt, bool] = {}
        self.branches: dict[ast.Try, list[ast.stmt]] = {}

    def tried(self, stmt: ast.Try) -> list[ast.stmt]:
        """The statements that a try statement stands for, those of its finally block left out.

        What handlers would catch and is not asked for leaves the derivative's code as an exception.
        """
        if stmt not in self.branches:
            made = catching.as_branches(stmt) if may_be_caught(stmt) else None
            self.branches[stmt] = [*stmt.body, *stmt.orelse] if made is None else made
        return self.branches[stmt]

    def exits(self, body: Sequence[ast.stmt]) -> frozenset[str]:
        """The ways in which control may leave: "return", "break", "continue"."""
        found: frozenset[str] = frozenset()
        for stmt in body:
            known = self.exits_of.get(stmt)
            if known is None:
                known = self.exits_of[stmt] = self._exits(stmt)
            found |= known
        return found

    def _exits(self, stmt: ast.stmt) -> frozenset[str]:
        match stmt:
            case ast.Return():
                return frozenset({"return"})
            case ast.Break():
                return frozenset({"break"})
            case ast.Continue():
                return frozenset({"continue"})
            case ast.If():
                return self.exits(stmt.body) | self.exits(stmt.orelse)
            case ast.Match():
                return frozenset().union(*(self.exits(case.body) for case in stmt.cases))
            case ast.Try():
                return self.exits([*self.tried(stmt), *stmt.finalbody])
            case ast.For() | ast.While():
                return (self.exits(stmt.body) & {"return"}) | self.exits(stmt.orelse)
            case ast.With():
                return self.exits(stmt.body)
        return frozenset()

    def leaves_always(self, body: Sequence[ast.stmt]) -> bool:
        for stmt in body:
            known = self.never_ending.get(stmt)
            if known is None:
                known = self.never_ending[stmt] = self._leaves_always(stmt)
            if known:
                return True
        return False

    def _leaves_always(self, stmt: ast.stmt) -> bool:
        match stmt:
            case ast.Return() | ast.Break() | ast.Continue() | ast.Raise():
                return True
            case ast.If():
                return self.leaves_always(stmt.body) and self.leaves_always(stmt.orelse)
            case ast.With():
                return self.leaves_always(stmt.body)
            case ast.Try():
                return self.leaves_always(self.tried(stmt))
            case ast.Match():
                arms = (case.body for case in stmt.cases)
                return _matches_always(stmt) and all(map(self.leaves_always, arms))
            case ast.While():
                return _is_true(stmt.test) and "break" not in self.exits(stmt.body)
        return False


def _matches_always(stmt: ast.Match) -> bool:
    last = stmt.cases[-1]
    return last.guard is None and isinstance(last.pattern, ast.MatchAs) and not last.pattern.pattern


def _is_true(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


class _Desugarer:
    def __init__(self) -> None:
        self.ways = _Ways()
        self.count = 0
        # Flags that guard rests of blocks, innermost last; None where a loop begins.
        self.flags: list[str | None] = []
        self.breaks: list[str] = []
        self.returns: list[str] = []

    def fresh(self, name: str) -> str:
        self.count += 1
        return f"%{name}{self.count}"

    def set(self, name: str, value: bool | ast.expr, like: ast.AST) -> ast.stmt:
        given = value if isinstance(value, ast.expr) else ast.Constant(value)
        stmt = ast.Assign([ast.Name(name, ast.Store())], given)
        ast.copy_location(stmt, like)
        for node in ast.walk(stmt):
            if not hasattr(node, "lineno"):
                ast.copy_location(node, like)
        return stmt

    def raise_flags(self, like: ast.AST, whole_function: bool) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for flag in reversed(self.flags):
            if flag is None:
                if not whole_function:
                    break
            else:
                found.append(self.set(flag, True, like))
        return found

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        out: list[ast.stmt] = []
        for i, stmt in enumerate(body):
            rest = body[i + 1 :]
            if isinstance(stmt, ast.Match):
                return out + self.block([*as_branches(stmt, self.fresh("subject")), *rest])
            if isinstance(stmt, ast.Try):
                return out + self.attempt(stmt, rest)
            if (made := as_branch(stmt, lambda: self.fresh("stored"))) is not None:
                return out + self.block([*made, *rest])
            if isinstance(stmt, ast.Return):
                if not isinstance(stmt, _Returned):
                    value = stmt.value or ast.copy_location(ast.Constant(None), stmt)
                    out.append(self.set(VALUE, value, stmt))
                if self.breaks:
                    out.append(self.set(self.breaks[-1], True, stmt))
                    if not isinstance(stmt, _Returned) or self.returns:
                        out.append(self.set(self.returns[-1], True, stmt))
                out += self.raise_flags(stmt, whole_function=False)
                return out
            if isinstance(stmt, ast.Break):
                out.append(self.set(self.breaks[-1], True, stmt))
                return out + self.raise_flags(stmt, whole_function=False)
            if isinstance(stmt, ast.Continue):
                return out + self.raise_flags(stmt, whole_function=False)
            if isinstance(stmt, ast.If) and self.ways.exits([stmt]):
                if rest and self.ways.leaves_always(stmt.body):
                    out.append(self.branch(stmt, stmt.body, [*stmt.orelse, *rest]))
                    return out
                if rest and self.ways.leaves_always(stmt.orelse):
                    out.append(self.branch(stmt, [*stmt.body, *rest], stmt.orelse))
                    return out
                return out + self.guarded(
                    lambda s=stmt: [self.branch(s, s.body, s.orelse)], rest, stmt
                )
            if isinstance(stmt, ast.With) and self.ways.exits([stmt]):

                def scoped(s: ast.With = stmt) -> list[ast.stmt]:
                    return [ast.copy_location(ast.With(s.items, self.block(s.body)), s)]

                return out + self.guarded(scoped, rest, stmt)
            if isinstance(stmt, (ast.For, ast.While)):
                before, after = self.loop(stmt)
                out += before
                if after:
                    return out + self.block([*after, *rest])
                continue
            if isinstance(stmt, ast.If):
                out.append(self.branch(stmt, stmt.body, stmt.orelse))
            elif isinstance(stmt, ast.With):
                out.append(ast.copy_location(ast.With(stmt.items, self.block(stmt.body)), stmt))
            else:
                out.append(stmt)
                if isinstance(stmt, ast.Raise):
                    return out
        return out

    def branch(self, stmt: ast.If, then: list[ast.stmt], orelse: list[ast.stmt]) -> ast.stmt:
        return ast.copy_location(ast.If(stmt.test, self.block(then), self.block(orelse)), stmt)

    def guarded(self, make: object, rest: list[ast.stmt], like: ast.stmt) -> list[ast.stmt]:
        """What may leave the block halfway, and the rest, run only if it did not."""
        if not rest:
            return make()  # type: ignore[operator,no-any-return]
        flag = self.fresh("done")
        self.flags.append(flag)
        made = make()  # type: ignore[operator]
        self.flags.pop()
        test = ast.copy_location(
            ast.UnaryOp(ast.Not(), ast.copy_location(ast.Name(flag, ast.Load()), like)), like
        )
        return [
            self.set(flag, False, like),
            *made,
            ast.copy_location(ast.If(test, self.block(rest), []), like),
        ]

    def attempt(self, stmt: ast.Try, rest: list[ast.stmt]) -> list[ast.stmt]:
        """What a try statement stands for, and what comes finally however it is left."""
        body = self.ways.tried(stmt)
        if not stmt.finalbody or not self.ways.exits([stmt]):
            return self.block([*body, *stmt.finalbody, *rest])
        flag = self.fresh("done")
        self.flags.append(flag)
        made = self.block(body)
        self.flags.pop()
        test = ast.copy_location(
            ast.UnaryOp(ast.Not(), ast.copy_location(ast.Name(flag, ast.Load()), stmt)), stmt
        )
        out = [self.set(flag, False, stmt), *made, *self.block(stmt.finalbody)]
        if rest:
            out.append(ast.copy_location(ast.If(test, self.block(rest), []), stmt))
        return out

    def loop(self, stmt: ast.For | ast.While) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """The loop without exits, and the statements that must follow it."""
        exits = self.ways.exits(stmt.body)
        out: list[ast.stmt] = []
        after: list[ast.stmt] = []
        leave = returned = None
        if exits & {"break", "return"}:
            leave = self.fresh("broke")
            out.append(self.set(leave, False, stmt))
        if "return" in exits:
            returned = self.fresh("returned")
            out.append(self.set(returned, False, stmt))
        saved = self.flags, self.breaks, self.returns
        self.flags = [*self.flags, None]
        self.breaks = [*self.breaks, leave] if leave else self.breaks
        self.returns = [*self.returns, returned] if returned else self.returns
        body = self.block(stmt.body)
        if leave:
            flags = [leave] + ([returned] if returned else [])
            body = [self.set(name, False, stmt) for name in flags] + body
        self.flags, self.breaks, self.returns = saved
        new: ast.For | ast.While
        if isinstance(stmt, ast.For):
            new = ast.For(stmt.target, stmt.iter, body, [])
        else:
            new = ast.While(stmt.test, body, [])
        ast.copy_location(new, stmt)
        new.leave = leave  # type: ignore[union-attr]
        out.append(new)
        if returned:
            test = ast.copy_location(ast.Name(returned, ast.Load()), stmt)
            after.append(
                ast.copy_location(
                    ast.If(test, [ast.copy_location(_Returned(None), stmt)], []), stmt
                )
            )
        if stmt.orelse:
            if leave:
                test = ast.copy_location(ast.Name(leave, ast.Load()), stmt)
                after.append(ast.copy_location(ast.If(test, [], stmt.orelse), stmt))
            else:
                after += stmt.orelse
        return out, after
