"""Finding the source of a function: its file, and its node in the file's syntax tree."""

from __future__ import annotations
import __future__

import ast
import functools
import importlib.machinery
import inspect
import linecache
import operator
import types
from dataclasses import dataclass
from typing import Any

from symdiff.deep import with_room
from symdiff.errors import NoSource, UnsupportedSyntax
from symdiff.stages import Place

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(eq=False)
class SourceFile:
    """A parsed file of the user's."""

    path: str
    text: str
    tree: ast.Module

    @functools.cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @functools.cached_property
    def functions(self) -> dict[str, list[FunctionNode]]:
        """All functions in the file, by the names that code gives them."""
        found: dict[str, list[FunctionNode]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.Lambda):
                found.setdefault("<lambda>", []).append(node)
        return found

    def place(self, node: ast.AST) -> Place:
        line = getattr(node, "lineno", 1)
        column = getattr(node, "col_offset", 0)
        end, end_column = getattr(node, "end_lineno", line), getattr(node, "end_col_offset", column)
        if isinstance(
            node,
            (ast.FunctionDef, ast.AsyncFunctionDef, ast.For, ast.While, ast.If, ast.Try, ast.With),
        ):
            # A compound statement is pointed at by its first word.
            word = {
                ast.FunctionDef: 3,
                ast.AsyncFunctionDef: 5,
                ast.For: 3,
                ast.While: 5,
                ast.If: 2,
                ast.Try: 3,
                ast.With: 4,
            }
            end, end_column = line, column + word[type(node)]
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        # The parser counts bytes; people count characters.
        column = len(text.encode()[:column].decode(errors="ignore"))
        if end == line:
            end_column = len(text.encode()[:end_column].decode(errors="ignore"))
        return Place(self.path, line, column, end, end_column)


def parse(path: str, text: str) -> SourceFile:
    """Parse a file. Raises UnsupportedSyntax, with the place, where the text is not Python."""
    try:
        tree = with_room(lambda: ast.parse(text, path))
        # Names that are declared or bound twice are found by the compiler only; nothing is run.
        with_room(lambda: compile(text, path, "exec", dont_inherit=True))
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 0)
        place = Place(
            path,
            error.lineno or 1,
            column,
            error.end_lineno or 0,
            max((error.end_offset or 1) - 1, 0),
        )
        raise UnsupportedSyntax(
            f"this is not Python: {error.msg}", place, lines=text.splitlines()
        ) from None
    except RecursionError:
        raise UnsupportedSyntax("expressions nest too deeply to be read", Place(path, 1)) from None
    except ValueError as error:
        raise UnsupportedSyntax(f"this is not Python: {error}", Place(path, 1)) from None
    return SourceFile(path, text, tree)


@functools.lru_cache(maxsize=512)
def _parsed(path: str, text: str) -> SourceFile:
    return parse(path, text)


def file_of(function: types.FunctionType) -> SourceFile:
    """The file that a live function was compiled from."""
    file = file_at(function.__code__.co_filename, function.__globals__)
    if file is None:
        raise _not_found(function)
    return file


def file_at(path: str, names: dict[str, Any] | None = None) -> SourceFile | None:
    """A file as Python knows its lines, parsed once; `names` are the globals of its module."""
    lines = linecache.getlines(path, names)
    return _parsed(path, "".join(lines)) if lines else None


def _not_found(function: types.FunctionType) -> NoSource:
    name = function.__name__.strip("<>")
    return NoSource(
        f"the source of {function.__qualname__!r} can't be found ({function.__code__.co_filename})",
        fix="Define it in a file, register its text in linecache before it is differentiated, "
        f"or give it a rule: symdiff.rules.register({name}, pullback=...).",
    )


def node_of(function: types.FunctionType) -> tuple[SourceFile, FunctionNode]:
    """The syntax tree of a live function, found by the positions in its code, not by its name."""
    file, code = file_of(function), function.__code__
    found: list[FunctionNode] = []
    for node in file.functions.get(code.co_name, ()):
        if isinstance(node, ast.Lambda):
            if _contains(node, code):
                found.append(node)
        elif min([node.lineno, *(d.lineno for d in node.decorator_list)]) == code.co_firstlineno:
            found.append(node)
    if isinstance(found and found[0], ast.Lambda):
        found.sort(key=_extent)
    for node in found:
        if _parameters(node) == code.co_varnames[: len(_parameters(node))]:
            if not _is_compiled_from(function, file):
                break
            return file, node
    if code.co_filename == "<string>":  # where Python 3.13 keeps the text of `python -c`
        raise _not_found(function)
    raise NoSource(
        f"{code.co_filename}:{code.co_firstlineno} no longer holds the source of "
        f"{function.__qualname__!r}",
        fix="The file has changed since it was imported: import it anew.",
    )


