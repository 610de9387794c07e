"""Compiled derivatives on disk: what tells whether a function is still the one that was compiled,
and the files under which Numba keeps what it made."""

from __future__ import annotations

import enum
import hashlib
import os
import sys
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from symdiff._version import __version__
from symdiff.errors import NotCompiled
from symdiff.read.source import file_of, unwrap
from symdiff.rules.custom import custom_of
from symdiff.write.numba import decorator

RULED = frozenset({"numpy", "scipy", "numba", "symdiff"})


def folder() -> Path:
    """Where generated modules are kept: `symdiff` in $XDG_CACHE_HOME, or in ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "symdiff"


def kept(name: str, text: str, key: str) -> Path:
    """The file of a module, written if it is not there yet; its name bears what it depends on."""
    digest = hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()[:16]
    path = folder() / f"{name}_{digest}.py"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Another process may write the same file: a whole one takes its place at once.
        partly = path.with_suffix(f".{os.getpid()}")
        partly.write_text(text)
        partly.replace(path)
    return path


def fingerprint(function: Any) -> str:
    """A digest of all that the derivative of a function is made from: its text, that of what it
    calls, of which derivatives it is one, the constants and defaults that it reads, and the version
    of symdiff.

    Raises NotCompiled for a function that reads an object whose content can't be told.
    """
    digest = hashlib.sha256(f"{__version__} {sys.version_info[:2]}".encode())
    for part in _parts(function, set()):
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def _parts(value: Any, seen: set[int]) -> Iterator[str]:
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes, enum.Enum)):
        yield repr(value)
    elif isinstance(value, (tuple, list)):
        yield type(value).__qualname__
        for item in value:
            yield from _parts(item, seen)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield repr(key)
            yield from _parts(item, seen)
    elif type(value).__module__ == "numpy" and hasattr(value, "tobytes"):
        yield f"{value.dtype} {value.shape}"
        yield value.tobytes().hex()
    elif isinstance(value, types.ModuleType):
        yield value.__name__
    elif id(value) not in seen:
        seen.add(id(value))
        yield from _parts_of_object(value, seen)


def _parts_of_object(value: Any, seen: set[int]) -> Iterator[str]:
    rule = custom_of(value)
    if rule is not None:
        yield type(rule).__qualname__
        yield from _parts(rule.symdiff_rules, seen)
    if getattr(type(value), "mode", None) and type(value).__module__.startswith("symdiff."):
        yield f"{type(value).__qualname__} {value.argnums!r} {value.has_aux}"
        yield from _parts(value.__wrapped__, seen)
        return
    yield decorator(dict(sorted(getattr(value, "targetoptions", {}).items())))
    derived = getattr(value, "__symdiff__", None)
    plain = unwrap(value) if derived is None else derived
    if derived is not None:
        yield from _parts(derived, seen)
    elif isinstance(plain, types.FunctionType):
        yield from _parts_of_function(plain, seen)
    elif isinstance(plain, (type, types.BuiltinFunctionType)) or _is_library(plain):
        yield f"{getattr(plain, '__module__', '')}.{getattr(plain, '__qualname__', repr(plain))}"
    else:
        raise NotCompiled(
            f"cache=True can't tell whether an object of type {type(value).__name__} changes",
            fix="Pass it as an argument, or do without cache=True.",
        )


def _parts_of_function(function: types.FunctionType, seen: set[int]) -> Iterator[str]:
    if _is_library(function):
        yield f"{function.__module__}.{function.__qualname__}"
        return
    code, names = function.__code__, function.__globals__
    first = code.co_firstlineno
    yield f"{function.__qualname__} {first}"
    yield file_of(function).text
    for value in (function.__defaults__, function.__kwdefaults__):
        yield from _parts(value, seen)
    for cell in function.__closure__ or ():
        yield from _parts(cell.cell_contents, seen)
    read = sorted(set(_names(code)))
    for name in read:
        if name in names:
            yield name
            yield from _parts(names[name], seen)
            yield from _attributes(names[name], read, seen)


def _attributes(module: Any, read: Iterable[str], seen: set[int]) -> Iterator[str]:
    """What a function may read of a module of the user's."""
    if isinstance(module, types.ModuleType) and not _is_library(module):
        for name in read:
            if hasattr(module, name):
                yield name
                yield from _parts(getattr(module, name), seen)


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _is_library(value: Any) -> bool:
    """Whether something belongs to Python, or to a package whose functions have rules: it stays
    what it is while other packages, like the user's own files, may change."""
    name = value.__name__ if isinstance(value, types.ModuleType) else value.__module__
    root = (name or "").partition(".")[0]
    return root in RULED or root in sys.stdlib_module_names and root != "__main__"
