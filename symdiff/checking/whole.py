"""Jacobians: the numbers of a matrix, or of nested matrices, beside what each is the derivative of.

A Hessian has the structure of the gradient, with that of the arguments in the place of each number
or array of it: an array of shape `s + t` for a gradient of shape `s` and an argument of shape `t`.
Of the Jacobian there is one for each argument, in the structure of the result.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from symdiff.checking.inputs import Grid, Slot, is_array, leaves

Part = tuple[Any, Slot, Any]  # a number of the result, what it is differentiated by, the derivative


def parts(result: Any, arguments: Any, jacobian: Any, by_argument: bool = False) -> Iterator[Part]:
    """The derivatives in a Jacobian. Raises LookupError where it has another structure. With
    `by_argument` there is one Jacobian for each of the arguments."""
    if by_argument:
        _same(isinstance(jacobian, tuple) and len(jacobian) == len(arguments), jacobian)
        for argument, one in zip(arguments, jacobian, strict=True):
            yield from parts(result, argument, one)
    elif isinstance(result, dict):
        _same(isinstance(jacobian, dict) and jacobian.keys() == result.keys(), jacobian)
        for key, part in result.items():
            yield from parts(part, arguments, jacobian[key])
    elif isinstance(result, (list, tuple)):
        _same(isinstance(jacobian, (list, tuple)) and len(jacobian) == len(result), jacobian)
        for part, block in zip(result, jacobian, strict=True):
            yield from parts(part, arguments, block)
    else:
        yield from _by_arguments(result, arguments, jacobian)


def _by_arguments(result: Any, arguments: Any, blocks: Any) -> Iterator[Part]:
    if isinstance(arguments, dict):
        _same(isinstance(blocks, dict) and blocks.keys() == arguments.keys(), blocks)
        for key, argument in arguments.items():
            yield from _by_arguments(result, argument, blocks[key])
    elif isinstance(arguments, (list, tuple)):
        _same(isinstance(blocks, (list, tuple)) and len(blocks) == len(arguments), blocks)
        for argument, block in zip(arguments, blocks, strict=True):
            yield from _by_arguments(result, argument, block)
    else:
        slots: list[Any] = list(arguments.items) if isinstance(arguments, Grid) else [arguments]
        shape = _shape(result) + (arguments.shape if isinstance(arguments, Grid) else ())
        _same(_shape(blocks) == shape, blocks)
        numbers = iter([got for _, got in leaves(blocks, blocks) or ()])
        for value, _ in leaves(result, result) or ():
            for slot in slots:
                got = next(numbers)
                if isinstance(slot, Slot):
                    yield value, slot, got


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(value.shape) if is_array(value) else ()


def _same(holds: bool, got: Any) -> None:
    if not holds:
        raise LookupError(f"the Jacobian has another structure than it should: {got!r}")


def derivative_only(text: str, name: str) -> tuple[str, str]:
    """The text of a function that returns a value and its derivatives as that of one that returns
    the derivatives, and the name of that one."""
    tree = ast.parse(text)
    function = next(s for s in tree.body if isinstance(s, ast.FunctionDef) and s.name == name)
    pending: list[ast.AST] = [*function.body]
    while pending:
        top = pending.pop()
        if isinstance(top, ast.Return) and isinstance(top.value, ast.Tuple):
            top.value = top.value.elts[1]
        elif not isinstance(top, (ast.FunctionDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(top))
    function.name = f"{name}_only"
    return ast.unparse(tree), function.name
