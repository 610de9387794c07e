"""A procedure as a complete module: imports, constants, helpers, callees, and the function last."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from symdiff.errors import NoSource
from symdiff.stages import (
    Apply,
    Call,
    Expr,
    Global,
    GlobalValue,
    Helper,
    Opaque,
    Procedure,
    expressions,
    steps,
)
from symdiff.write.breaking import broken
from symdiff.write.layout import WIDTH, print_module
from symdiff.write.names import shadowed_builtins
from symdiff.write.numba import UNCOUNTED, decorator, in_numbas_words, uncounted
from symdiff.write.parallel import in_parallel
from symdiff.write.python import function
from symdiff.write.reuse import reuse_arrays
from symdiff.write.statements import Marks


@dataclass(slots=True)
class Written:
    """`text` is a whole module and `name` the function in it that was asked for. `globals` are
    the constants whose values live code has to look up again before it runs; `lines` maps lines
    of the text, from 1, to the numbers of the stages they belong to, and `covers` to those of the
    elementary stages that they consist of."""

    text: str
    name: str
    globals: dict[str, GlobalValue] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)
    covers: dict[int, frozenset[int]] = field(default_factory=dict)


def write(
    procedure: Procedure,
    *,
    header: str = "",
    live: bool = False,
    again: bool = False,
    numba: Mapping[str, Any] | None = None,
) -> Written:
    """The source of a procedure and of everything it calls.

    `header` becomes comment lines at the top. With `live`, constants that can be read while the
    program runs are left out of the text, for they need not have a text at all. What is written
    to be read and differentiated `again` says what its derivatives must know. With `numba` the
    functions are in the words of Numba, with these options of its decorator.
    """
    procedures = list(_callees(procedure, set()))
    names: dict[str, GlobalValue] = {}
    helpers: dict[str, Helper] = {}
    for each in procedures:
        helpers.update(each.helpers)
        names.update(each.globals)
    functions = []
    for each in procedures:
        marks = Marks()
        made = function(each, marks, again, typed=numba is not None)
        if numba is None and not again:
            reuse_arrays(made, marks)
        if numba is not None:
            made = in_numbas_words(made, marks.variables)
        functions.append((made, marks))
    pairs = zip(procedures, functions, strict=True)
    bare = uncounted({p.name: (p, made) for p, (made, _) in pairs}) if numba is not None else set()
    parallel: set[str] = set()
    if numba is not None and numba.get("parallel"):
        functions, parallel = in_parallel(functions, [h.text for h in helpers.values()], bare)
    read = set().union(*(_names_read(made) for made, _ in functions))
    helpers = _used(helpers, read)
    for helper in helpers.values():
        for name, value in helper.globals.items():
            names.setdefault(name, value)
    classes = {
        n: v.text
        for n, v in names.items()
        if n in read and is_class(v) and not (live and v.read is not None)
    }
    names = _needed(names, read, [*classes.values(), *(h.text for h in helpers.values())])
    imports = _imports(procedures, names, helpers, read, again)
    needed = {line for mark, line in OF_CLASSES if any(mark in t for t in classes.values())}
    imports = _sorted({*imports, *needed, *(() if numba is None else ("import numba",))})
    refreshed = {n: v for n, v in names.items() if v.read is not None and not _is_import(v)}
    constants = [
        line
        for n, v in names.items()
        if not _is_import(v)
        and not is_class(v)
        and "." not in n
        and n not in helpers
        and not (live and n in refreshed)
        for line in broken(f"{n} = ", _constant(n, v), "", WIDTH)
    ]
    lines = [f"# {line}".rstrip() for line in header.splitlines()]
    for group in (imports, constants):
        if group and lines:
            lines.append("")
        lines.extend(line for text in group for line in text.splitlines())
    stages: dict[int, int] = {}
    covers: dict[int, frozenset[int]] = {}
    texts: list[tuple[list[str], dict[int, int], dict[int, frozenset[int]]]]
    texts = [(_class(n, text), {}, {}) for n, text in classes.items()]
    texts += [(h.text.strip("\n").splitlines(), {}, {}) for h in helpers.values()]
    for made, marks in functions:
        printed = print_module(ast.Module([made], []), marks)
        texts.append((printed.lines, printed.stages, printed.covers))
    defined = [*classes, *helpers, *(made.name for made, _ in functions)]
    for i, (text, numbered, consisting) in enumerate(texts):
        if lines:
            lines.extend(("", ""))
        if numba is not None and i >= len(classes):
            own = {k: v for k, v in numba.items() if k != "parallel" or defined[i] in parallel}
            lines.append(decorator(own | (UNCOUNTED if defined[i] in bare else {})))
        main = text is texts[-1][0]
        if main:
            stages = {at + len(lines): number for at, number in numbered.items()}
            covers = {at + len(lines): numbers for at, numbers in consisting.items()}
        lines.extend(text)
    return Written("\n".join(lines) + "\n", procedure.name, refreshed, stages, covers)


def _constant(name: str, value: GlobalValue) -> ast.expr:
    try:
        return ast.parse(value.text, mode="eval").body
    except SyntaxError:
        raise NoSource(
            f"{name!r} is an object that can't be written into a file: {value.text}",
            fix="Pass it as an argument, or do without it in the differentiated function.",
        ) from None


def _callees(procedure: Procedure, seen: set[str]) -> Iterator[Procedure]:
    """The procedures that are called, each before its caller where that is possible, otherwise in
    the order of the calls."""
    pending = [(procedure, iter([*_called(procedure), *procedure.callees.values()]))]
    seen.add(procedure.name)
    while pending:
        top, rest = pending[-1]
        for callee in rest:
            if callee.name not in seen:
                seen.add(callee.name)
                pending.append((callee, iter(_called(callee))))
                break
        else:
            yield top
            pending.pop()


def _names_read(tree: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}


def _called(procedure: Procedure) -> list[Procedure]:
    names = (step.callee for step in steps(procedure.body) if isinstance(step, Call))
    return [procedure.callees[name] for name in names if name in procedure.callees]


def _used(helpers: dict[str, Helper], read: set[str]) -> dict[str, Helper]:
    """The helpers that functions read, and those that these call; dead calls leave others."""
    used: set[str] = set()
    pending = [read]
    while pending:
        for name in sorted(pending.pop() & helpers.keys() - used):
            used.add(name)
            pending.append(_names_read(ast.parse(helpers[name].text)))
    return {name: helper for name, helper in helpers.items() if name in used}


def _needed(
    names: dict[str, GlobalValue], read: set[str], texts: list[str]
) -> dict[str, GlobalValue]:
    """The globals that are read by functions, by these texts, or by one another."""
    needed: dict[str, GlobalValue] = {}
    pending = [*read, *(n for text in texts for n in _names_read(ast.parse(text)))]
    while pending:
        name = pending.pop()
        if name in names and name not in needed:
            needed[name] = names[name]
            if not is_class(names[name]):
                pending += _names_in_constant(names[name])
    return {n: v for n, v in names.items() if n in needed or "." in n or _is_import(v)}


def _names_in_constant(value: GlobalValue) -> set[str]:
    try:
        return set() if _is_import(value) else _names_read(ast.parse(value.text, mode="eval"))
    except SyntaxError:
        return set()


def _is_import(value: GlobalValue) -> bool:
    return value.text.startswith(("import ", "from "))


# What the definition of a class needs.
OF_CLASSES = (
    ("@dataclass", "from dataclasses import dataclass"),
    ("(NamedTuple)", "from typing import NamedTuple"),
)


def is_class(value: GlobalValue) -> bool:
    return value.text.startswith(("class ", "@"))


def _class(name: str, text: str) -> list[str]:
    """The lines of the definition of a class under a name."""
    made = ast.parse(text).body[0]
    assert isinstance(made, ast.ClassDef)
    made.name = name
    return ast.unparse(made).splitlines()


def _imports(
    procedures: list[Procedure],
    names: dict[str, GlobalValue],
    helpers: dict[str, Helper],
    read: set[str],
    again: bool,
) -> list[str]:
    """The import lines, sorted, each once."""
    found = {v.text for v in names.values() if _is_import(v)}
    roots: set[str] = set()
    for procedure in procedures:
        if shadowed_builtins(procedure):
            roots.add("builtins")
        for expr in _all_expressions(procedure):
            roots.update(_modules(expr))
    read = read.union(*(_names_read(ast.parse(h.text)) for h in helpers.values()))
    roots |= {"math", *(["symdiff"] if again else [])} & read
    constants = [v for v in names.values() if not is_class(v)]
    mentioned = set().union(*map(_names_in_constant, constants))
    roots |= (mentioned & sys.stdlib_module_names) - names.keys()
    found.update(f"import {root}" for root in roots if root not in names)
    if "np" in read and "np" not in names:
        found.add("import numpy as np")
    return _sorted(found)


def _sorted(imports: set[str]) -> list[str]:
    return sorted(imports, key=lambda text: (text.startswith("from "), text))


def _all_expressions(procedure: Procedure) -> Iterator[Expr]:
    for step in steps(procedure.body):
        yield from expressions(step)
    yield procedure.result
    yield from (p.default for p in procedure.params if p.default is not None)


def _modules(expr: Expr) -> Iterator[str]:
    """The modules that dotted names in an expression come from."""
    pending = [expr]
    while pending:
        match pending.pop():
            case Global(name=name):
                if "." in name and not name.startswith("numpy."):
                    yield name.split(".")[0]
            case Opaque(args=args):
                pending.extend(args)
            case Apply(op=op, args=args):
                if "." in op and not op.startswith(("helper:", "numpy.", "ndarray.", "builtins.")):
                    yield op.rpartition(".")[0]
                pending.extend(args)
