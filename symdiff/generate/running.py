"""The generated text as a function that runs: known to tracebacks, its globals those of now."""

from __future__ import annotations

import ast
import inspect
import linecache
import threading
import types
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from symdiff.read.scope import Access, TypeOf
from symdiff.stages import Place

if TYPE_CHECKING:
    from symdiff.generate.generated import Generated


LOCK = threading.RLock()


_FILES: dict[str, str] = {}


def runnable(made: Generated) -> tuple[Callable[..., Any], Callable[[], bool] | None]:
    """The generated function as it stands in its text, and what makes its globals those of now:
    it returns False when a function that was followed is no longer what its name stands for."""
    with LOCK:
        if made.code is None:
            made.code = compile(made.text, _register(made), "exec", dont_inherit=True)
        names: dict[str, Any] = {"__name__": f"symdiff.generated.{made.name}"}
        if made.target == "numba":  # it imports modules by their names, and globals are constants
            names = {"__name__": "symdiff.dispatch", **made.names()}
        exec(_without_constants(made), names)
    function: Callable[..., Any] = names[made.name]
    if made.target == "numba":
        return function, None
    _set_defaults(function, made.root)
    return function, _freshener(made, names)


def _freshener(made: Generated, names: dict[str, Any]) -> Callable[[], bool] | None:
    """A function that checks the guards and looks up the globals, as straight code for speed."""
    guards = list(made.reading.unit.guards.values())
    if not guards and not made.refreshed:
        return None

    def stale() -> None:
        made._compiled = None  # the next call looks again at what the names stand for

    known: dict[str, Any] = {"names": names, "stale": stale}
    tests, updates = [], []
    for i, (read, _) in enumerate(guards):
        known[f"v{i}"] = read(made.root)
        tests.append(f"{_access(read, made.root, f'g{i}', known)} is v{i}")
    for i, (name, value) in enumerate(made.refreshed.items()):
        if value.read is not None:
            updates.append(
                f"    names[{name!r}] = {_access(value.read, made.root, f'r{i}', known)}"
            )
    check = (
        [f"    if not ({' and '.join(tests)}):", "        stale()", "        return False"]
        if tests
        else []
    )
    exec("\n".join(["def fresh():", *check, *updates, "    return True"]), known)
    return known["fresh"]  # type: ignore[no-any-return]


def _access(read: Callable[[Any], Any], root: Any, name: str, known: dict[str, Any]) -> str:
    """An expression for a live value, its owner looked up once and for all."""
    if isinstance(read, TypeOf):
        return f"type({_access(read.read, root, name, known)})"
    if isinstance(read, Access):
        owner = read.owner(root)
        if read.how == "cell":
            known[name] = owner.__closure__[read.key]
            return f"{name}.cell_contents"
        if read.how == "global":
            known[name] = owner.__globals__
            return f"{name}.get({read.key!r})"
    known[name] = lambda: read(root)
    return f"{name}()"


def _without_constants(made: Generated) -> types.CodeType:
    """The code of the text, without the lines that set what is looked up anew."""
    assert made.code is not None
    if not made.refreshed:
        return made.code
    tree = ast.parse(made.text)
    tree.body = [
        s
        for s in tree.body
        if not (
            isinstance(s, ast.Assign)
            and isinstance(s.targets[0], ast.Name)
            and s.targets[0].id in made.refreshed
        )
    ]
    return compile(tree, made.code.co_filename, "exec", dont_inherit=True)


def _set_defaults(function: Any, root: Any) -> None:
    """Defaults are the function's own objects, whatever the text could show of them."""
    plain = root.__func__ if isinstance(root, types.MethodType) else root
    if isinstance(plain, types.FunctionType) and isinstance(function, types.FunctionType):
        try:
            count = len(inspect.signature(plain).parameters)
        except ValueError:
            return
        if (
            function.__defaults__
            and plain.__defaults__
            and len(function.__defaults__) == len(plain.__defaults__)
            and count
        ):
            function.__defaults__ = plain.__defaults__


def _register(made: Generated) -> str:
    return file_name(made.name, made.wrt, made.reading.procedure.place, made.text)


def file_name(function: str, wrt: Sequence[str | int], place: Place | None, text: str) -> str:
    """A readable file name for a text, known to linecache."""
    origin = "" if place is None else f" from {place.file.rpartition('/')[2]}:{place.line}"
    base = f"<symdiff {function} wrt {', '.join(map(str, wrt))}{origin}"
    name, n = f"{base}>", 1
    while name in _FILES and _FILES[name] != text:
        n += 1
        name = f"{base} #{n}>"
    _FILES[name] = text
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    return name
