"""Every error that a user of symdiff can meet, shown with an excerpt of their source.

All derive from `SymdiffError`. `str(error)` is a complete message: the place, what is wrong, the
line with carets under the span at fault, why it is so, and what to write instead.
"""

from __future__ import annotations

import linecache
import os
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from symdiff.stages import Place

WIDEST_EXCERPT = 120

Paint = Callable[[str, str], str]


class SymdiffError(Exception):
    """Base of all errors that symdiff raises for something the user wrote.

    `place` says where; its columns count characters. `why` and `fix` are sentences shown below the
    excerpt. The excerpt is taken from `lines`, the lines of the file, or else from the file itself.

    >>> import symdiff
    >>> try:
    ...     symdiff.grad(lambda x: (yield x))
    ... except symdiff.SymdiffError as error:
    ...     print(type(error).__name__)
    UnsupportedSyntax
    """

    def __init__(
        self,
        message: str,
        place: Place | None = None,
        *,
        why: str = "",
        fix: str = "",
        lines: Sequence[str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.why = why
        self.fix = fix
        # Read now: the file may have changed by the time the message is shown.
        self.line = "" if place is None else _line(place, lines)

    def __str__(self) -> str:
        return self.render()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.place), self.__dict__

    def render(self, paint: Paint | None = None) -> str:
        """The whole message. `paint(text, role)` may colour its parts: the roles are "place",
        "message" and "caret"."""
        paint = paint or (lambda text, role: text)
        message = paint(self.message, "message")
        if self.place is None:
            parts = [message]
        else:
            parts = [f"{paint(_where(self.place), 'place')}: {message}"]
            parts += _excerpt(self.place, self.line, paint)
        for note in (self.why, self.fix):
            parts += [f"  {line}" for line in note.splitlines()]
        return "\n".join(parts)


class UnsupportedSyntax(SymdiffError):
    """A statement or expression that symdiff cannot differentiate correctly, or not Python at all.

    >>> import symdiff
    >>> def f(x):
    ...     yield x
    >>> symdiff.source(f)
    Traceback (most recent call last):
        ...
    symdiff.errors.UnsupportedSyntax: ...
    """


class UnsupportedCall(SymdiffError):
    """A call of something that has neither a derivative rule nor Python source to read.

    >>> import os, symdiff
    >>> def f(x):
    ...     return x * os.nice(x)
    >>> symdiff.source(f)
    Traceback (most recent call last):
        ...
    symdiff.errors.UnsupportedCall: ...
    """


class UnboundName(SymdiffError, NameError):
    """A name that the function reads and that nothing defines.

    >>> import symdiff
    >>> def f(x):
    ...     return x * undefined_name
    >>> symdiff.source(f)
    Traceback (most recent call last):
        ...
    symdiff.errors.UnboundName: ...
    """


class NoSource(SymdiffError):
    """A function whose Python source cannot be found: built in, or typed where nothing keeps it.

    >>> import symdiff
    >>> made = {}
    >>> exec("def f(x): return x * x", made)
    >>> symdiff.source(made["f"])
    Traceback (most recent call last):
        ...
    symdiff.errors.NoSource: ...
    """


class NotDifferentiable(SymdiffError, TypeError):
    """A derivative asked of, or with respect to, something that has none: an integer argument, a
    text as the result, an argument that does not exist.

    >>> import symdiff
    >>> symdiff.grad(lambda x: x * x)("3")
    Traceback (most recent call last):
        ...
    symdiff.errors.NotDifferentiable: ...
    """


class BadRule(SymdiffError, TypeError):
    """A rule that does not fit its function: other parameters, a wrong number of adjoints, adjoints
    in another structure than the arguments.

    >>> import math, symdiff
    >>> @symdiff.elementwise
    ... def f(x):
    ...     return math.sin(x)
    >>> @f.partials
    ... def rule(x):
    ...     return math.cos(x)
    Traceback (most recent call last):
        ...
    symdiff.errors.BadRule: ...
    """


class BadTarget(SymdiffError):
    """The command line's FILE:FUNCTION names no file, or no function in it.

    >>> from symdiff.read.static import load
    >>> load("nowhere.py:f")
    Traceback (most recent call last):
        ...
    symdiff.errors.BadTarget: ...
    """


class NotCompiled(SymdiffError):
    """A derivative that Numba can't compile, or a function that it has no words for.

    >>> import symdiff
    >>> def f(x, **options):
    ...     return x
    >>> symdiff.grad(f, target="numba")
    Traceback (most recent call last):
        ...
    symdiff.errors.NotCompiled: ...
    """


class Offences(SymdiffError):
    """Several errors of one function, all of them in `errors`, in the order of the text.

    >>> from symdiff.errors import UnsupportedSyntax, together
    >>> error = together([UnsupportedSyntax("no 'yield'"), UnsupportedSyntax("no 'del'")])
    >>> print(error)
    2 errors
    UnsupportedSyntax: no 'yield'
    UnsupportedSyntax: no 'del'
    """

    def __init__(self, errors: Sequence[SymdiffError]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = tuple(errors)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.errors,)

    def render(self, paint: Paint | None = None) -> str:
        """The messages of all errors, each with the name of its class in front."""
        parts = [f"{type(error).__name__}: {error.render(paint)}" for error in self.errors]
        return "\n".join([self.message, *parts])


def together(errors: Iterable[SymdiffError]) -> SymdiffError:
    """One error for all: the only one as it is, several as `Offences`, sorted by place. Of several
    errors of one type at one place the first is kept. Raises ValueError when there is none."""
    distinct: dict[tuple[str, Place | str], SymdiffError] = {}
    for error in errors:
        for one in error.errors if isinstance(error, Offences) else (error,):
            distinct.setdefault((type(one).__name__, one.place or one.message), one)
    ordered = sorted(distinct.values(), key=_position)
    if not ordered:
        raise ValueError("no errors to put together")
    return ordered[0] if len(ordered) == 1 else Offences(ordered)


def _position(error: SymdiffError) -> tuple[str, int, int]:
    place = error.place
    return ("", 0, 0) if place is None else (place.file, place.line, place.column)


def _line(place: Place, lines: Sequence[str] | None) -> str:
    if lines is None:
        return linecache.getline(place.file, place.line).rstrip("\r\n")
    return lines[place.line - 1].rstrip("\r\n") if 0 < place.line <= len(lines) else ""


def _where(place: Place) -> str:
    return f"{_short(place.file)}:{place.line}:{place.column + 1}"


def _short(file: str) -> str:
    """The path from the working directory if the file lies below it, else the bare file name."""
    if file.startswith("<"):
        return file
    try:
        relative = os.path.relpath(file)
    except (ValueError, OSError):  # on another drive; no working directory
        return os.path.basename(file)
    return os.path.basename(file) if relative.startswith(os.pardir) else relative


def _excerpt(place: Place, line: str, paint: Paint) -> list[str]:
    """The line at fault and carets under the span; nothing if the line is not known."""
    if not line.strip():
        return []
    start = min(place.column, len(line))
    end = place.end_column if place.end_line in (0, place.line) else len(line.rstrip())
    first = 0
    if len(line) > WIDEST_EXCERPT:
        first = max(0, start - WIDEST_EXCERPT // 2)
        line = line[first : first + WIDEST_EXCERPT]
    before = "".join(c if c == "\t" else " " * _width(c) for c in line[: start - first])
    under = "^" * max(1, sum(map(_width, line[start - first : end - first])))
    return [f"{place.line:>5} | {line}", f"{'':>5} | {before}{paint(under, 'caret')}"]


def _width(character: str) -> int:
    """How many cells of a terminal a character takes."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
