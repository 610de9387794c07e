"""Stores into what a conditional expression chooses, as branches: `(a if test else b)[i] = x`."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable


def as_branch(stmt: ast.stmt, name: Callable[[], str]) -> list[ast.stmt] | None:
    """The statements that a store into a choice, or a method of one, stands for; None for others.

    What is stored is computed before the test, as in Python, under the `name` it is given.
    """
    match stmt:
        case ast.Assign(targets=[ast.Subscript(value=ast.IfExp() as choice)], value=value):
            held = name()
            first = ast.Assign([ast.Name(held, ast.Store())], value)
            then, orelse = _arms(stmt, choice)
            for arm in (then, orelse):
                assert isinstance(arm, ast.Assign)
                arm.value = ast.Name(held, ast.Load())
            made: list[ast.stmt] = [first, ast.If(choice.test, [then], [orelse])]
        case (
            ast.AugAssign(target=ast.Subscript(value=ast.IfExp() as choice))
            | ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.IfExp() as choice)))
        ):
            then, orelse = _arms(stmt, choice)
            made = [ast.If(choice.test, [then], [orelse])]
        case _:
            return None
    for each in made:
        for node in ast.walk(each):
            if isinstance(node, (ast.stmt, ast.expr)) and not hasattr(node, "lineno"):
                ast.copy_location(node, stmt)
    return made


def _arms(stmt: ast.stmt, choice: ast.IfExp) -> tuple[ast.stmt, ast.stmt]:
    """The statement with each of the two in the place of the choice."""
    made = []
    for chosen in (choice.body, choice.orelse):
        arm = copy.deepcopy(stmt)
        holder = _holder(arm)
        holder.value = copy.deepcopy(chosen)
        made.append(arm)
    return made[0], made[1]


def _holder(stmt: ast.stmt) -> ast.Subscript | ast.Attribute:
    """What has the choice in it."""
    match stmt:
        case ast.Assign(targets=[ast.Subscript() as holder]):
            return holder
        case ast.AugAssign(target=ast.Subscript() as holder):
            return holder
        case ast.Expr(value=ast.Call(func=ast.Attribute() as holder)):
            return holder
    raise AssertionError(ast.dump(stmt))
