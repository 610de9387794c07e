"""Rewrites a syntax tree so that it runs on symbolic numbers, exactly and within bounds.

Float literals become exact numbers, `/` and `**` never round, loops and calls tick a clock, and
every test of control flow reports its outcome, so that the arms nobody reached are known.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

from symdiff.checking.functions import builtin_names, exact_divisor, exact_power
from symdiff.checking.number import Truth, is_rounded, number

Node = TypeVar("Node", bound=ast.AST)
OF_RULES = {"elementwise", "custom_vjp", "custom_jvp", "partials", "pullback", "pushforward"}
KEPT_DECORATORS = {"staticmethod", "classmethod", "property", "dataclass", "dataclasses.dataclass"}


@dataclass
class Arm:
    """One outcome of a test in the text, to be reached by some path."""

    text: str  # whose: "original" or "generated"
    line: int
    test: str
    outcome: bool
    raises: bool = False  # the arm does nothing but raise
    reached: bool = False
    depends: bool = False  # the test depends on real inputs, at some point
    only_ties: bool = True  # the outcome was missed only where two values would have to be equal


@dataclass
class World:
    """What rewritten code refers to: builtins, exact constants, and the clock of the run.

    `arrive` is told the arm that a test took, the other one, the mark before the test, and the
    decision that its outcome is, perhaps of an earlier comparison; `enter` of loops entered.
    """

    tick: Callable[[], None]
    mark: Callable[[], int]
    arrive: Callable[[Arm, Arm, int, Any], None]
    enter: Callable[[Arm], None]
    names: dict[str, Any] = field(default_factory=builtin_names)
    arms: list[tuple[Arm, Arm]] = field(default_factory=list)
    loops: list[Arm] = field(default_factory=list)  # for loops, reached when they are entered
    rounded: dict[str, set[str]] = field(
        default_factory=lambda: {"original": set(), "generated": set()}
    )
    ruled: dict[str, Any] = field(default_factory=dict)  # rules held against their functions
    has_rules: bool = False  # something in the original may say its own derivative
    numbering: Any = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.names.update(
            __tick__=self.tick,
            __mark__=self.mark,
            __arm__=self._arm,
            __loop__=lambda site: self.enter(self.loops[site]),
            __exact__=exact_divisor,
            __power__=exact_power,
        )

    def _arm(self, site: int, mark: int, test: Any) -> bool:
        """The outcome of a test; tells the run which arm was taken."""
        truth = bool(test)
        taken, other = self.arms[site] if truth else self.arms[site][::-1]
        self.arrive(taken, other, mark, test.decision if isinstance(test, Truth) else None)
        return truth

    def constant(self, value: float) -> str:
        """The name under which code finds an exact number."""
        name = f"__c{next(self.numbering)}__"
        self.names[name] = number(value)
        return name


def rewrite(tree: Node, world: World, text: str) -> Node:
    """The tree made exact, in place; `text` says whose it is, in reports."""
    done = _Rewriter(world, text).visit(tree)
    ast.fix_missing_locations(done)
    return done  # type: ignore[no-any-return]


class _Rewriter(ast.NodeTransformer):
    def __init__(self, world: World, text: str) -> None:
        self.world, self.text = world, text
        self.depth = 0  # of functions: decorators inside a function belong to what it computes

    # numbers

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, float):
            return node
        if is_rounded(node.value) and number(node.value).args == (Fraction(repr(node.value)),):
            self.world.rounded[self.text].add(repr(abs(node.value)))
        return ast.copy_location(ast.Name(self.world.constant(node.value), ast.Load()), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        node = self._inside(node)
        node.right = self._exact(node.op, node.right)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        node = self._inside(node)
        node.value = self._exact(node.op, node.value)
        return node

    def _exact(self, op: ast.operator, operand: ast.expr) -> ast.expr:
        if isinstance(op, ast.Div):
            return self._call("__exact__", operand)
        if isinstance(op, ast.Pow) and not isinstance(operand, ast.Constant):
            return self._call("__power__", operand)
        return operand

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return self._inside(node)

    # control flow

    def _test(self, node: ast.expr, then: bool = False, orelse: bool = False) -> ast.expr:
        """The test, reporting its outcome; whether its arms do nothing but raise."""
        site, line, source = len(self.world.arms), node.lineno, ast.unparse(node)
        self.world.arms.append(
            (Arm(self.text, line, source, True, then), Arm(self.text, line, source, False, orelse))
        )
        return self._call("__arm__", ast.Constant(site), self._call("__mark__"), self.visit(node))

    def visit_If(self, node: ast.If) -> ast.stmt:
        node.test = self._test(node.test, _raises(node.body), _raises(node.orelse))
        node.body, node.orelse = self._block(node.body), self._block(node.orelse)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        node.test = self._test(node.test)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_While(self, node: ast.While) -> ast.stmt:
        if not isinstance(node.test, ast.Constant):
            node.test = self._test(node.test)
        node.body, node.orelse = self._ticking(self._block(node.body)), self._block(node.orelse)
        return node

    def visit_For(self, node: ast.For) -> ast.stmt:
        loop = f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
        site = len(self.world.loops)
        self.world.loops.append(Arm(self.text, node.lineno, loop, True))
        node = self._inside(node)
        if self.text == "generated":
            node.iter = in_any_order(node.iter)
        entered = ast.Expr(self._call("__loop__", ast.Constant(site)))
        node.body = [entered, *self._ticking(node.body)]
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        node.target, node.iter = self.visit(node.target), self.visit(node.iter)
        node.ifs = [self._test(test) for test in node.ifs]
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        node.guard = None if node.guard is None else self._test(node.guard)
        node.body = self._block(node.body)
        return node

    # definitions

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        if self.depth == 0:
            node.decorator_list = [
                d
                for d in node.decorator_list
                if _named(d) in KEPT_DECORATORS or _named(d).rpartition(".")[2] in OF_RULES
            ]
        if node.name == "__bool__":
            _Bools().visit(node)
        self.depth += 1
        node = self._inside(node)
        self.depth -= 1
        node.returns = None
        node.__dict__.pop("type_params", None)  # of Python 3.12
        for arg in ast.walk(node.args):
            if isinstance(arg, ast.arg):
                arg.annotation = None
        node.body = self._ticking(node.body)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign):  # a field of a dataclass stays one
                statement.annotation = ast.Constant(None)
                statement.value = statement.value and self.visit(statement.value)
        node.body = [s if isinstance(s, ast.AnnAssign) else self.visit(s) for s in node.body]
        node.decorator_list = [d for d in node.decorator_list if _named(d) in KEPT_DECORATORS]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(
            ast.Assign([self.visit(node.target)], self.visit(node.value)), node
        )

    # helpers

    def _inside(self, node: Node) -> Node:
        return self.generic_visit(node)  # type: ignore[return-value]

    def _block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [self.visit(s) for s in body]

    def _ticking(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [ast.Expr(self._call("__tick__")), *body]

    def _call(self, name: str, *args: ast.expr) -> ast.expr:
        return ast.Call(ast.Name(name, ast.Load()), list(args), [])


class _Bools(ast.NodeTransformer):
    """What `__bool__` returns, as Python wants it: the outcome of a comparison here is no bool."""

    def visit_Return(self, node: ast.Return) -> ast.Return:
        value = node.value or ast.Constant(None)
        return ast.Return(ast.Call(ast.Name("bool", ast.Load()), [value], []))


def in_any_order(items: ast.expr) -> ast.expr:
    """What a loop of the generated text goes over: rounds that are run in parallel must be
    independent, so they are run last to first."""
    if isinstance(items, ast.Call) and ast.unparse(items.func).rpartition(".")[2] == "prange":
        return ast.Call(ast.Name("reversed", ast.Load()), [items], [])
    return items


def _named(decorator: ast.expr) -> str:
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)


def _raises(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Raise)
