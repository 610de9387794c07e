"""Lists, dicts and instances that each round of a loop makes anew: carried by what they hold.

A stand-in takes the place of such an object from round to round, and the content of the stand-in is
what the loop carries. Whoever else holds the object sees no updates of the stand-in: where it may
have several holders, it is frozen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from symdiff.read import values
from symdiff.read.values import (
    Bound,
    Choice,
    Function,
    Identity,
    Method,
    Partial,
    Ref,
    Rows,
    Tuple,
    Undefined,
)

if TYPE_CHECKING:
    from symdiff.read.core import Core, Slot, State

DEEPEST = 4  # objects in objects in objects that a round makes anew


class Rebinding:
    """The stand-ins of one loop, and the slots that hold them."""

    def __init__(self, reader: Core) -> None:
        self.reader = reader
        self.placed: dict[Slot, Any] = {}  # a Ref of a stand-in, or a tuple or dict with some in it
        self.depth: dict[Identity, int] = {}  # of the stand-ins: in a name, in one of these, ...
        self.older: set[Any] = set()  # the objects from before the loop

    def begin(self) -> None:
        """Put the stand-ins in the places of the objects from before the loop."""
        state = self.reader.state
        counts = holders(state) if self.placed else {}
        self.older = {slot[0] for slot in state if slot[1] == "content"}
        for slot, shape in self.placed.items():
            state[slot] = self._place(shape, state.get(slot, Undefined()), counts)

    def _place(self, shape: Any, old: Any, counts: dict[Identity, int]) -> Any:
        if isinstance(shape, Ref) and shape.identity in self.depth:
            content: Any = Undefined()
            if isinstance(old, Ref):
                content = self.reader.read_slot((old.identity, "content"))
                if counts.get(old.identity, 0) > 1:
                    old.identity.frozen = shape.identity.frozen = True
            self.reader.state[shape.identity, "content"] = content
            return shape
        if isinstance(shape, Tuple):
            pairs = zip(shape.items, items_of(old, shape), strict=True)
            return Tuple(tuple(self._place(s, o, counts) for s, o in pairs), shape.type)
        if isinstance(shape, Rows):
            return self._place_columns(shape, old, counts)
        if isinstance(shape, dict):
            values = old if isinstance(old, dict) else {}
            return {k: self._place(s, values.get(k, Undefined()), counts) for k, s in shape.items()}
        return old

    def _place_columns(self, shape: Rows, old: Any, counts: dict[Identity, int]) -> Rows:
        """Stand-ins for the columns of a list of tuples."""
        for i, column in enumerate(shape.columns):
            if isinstance(old, tuple):
                content: Any = tuple(row.items[i] for row in old)
                self.reader.state[column.identity, "content"] = content
            else:
                self._place(column, old.columns[i] if isinstance(old, Rows) else old, counts)
        return shape

    def end(self, start: State, guess: set[Slot]) -> bool:
        """Hand the content of what the round has made to the stand-ins; whether there are new
        ones, or new holders."""
        known, frozen = len(self.depth), sum(i.frozen for i in self.depth)
        counts = holders(self.reader.state)
        for depth in range(DEEPEST):
            for slot in sorted(guess, key=self.reader.order):
                if self.depth.get(slot[0], -1) + 1 == depth:
                    self._discover(slot, start.get(slot, Undefined()), depth, guess)
            self._hand_over(depth, start, counts)
        return len(self.depth) > known or sum(i.frozen for i in self.depth) > frozen

    def _discover(self, slot: Slot, old: Any, depth: int, guess: set[Slot]) -> None:
        value, known = self.reader.state.get(slot), len(self.depth)
        if slot[1] == "content" and not isinstance(value, (dict, Rows)):
            return
        shape = self._renewed(value, old, slot_name(slot).lstrip("%"), depth)
        if shape is not old:
            self.placed[slot] = shape
        for identity in list(self.depth)[known:]:
            guess.add((identity, "content"))
            self.reader.order((identity, "content"))

    def _hand_over(self, depth: int, start: State, counts: dict[Identity, int]) -> None:
        state = self.reader.state
        ends = {
            slot: list(self._pairs(shape, state.get(slot)))
            for slot, shape in self.placed.items()
            if self.depth.get(slot[0], -1) + 1 == depth
        }
        contents = {
            stand_in.identity: self._content(stand_in, new, start, counts)
            for pairs in ends.values()
            for stand_in, new in pairs
        }
        for slot, pairs in ends.items():
            taken = {new.identity: stand_in for stand_in, new in pairs}
            state[slot] = replaced(state.get(slot), taken)
        for identity, content in contents.items():
            state[identity, "content"] = content

    def _renewed(self, value: Any, old: Any, name: str, depth: int) -> Any:
        """What is to stand in a slot at the start of a round: `old`, or that with stand-ins."""
        if isinstance(value, Ref):
            if isinstance(old, Ref) and (
                old.identity in self.depth
                or old.identity is value.identity
                or old.identity.kind != value.identity.kind
            ):
                return old
            if not isinstance(old, (Ref, Undefined)):
                return old
            if isinstance(old, Undefined) and value.identity in self.older:
                return old  # another name of what was there
            made = Identity(value.identity.kind, value.identity.cls)
            made.name = name
            self.depth[made] = depth
            return Ref(made)
        new: Any = old
        if isinstance(value, Tuple) and isinstance(old, (Tuple, Undefined)):
            olds = items_of(old, value)
            if isinstance(old, Tuple) and len(old.items) != len(value.items):
                return old
            pairs = enumerate(zip(value.items, olds, strict=True))
            new = Tuple(
                tuple(self._renewed(v, o, f"{name}_{i}", depth) for i, (v, o) in pairs), value.type
            )
        elif isinstance(value, Rows):
            width = len(value.columns)
            if isinstance(old, Rows) and len(old.columns) != width:
                return old
            if isinstance(old, tuple) and any(
                not isinstance(row, Tuple) or len(row.items) != width for row in old
            ):
                return old
            if isinstance(old, (Rows, tuple, Undefined)):
                olds = old.columns if isinstance(old, Rows) else (Undefined(),) * width
                pairs = enumerate(zip(value.columns, olds, strict=True))
                columns = tuple(self._renewed(v, o, f"{name}_{i}", depth) for i, (v, o) in pairs)
                new = Rows(columns, value.type)
        elif isinstance(value, dict) and isinstance(old, (dict, Undefined)):
            known = old if isinstance(old, dict) else {}
            if isinstance(old, dict) and set(old) != set(value):
                return old
            new = {
                k: self._renewed(v, known.get(k, Undefined()), f"{name}_{k}", depth)
                for k, v in value.items()
            }
        return new if any(i in self.depth for i in identities(new)) else old

    def _pairs(self, shape: Any, value: Any) -> Iterator[tuple[Ref, Ref]]:
        """The stand-ins, and what a round has left in their places."""
        if isinstance(shape, Ref) and isinstance(value, Ref):
            if shape.identity in self.depth and shape.identity is not value.identity:
                yield shape, value
        elif isinstance(shape, Tuple) and isinstance(value, Tuple):
            for s, v in zip(shape.items, value.items, strict=False):
                yield from self._pairs(s, v)
        elif isinstance(shape, Rows) and isinstance(value, Rows):
            for s, v in zip(shape.columns, value.columns, strict=False):
                yield from self._pairs(s, v)
        elif isinstance(shape, dict) and isinstance(value, dict):
            for k in shape:
                yield from self._pairs(shape[k], value.get(k))

    def _content(self, stand_in: Ref, new: Ref, start: State, counts: dict[Identity, int]) -> Any:
        content = self.reader.state.get((new.identity, "content"), Undefined())
        if counts.get(new.identity, 0) > 1:
            new.identity.frozen = stand_in.identity.frozen = True
        old = start.get((stand_in.identity, "content"), ())  # one found just now is tried again
        if isinstance(content, tuple) and not isinstance(old, tuple):
            rows = self.reader.as_rows((stand_in.identity, "content"), content)
            if rows is not None:
                for i, column in enumerate(rows.columns):
                    part = self.reader.list_value(tuple(row.items[i] for row in content), None)
                    self.reader.state[column.identity, "content"] = part
                return rows
            content = self.reader.list_value(content, None, name=stand_in.identity.name)
        return content


def slot_name(slot: Slot) -> str:
    """What generated code calls the content of a slot."""
    return slot[0].name if isinstance(slot[0], Identity) and slot[1] == "content" else slot[1]


def items_of(old: Any, like: Tuple) -> tuple[Any, ...]:
    """The items of a tuple, where it is one as long as another."""
    if isinstance(old, Tuple) and len(old.items) == len(like.items):
        return old.items
    return (Undefined(),) * len(like.items)


def replaced(value: Any, taken: dict[Identity, Ref]) -> Any:
    """A value with stand-ins in the places of objects."""
    if isinstance(value, Ref):
        return taken.get(value.identity, value)
    if isinstance(value, Tuple):
        return Tuple(tuple(replaced(v, taken) for v in value.items), value.type)
    if isinstance(value, Rows):
        return Rows(tuple(taken.get(c.identity, c) for c in value.columns), value.type)
    if isinstance(value, dict):
        return {k: replaced(v, taken) for k, v in value.items()}
    return value


def identities(value: Any) -> Iterator[Identity]:
    """The objects that a value holds, as often as it does, without what these hold."""
    match value:
        case Ref(identity=identity):
            yield identity
        case Tuple(items=parts) | Rows(columns=parts) | values.Iterator(args=parts):
            for part in parts:
                yield from identities(part)
        case tuple() | list():
            for part in value:
                yield from identities(part)
        case dict():
            yield from identities(tuple(value.values()))
        case Bound(receiver=receiver) | Method(receiver=receiver):
            yield from identities(receiver)
        case Partial(args=args, keywords=keywords):
            yield from identities((*args, *keywords.values()))
        case Choice(then=then, orelse=orelse):
            yield from identities((then, orelse))


def holders(state: State) -> dict[Identity, int]:
    """How often each object is held by names that can still be read, and by what these hold."""
    counts: dict[Identity, int] = {}
    left: list[Any] = []
    frames: dict[Any, list[Any]] = {}
    for slot, value in state.items():
        if not isinstance(slot[0], Identity):
            (frames.setdefault(slot[0], []) if slot[0].left else left).append(value)
    while left:
        value = left.pop()
        if isinstance(value, Function) and value.frame is not None:
            left += frames.pop(value.frame, [])  # a closure keeps the names of its function
        for identity in identities(value):
            counts[identity] = counts.get(identity, 0) + 1
            if counts[identity] == 1:
                left.append(state.get((identity, "content")))
    return counts
