"""Lists in lists of unknown length are held by value: here is told which of them may be one object.

`row = M[i]` is another name of the list that `M[i][j] = x` changes. What is read under one name is
what it was before, so that after the change no other member of its family can be read; and where
one row may stand in two places of M, no row of it can be changed.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from symdiff.read.values import Bound, Identity, Method, Partial, Ref, Rows, Tuple
from symdiff.read.values import Iterator as Iterable
from symdiff.stages import INTEGER, Apply, Expr, Kind, ListOf, Var


@dataclass(frozen=True)
class _Half:
    """A row taken from one place of a list stands in another one, too: the first half of an
    exchange, which is whole when `row` goes where that row came from."""

    whole: Var  # the list before
    came_from: Expr
    replaced: Expr


class Families:
    """Sets of lists that may share rows."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}
        self._depths: dict[Hashable, int] = {}  # of the deepest list in a family
        self._twice: dict[Hashable, bool | _Half] = {}  # lists that may hold one row twice
        self._rounds: dict[Var, object] = {}  # of loops in which lists were made
        self._taken: dict[Var, tuple[Var, Expr]] = {}  # rows: from which list, from where
        self._terms: dict[Var, Expr] = {}  # what integers were computed as
        self.round = object()

    def of(self, member: Hashable) -> Hashable:
        """The first of its family."""
        path = []
        while (above := self._above.get(member, member)) != member:
            path.append(member)
            member = above
        for passed in path:
            self._above[passed] = member
        return member

    def join(self, a: Hashable, b: Hashable) -> None:
        first, other = self.of(a), self.of(b)
        depth = max(map(self._depth, (a, b, first, other)))
        if first != other:
            self._above[other] = first
        self._depths[first] = depth

    def _depth(self, member: Hashable) -> int:
        own = _depth_of(member.kind) if isinstance(member, Var) else 0
        return max(own, self._depths.get(member, 0))

    # --- loops and branches ---

    def carry(self, var: Var, start: Any) -> None:
        """A variable that stands for what is in a place at the start of a round: `start` at first.
        What it shares its rows with, `Sharing` tells."""
        given = list(lists_in(start))
        if all(self._rounds.get(v) is self.round for v in given):
            self._made(var)
        if any(self._twice.get(v) for v in given):
            self._twice[var] = True

    def merge(self, var: Var, sides: Any) -> None:
        """A variable that stands for one of several lists."""
        self._made(var)
        for side in lists_in(sides):
            self.join(side, var)
            if self._twice.get(side):
                self._twice[var] = True
            if self._rounds.get(side) is not self.round:
                self._rounds.pop(var, None)

    # --- what is made of lists ---

    def _made(self, var: Var) -> None:
        self._rounds[var] = self.round

    def _is_new(self, row: Any) -> bool:
        """Whether a row was made in this round of the loop, and no list holds it yet."""
        return (
            isinstance(row, Var)
            and self._rounds.get(row) is self.round
            and self._depth(self.of(row)) <= _depth_of(row.kind)
        )

    def note(self, made: Var, value: Expr) -> None:
        """A list that is made of others, or an integer."""
        if not isinstance(value, Apply):
            return
        if made.kind is INTEGER:
            self._terms[made] = Apply(value.op, tuple(map(self._term, value.args)))
        if not isinstance(made.kind, ListOf):
            return
        lists = [a for a in value.args if isinstance(a, Var) and isinstance(a.kind, ListOf)]
        if value.op == "getitem" and not (lists and lists[0].kind == made.kind):  # else a slice
            if lists:
                self._taken[made] = (lists[0], self._term(value.args[1]))
                self.join(lists[0], made)
            return
        self._made(made)
        if isinstance(made.kind.item, ListOf):
            twice = self._holds_twice(value, lists)
            if twice:
                self._twice[made] = twice
            for held in lists:
                self.join(held, made)

    def _holds_twice(self, value: Apply, lists: list[Var]) -> bool | _Half:
        match value.op, value.args:
            case "append" | "insert", (whole, *_, row):
                return bool(self._twice.get(whole)) or not self._is_new(row)
            case "list" | "tuple", rows:
                return len(set(rows)) < len(rows) or not all(map(self._is_new, rows))
            case "setitem", (Var() as whole, at, row):
                return self._after_store(whole, self._term(at), row)
            case "add" | "extend", (a, b):
                return bool(self._twice.get(a) or self._twice.get(b)) or self.of(a) == self.of(b)
        return any(self._twice.get(v) for v in lists)

    def _after_store(self, whole: Var, at: Expr, row: Expr) -> bool | _Half:
        before = self._twice.get(whole, False)
        taken = self._taken.get(row) if isinstance(row, Var) else None
        if isinstance(before, _Half):
            is_whole = at == before.came_from and taken == (before.whole, before.replaced)
            return not is_whole
        if not before and taken is not None and taken[0] == whole:
            return _Half(whole, taken[1], at)
        return before or not self._is_new(row)

    def may_hold_twice(self, whole: Var) -> bool:
        """Whether one row may stand in two places of a list."""
        return bool(self._twice.get(whole))

    def hold_twice(self, whole: Var) -> None:
        self._twice[whole] = True

    def _term(self, expr: Any) -> Any:
        return self._terms.get(expr, expr) if isinstance(expr, Var) else expr