def _is_compiled_from(function: types.FunctionType, file: SourceFile) -> bool:
    """Whether the text is what the code was made of: files change, and many texts are called
    "<string>". An import hook may make what it likes of a file, and is trusted."""
    loader = function.__globals__.get("__loader__")
    hooked = loader is not None and type(loader) is not importlib.machinery.SourceFileLoader
    if hooked and not file.path.startswith("<"):
        return True
    code = function.__code__
    made = _codes(file, code.co_flags & _FUTURE).get(code.co_firstlineno, ())
    return any(_contents(code) == _contents(other) for other in made)


_FUTURE = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


@functools.lru_cache(maxsize=512)
def _codes(file: SourceFile, flags: int) -> dict[int, list[types.CodeType]]:
    """The code of all functions of a file, by their first lines."""
    whole = with_room(lambda: compile(file.text, file.path, "exec", flags, dont_inherit=True))
    found: dict[int, list[types.CodeType]] = {}
    left = [whole]
    for code in left:
        found.setdefault(code.co_firstlineno, []).append(code)
        left += [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return found


def _contents(code: types.CodeType) -> tuple[Any, ...]:
    """What code does, and nothing of where it stands."""
    constants: list[Any] = []
    for value in code.co_consts:
        if isinstance(value, types.CodeType):
            constants.append(_contents(value))
        else:  # repr tells 1 from 1.0, and 0.0 from -0.0
            constants.append(sorted(map(repr, value)) if type(value) is frozenset else repr(value))
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, constants


def _parameters(node: FunctionNode) -> tuple[str, ...]:
    a = node.args
    plain = [*a.posonlyargs, *a.args, *a.kwonlyargs]
    return tuple(
        p.arg for p in [*plain, *([a.vararg] if a.vararg else []), *([a.kwarg] if a.kwarg else [])]
    )


def _extent(node: ast.AST) -> tuple[int, int]:
    body: Any = node.body  # type: ignore[attr-defined]
    return (body.end_lineno - body.lineno, body.end_col_offset - body.col_offset)


def _contains(node: ast.Lambda, code: types.CodeType) -> bool:
    body = node.body
    start, end = (body.lineno, body.col_offset), (body.end_lineno or 0, body.end_col_offset or 0)
    spots = [
        ((line, column), (end_line, end_column))
        for line, end_line, column, end_column in code.co_positions()
        if line is not None
        and column is not None
        and end_line is not None
        and end_column is not None
        and (end_line, end_column) > (line, column)
    ]
    if not spots:
        return node.lineno == code.co_firstlineno
    return all(start <= a and b <= end for a, b in spots)


def by_numba(function: Any) -> bool:
    """Whether a function is one of Numba's dispatchers; Numba is not loaded for others."""
    return hasattr(function, "py_func") and type(function).__module__.startswith("numba.")


def unwrap(function: Any) -> Any:
    """The plain function under wrappers that are known to leave the result alone.

    functools.wraps alone is no such promise: a wrapper that sets __wrapped__ is read itself.
    """
    while True:
        if isinstance(function, functools._lru_cache_wrapper):
            function = function.__wrapped__
        elif by_numba(function):
            function = function.py_func
        elif hasattr(function, "__symdiff_primal__"):
            function = function.__symdiff_primal__
        else:
            return function


def has_source(function: Any) -> bool:
    return isinstance(function, (types.FunctionType, types.MethodType)) and not inspect.isbuiltin(
        function
    )


def is_found(function: types.FunctionType) -> bool:
    """Whether there is a text under the name of the file that a function was compiled from; of
    "<string>" many texts are called."""
    path = function.__code__.co_filename
    if not linecache.getlines(path, function.__globals__):
        return False
    if path != "<string>":
        return True
    try:
        node_of(function)
    except NoSource:
        return False
    return True
