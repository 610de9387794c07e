"""What the body of a try statement may raise, as far as its text tells."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator


class _Own(BaseException):
    """Stands for the exceptions of the user's, which only calls and raise statements raise."""


Raised = tuple[type[BaseException], ...]
ANYTHING: Raised = (BaseException,)
# Of what is followed all names are known: a call raises no NameError, and no ImportError.
BY_CALLS: Raised = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, OSError,
    RuntimeError, StopIteration, TypeError, ValueError, Warning, _Own,
)  # fmt: skip
OPERATORS: dict[type[ast.operator], Raised] = {
    ast.Div: (ZeroDivisionError,),
    ast.FloorDiv: (ZeroDivisionError,),
    ast.Mod: (ZeroDivisionError,),
    ast.Pow: (ZeroDivisionError, OverflowError),
    ast.LShift: (ValueError, OverflowError),
    ast.RShift: (ValueError,),
}
CALLS: dict[str, Raised] = {
    "float": (ValueError, TypeError, OverflowError),
    "int": (ValueError, TypeError, OverflowError),
    "complex": (ValueError, TypeError),
    "range": (ValueError,),
    "min": (ValueError,),
    "max": (ValueError,),
    "divmod": (ZeroDivisionError,),
    "pow": (ZeroDivisionError, OverflowError, ValueError),
    "next": (StopIteration,),
    **dict.fromkeys(("len", "list", "tuple", "sum", "iter", "enumerate", "zip"), (TypeError,)),
    **dict.fromkeys(("sorted", "reversed"), (TypeError,)),
    **dict.fromkeys(("abs", "print", "round", "bool", "str", "repr", "isinstance"), ()),
}
MATH = (ValueError, OverflowError, ZeroDivisionError)
METHODS = {"append", "extend", "clear", "copy", "items", "keys", "values", "get", "update", "add"}


def may_be_caught(node: ast.Try) -> bool:
    """Whether the body of a try statement may raise something that one of its handlers catches."""
    caught = [caught_by(handler) for handler in node.handlers]
    raised = {e for stmt in node.body for e in raised_in(stmt)}
    return any(meets(e, kinds) for e in raised for kinds in caught)


def meets(raised: type[BaseException], caught: Raised | None) -> bool:
    """Whether a handler catches an exception, or a part of what its class stands for."""
    return caught is None or any(issubclass(raised, k) or issubclass(k, raised) for k in caught)


def raised_in(root: ast.AST) -> Iterator[type[BaseException]]:
    """What a statement or an expression may raise."""
    return (e for node in _own(root) for e in raised_by(node))


def _own(root: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run where a statement stands: not those of functions defined in it."""
    yield root
    if not isinstance(root, (ast.FunctionDef, ast.Lambda)):
        for child in ast.iter_child_nodes(root):
            yield from _own(child)


def named_by(handler: ast.ExceptHandler) -> list[ast.expr]:
    """The classes that a handler names, as they are written."""
    if isinstance(handler.type, ast.Tuple):
        return handler.type.elts
    return [] if handler.type is None else [handler.type]


def caught_by(handler: ast.ExceptHandler) -> Raised | None:
    """The classes that a handler catches; None for one that catches everything."""
    if handler.type is None:
        return None
    found: list[type[BaseException]] = []
    for part in named_by(handler):
        kind = getattr(builtins, part.id, None) if isinstance(part, ast.Name) else None
        known = isinstance(kind, type) and issubclass(kind, BaseException)
        found.append(kind if known else _Own)  # type: ignore[arg-type]
    return tuple(found)


def raised_by(node: ast.AST) -> Raised:
    match node:
        case ast.Raise():
            return ANYTHING
        case ast.Assert():
            return (AssertionError,)
        case ast.BinOp(op=op) | ast.AugAssign(op=op):
            return OPERATORS.get(type(op), ())
        case ast.Subscript(slice=ast.Slice()):
            return ()
        case ast.Subscript():
            return (IndexError, KeyError, TypeError)
        case ast.Call(func=ast.Name(id=name)):
            return CALLS.get(name, BY_CALLS)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="math"))):
            return MATH
        case ast.Call(func=ast.Attribute(attr=attr)):
            return () if attr in METHODS else BY_CALLS
        case ast.Call():
            return BY_CALLS
        case ast.Assign(targets=targets) if any(isinstance(t, ast.Tuple) for t in targets):
            return (ValueError, TypeError)
        case ast.Attribute():
            return (AttributeError,)
    return ()