class Sharing:
    """Which of the places that a loop carries may share rows at the start of a round, with each
    other and with places that it leaves alone: found anew each time that its body is read."""

    def __init__(self, families: Families) -> None:
        self.families = families
        self._lasting: set[Hashable] = set()
        self._pairs: set[tuple[Hashable, Hashable]] = set()
        self._twice: set[Hashable] = set()

    def enter(self, entry: Mapping[Any, Any], start: Mapping[Any, Any], carried: set[Any]) -> None:
        """Join what stands at the start of a round for places that share rows."""
        places = _places_of_lists(entry, carried)
        self._lasting = {*entry, *carried}
        self._meet(places, entry, carried)
        for p, q in self._pairs:
            for a in lists_in(start.get(p)):
                for b in lists_in(start.get(q)):
                    self.families.join(a, b)
        for place in self._twice:
            for var in lists_in(start.get(place)):
                self.families.hold_twice(var)

    def leave(self, state: Mapping[Any, Any], carried: set[Any]) -> bool:
        """Whether a round leaves more sharing than it was read for."""
        # What a round makes for itself is gone in the next one.
        places = [p for p in _places_of_lists(state, carried) if p in self._lasting]
        twice = {
            p
            for p in places
            if p in carried and any(map(self.families.may_hold_twice, lists_in(state[p])))
        }
        grew = self._meet(places, state, carried) or not twice <= self._twice
        self._twice |= twice
        return grew

    def _meet(self, places: list[Any], state: Mapping[Any, Any], carried: set[Any]) -> bool:
        known = len(self._pairs)
        members: dict[Hashable, list[Any]] = {}
        for place in places:
            for family in {self.families.of(v) for v in lists_in(state[place])}:
                members.setdefault(family, []).append(place)
        for found in members.values():
            if any(p in carried for p in found):
                self._pairs |= {(p, q) for p in found for q in found if p != q}
        return len(self._pairs) > known


def _places_of_lists(state: Mapping[Any, Any], carried: set[Any]) -> list[Any]:
    """The places with lists in them that a loop carries, or that a name leads to."""
    if not any(_depth_of(var.kind) > 1 for value in state.values() for var in lists_in(value)):
        return []  # there are no rows to be shared
    found: list[Any] = []
    left = [p for p in state if p in carried or not isinstance(p[0], Identity)]
    seen = set(left)
    for place in left:
        value = state[place]
        if any(True for _ in lists_in(value)):
            found.append(place)
        for ref in refs_in(value):
            inner = (ref.identity, "content")
            if inner in state and inner not in seen:
                seen.add(inner)
                left.append(inner)
    return found


def _depth_of(kind: Kind | None) -> int:
    return 1 + _depth_of(kind.item) if isinstance(kind, ListOf) else 0


def lists_in(value: Any) -> Iterator[Var]:
    """The lists that a value of the reader's holds by value."""
    return (v for v in _leaves(value) if isinstance(v, Var) and isinstance(v.kind, ListOf))


def refs_in(value: Any) -> Iterator[Ref]:
    """The objects that a value of the reader's leads to."""
    return (v for v in _leaves(value) if isinstance(v, Ref))


def _leaves(value: Any) -> Iterator[Any]:
    match value:
        case Tuple(items=inner) | Iterable(args=inner) | Rows(columns=inner):
            parts: Collection[Any] = inner
        case Partial():
            parts = [value.function, *value.args, *value.keywords.values()]
        case Bound() | Method():
            parts = [value.receiver]
        case tuple() | list():
            parts = value
        case dict():
            parts = value.values()
        case _:
            yield value
            return
    for part in parts:
        yield from _leaves(part)
