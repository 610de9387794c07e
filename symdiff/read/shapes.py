"""Shapes: what is gathered about a value from the ways in which it is used."""

from __future__ import annotations

from typing import Any

from symdiff.read.values import join
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    KINDS,
    OBJECT,
    REAL,
    TEXT,
    ArrayOf,
    Kind,
    ListOf,
    Scalar,
)


class Shape:
    """What the uses of a value say of it.

    `like` are values that it may be: whatever is found out of it holds for them, too. `terms` are
    numbers that it is computed from by an operation that makes integers of integers only,
    `operands` what it is computed from element by element.
    """

    def __init__(
        self,
        kind: Scalar | None = None,
        *,
        like: list[Shape] | None = None,
        terms: list[Shape] | None = None,
        operands: list[Shape] | None = None,
        item: Shape | None = None,
        texts: tuple[str, ...] = (),
        parts: list[Shape] | None = None,
    ) -> None:
        self.kind = kind
        self.like, self.terms, self.operands = like or [], terms or [], operands or []
        self.item = item  # of a sequence, whichever of its items
        self.uniform = item is not None  # made here, of items that are alike
        self.texts = texts  # the texts that it may be, where that is known
        self.parts: dict[int, Shape] = dict(enumerate(parts or ()))
        self.fields: dict[str, Shape] = {}
        self.count: int | None = len(parts) if parts is not None else None
        self.is_sequence = item is not None or parts is not None
        self.is_object = False  # a function, an object, or a dict whose keys are not known
        self.is_fixed = kind is not None or bool(texts) or parts is not None  # made here
        self.is_array = False
        self.is_number = False  # certainly not an array
        self.is_place = False  # an integer only because it chooses items
        self.closure: Any = None
        self.reads = self.tests = 0

    # --- evidence ---

    def integer(self, place: bool = False) -> None:
        """It is an integer; `place`: or, where it chooses items of an array, several."""
        if self.is_fixed or self.kind not in (None, INTEGER):
            return
        if self.kind is None or self.is_place and not place:
            self.kind, self.is_place = INTEGER, place
            for other in (*self.like, *self.terms):
                other.integer(place)

    def text(self) -> None:
        if self.kind is None and not self.is_fixed:
            self.kind = TEXT
            for other in self.like:
                other.text()

    def opaque(self) -> None:
        """It is called, has attributes of its own, or is asked for its keys."""
        if not self.is_object:
            self.is_object = True
            for other in self.like:
                other.opaque()

    def array(self) -> None:
        """It has the attributes, methods or indices of an array."""
        if not self.is_array and not self.is_fixed:
            self.is_array = True
            for other in self.like:
                other.array()

    def number(self) -> None:
        """It is no array, for a function of numbers takes it or its truth is asked."""
        if not self.is_number:
            self.is_number = True
            for other in (*self.like, *self.terms, *self.operands):
                other.number()

    def sequence(self) -> None:
        if not self.is_sequence:
            self.is_sequence = True
            for other in self.like:
                other.sequence()

    def items(self) -> Shape:
        """Whichever item of a sequence."""
        self.sequence()
        if self.item is None:
            like = [*self.parts.values(), *(s.items() for s in self.like)]
            texts = tuple(t for p in self.parts.values() for t in p.texts) if self.is_fixed else ()
            self.item = Shape(like=like, texts=texts)
        return self.item

    def part(self, at: int, count: int | None = None) -> Shape:
        """The item at an index; `count` is how many there are, if it is known from here."""
        if self.uniform or at < 0:
            return self.items()
        self.sequence()
        if count is not None and self.count is None:
            self.count = count
        if at not in self.parts:
            self.parts[at] = Shape(like=[s.part(at, count) for s in self.like])
            if self.item is not None:
                self.item.like.append(self.parts[at])
        return self.parts[at]

    def field(self, key: str) -> Shape:
        if key not in self.fields:
            self.fields[key] = Shape(like=[s.field(key) for s in self.like])
        return self.fields[key]

    # --- conclusion ---

    def array_spec(self) -> Any:
        """Like `spec`, for a function that computes with arrays: what is not told apart by its
        uses may be a number or an array."""
        if self.is_object or self.fields and self.is_sequence:
            return OBJECT
        if self.fields:
            return {k: s.array_spec() for k, s in self.fields.items()}
        if self.is_array or self.is_sequence and not self._is_of_rows():
            whole = self.kind is INTEGER or self.item is not None and self.item.kind is INTEGER
            return ArrayOf(INTEGER if whole else REAL, None)
        if self.is_sequence:
            rows = [
                s.array_spec() for s in (*self.parts.values(), *([self.item] if self.item else []))
            ]
            if self.item is None and self.count is not None:
                return (tuple, *rows)
            item = held_arrays(rows)
            return ListOf(item) if item is not None else OBJECT
        kind = self.spec()
        return ArrayOf(REAL, None) if kind is REAL and not self.is_number else kind

    def _is_of_rows(self) -> bool:
        """Whether its items are taken apart, as those of a list of tuples are."""
        if self.item is None and self.count is not None:
            return True
        return self.item is not None and (self.item.count is not None or bool(self.item.fields))

    def spec(self) -> Any:
        """The kind of a parameter of this shape, or its structure."""
        if self.is_array:
            return ArrayOf(INTEGER if self.kind is INTEGER else REAL, None)
        if self.is_object:
            return OBJECT
        if self.fields:
            return OBJECT if self.is_sequence else {k: s.spec() for k, s in self.fields.items()}
        if self.is_sequence:
            return self._sequence_spec()
        if self.kind is None and self.tests and not self.reads:
            return BOOLEAN
        return self.kind or REAL

    def _sequence_spec(self) -> Any:
        parts = [self.parts[i].spec() if i in self.parts else REAL for i in range(self._extent())]
        if self.item is None and self.count is not None:
            return (tuple, *parts)
        if self.item is not None:
            parts.append(self.item.spec())
        item = held([p for p in parts]) if parts else REAL
        if item is not None:
            return ListOf(item)
        return (tuple, *parts) if self.item is None else OBJECT

    def _extent(self) -> int:
        return max(self.count or 0, *(i + 1 for i in self.parts)) if self.parts else 0


def held_arrays(specs: list[Any]) -> Kind | None:
    """The kind of items of a run-time list in a function that computes with arrays."""
    found: Kind | None = None
    for spec in specs:
        kind = spec
        if isinstance(spec, tuple):
            item = held_arrays(list(spec[1:]))
            kind = ListOf(item) if item is not None else None
        if not isinstance(kind, KINDS) or kind is OBJECT:
            return None
        if found is None:
            found = kind
        elif isinstance(found, ListOf) != isinstance(kind, ListOf):
            return None
        else:
            found = join(found, kind)
    return found


def held(specs: list[Any]) -> Kind | None:
    """The kind of items of a run-time list that are as these say, if there is one."""
    found: Kind | None = None
    for spec in specs:
        kind = spec
        if isinstance(spec, tuple):
            item = held(list(spec[1:]))
            kind = ListOf(item) if item is not None else None
        if not isinstance(kind, KINDS) or kind is OBJECT:
            return None
        if found is None or found == kind:
            found = kind
        elif isinstance(found, ListOf) and isinstance(kind, ListOf):
            inner = held([found.item, kind.item])
            if inner is None:
                return None
            found = ListOf(inner)
        elif {found, kind} <= {REAL, INTEGER}:
            found = join(found, kind)
        else:
            return None
    return found
