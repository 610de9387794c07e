"""The words that Numba has for what is written in others for Python: decorators, loops that run
backwards.

Numba counts the references to every array that a function is given. Where a recursive function does
little else, that takes most of its time; those that neither make nor return arrays need no counts.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.rules.memory import UPDATES
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    Apply,
    ArrayOf,
    Procedure,
    Scalar,
    Stage,
    Step,
    TapeOf,
    Var,
    steps,
    unused,
)


def decorator(options: Mapping[str, Any]) -> str:
    """The line above a function."""
    shown = ", ".join(f"{name}={shown_option(value)}" for name, value in options.items())
    return f"@numba.njit({shown})" if shown else "@numba.njit"


def shown_option(value: Any) -> str:
    """An option's value as text, which is the same on every run: sets are shown in order."""
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(map(repr, value)))}}}" if value else "set()"
    return repr(value)


UNCOUNTED = {"_nrt": False}
_HARMLESS = {"len", "range", "abs", "min", "max", "float", "int", "bool", "round"}


def uncounted(functions: Mapping[str, tuple[Procedure, ast.FunctionDef]]) -> set[str]:
    """The names of the functions with tapes that need no counts of references to arrays."""
    found = {
        name: made
        for name, (procedure, made) in functions.items()
        if any(isinstance(p.var.kind, TapeOf) for p in procedure.params)
        and _gives_numbers(procedure)
        and not any(_makes_array(step) for step in steps(procedure.body))
    }
    while True:
        others = [n for n, made in found.items() if not _is_plain(made, {*found, *_HARMLESS})]
        if not others:
            return set(found)
        for name in others:
            del found[name]


def _gives_numbers(procedure: Procedure) -> bool:
    result = procedure.result
    leaves = result.args if isinstance(result, Apply) and result.op == "tuple" else (result,)
    lent = {p.becomes for p in procedure.params}
    return all(at in lent or isinstance(kind_of(leaf), Scalar) for at, leaf in enumerate(leaves))


def _makes_array(step: Step) -> bool:
    """Whether a step computes an array, and not a new version of one."""
    return (
        isinstance(step, Stage)
        and isinstance(step.target.kind, ArrayOf)
        and isinstance(step.value, Apply)
        and step.value.op not in UPDATES
    )


def _is_plain(made: ast.FunctionDef, callable_: set[str]) -> bool:
    """Whether a function reads and writes single elements of what it is given, and nothing else."""
    for node in ast.walk(made):
        match node:
            case (
                ast.Raise() | ast.Assert() | ast.With() | ast.List() | ast.ListComp() | ast.Slice()
            ):
                return False
            case ast.Subscript(slice=ast.Constant(value=value)) if not isinstance(value, int):
                return False
            case ast.Call(func=ast.Name(id=name)) if name not in callable_:
                return False
            case ast.Call(func=ast.Attribute(value=ast.Name(id="math"))):
                pass
            case ast.Call(func=ast.Attribute()) | ast.Name(id="np"):
                return False
    return True


def in_numbas_words(
    made: ast.FunctionDef, variables: Mapping[str, Sequence[Var]]
) -> ast.FunctionDef:
    """A function with the same meaning, which Numba compiles; `variables` are those of its
    names."""
    changed = _Reversed().visit(made)
    assert isinstance(changed, ast.FunctionDef)
    changed.args.args += changed.args.kwonlyargs
    changed.args.defaults += [d for d in changed.args.kw_defaults if d is not None]
    changed.args.kwonlyargs, changed.args.kw_defaults = [], []
    _rename_versions(changed, variables)
    return changed


def _rename_versions(function: ast.FunctionDef, variables: Mapping[str, Sequence[Var]]) -> None:
    """Give an array `x_1` another name where an expression reads `x` too, which has several values:
    these are `x_1`, `x_2`, ... where Numba compiles an expression of arrays."""
    arrays = {
        n for n, found in variables.items() if any(isinstance(v.kind, ArrayOf) for v in found)
    }
    several = {n for n in arrays if len(variables[n]) > 1}
    fixed = {a.arg for a in function.args.args}
    renamed: dict[str, str] = {}
    for expression in [node for node in ast.walk(function) if isinstance(node, ast.BinOp)]:
        read = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
        for name in sorted(read & arrays - fixed - renamed.keys()):
            base, _, number = name.rpartition("_")
            if number.isdigit() and base in read & several:
                renamed[name] = unused(f"{base}{number}", {*variables, *renamed.values()})
    for node in ast.walk(function) if renamed else ():
        if isinstance(node, ast.Name):
            node.id = renamed.get(node.id, node.id)


class _Reversed(ast.NodeTransformer):
    """`reversed`, which Numba does not know, as a range that counts down, or a slice."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(
                func=ast.Attribute(ast.Attribute(ast.Name("np"), "add"), "at"),
                args=[_, ast.Name(), _],
            ):
                return ast.Call(ast.Name("add_at", ast.Load()), node.args, [])
            case ast.Call(func=ast.Name(id="reversed"), args=[ast.Call(func=ast.Name(id="range"))]):
                inner = node.args[0]
                assert isinstance(inner, ast.Call)
                return _counting_down(inner)
            case ast.Call(func=ast.Name(id="reversed"), args=[items]):
                step = ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))
                return ast.Subscript(items, step, ast.Load())
        return node


def _counting_down(numbers: ast.Call) -> ast.Call:
    match numbers.args:
        case [stop]:
            start, step = ast.Constant(0), 1
        case [start, stop]:
            step = 1
        case [start, stop, ast.Constant(value=int(step))]:
            pass
        case [start, stop, ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(step)))]:
            step = -step
        case [start, stop, by]:
            return _range(_last(numbers, start, by), ast.BinOp(start, ast.Sub(), by),
                          ast.UnaryOp(ast.USub(), by))  # fmt: skip
        case _:
            raise AssertionError(ast.dump(numbers))
    if abs(step) == 1:
        return _range(moved(stop, -step), moved(start, -step), _number(-step))
    return _range(_last(numbers, start, _number(step)), moved(start, -step), _number(-step))


def _last(numbers: ast.Call, start: ast.expr, step: ast.expr) -> ast.expr:
    """The last number of a range; of one that is empty, what ends one that starts there."""
    count = ast.Call(ast.Name("len", ast.Load()), [numbers], [])
    ahead = ast.BinOp(moved(count, -1), ast.Mult(), step)
    is_zero = isinstance(start, ast.Constant) and start.value == 0
    return ahead if is_zero else ast.BinOp(start, ast.Add(), ahead)


def _range(*args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name("range", ast.Load()), list(args), [])


def _number(value: int) -> ast.expr:
    if value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def moved(value: ast.expr, by: int) -> ast.expr:
    """A value plus a number; what is added in it already is counted in."""
    match value:
        case ast.Constant(value=int(known)):
            return _number(known + by)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(known))):
            return _number(by - known)
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=int(known))):
            return left if known + by == 0 else moved(left, known + by)
        case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=int(known))):
            return left if by == known else moved(left, by - known)
    op = ast.Add() if by > 0 else ast.Sub()
    return value if by == 0 else ast.BinOp(value, op, ast.Constant(abs(by)))
