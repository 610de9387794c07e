"""The arguments of a call as the function sees them that is called and differentiated by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symdiff.read.core import describe, same
from symdiff.read.derived import definition
from symdiff.read.values import (
    Bound,
    Choice,
    Conflict,
    Derivative,
    Function,
    Identity,
    Iterator,
    LiveObject,
    Method,
    Partial,
    Ref,
    Rows,
    Runtime,
    Tuple,
    kind_of,
)
from symdiff.stages import (
    ArrayOf,
    Const,
    Expr,
    Extent,
    Global,
    Kind,
    ListOf,
    Param,
    Size,
    Var,
    is_differentiable,
)

if TYPE_CHECKING:
    from symdiff.read.nested import Nested


class Inside:
    """The arguments of a call as the differentiated function sees them: their numbers are its
    parameters."""

    def __init__(self, reader: Nested, outer: Nested) -> None:
        self.reader, self.outer = reader, outer
        self.params: list[Param] = []
        self.atoms: list[Expr] = []
        self.objects: dict[Identity, Identity] = {}  # those of the function, and of its caller
        self.open: dict[Identity, Ref] = {}  # those that are being looked through
        self.twice = False  # whether one object is given more than once
        self.given: dict[Identity, Any] = {}
        self.sizes: dict[Any, Size] = {}
        self.taken: set[str] = set()

    def name(self, wanted: str) -> str:
        """A name for a parameter, like a wanted one."""
        wanted = wanted.replace("<lambda>", "given")
        wanted = wanted if wanted.isidentifier() else "given"
        made, n = wanted, 1
        while made in self.taken:
            n += 1
            made = f"{wanted}_{n}"
        self.taken.add(made)
        return made

    def value(self, value: Any, name: str) -> tuple[Any, Any]:
        """A value inside, and a key that values of the same structure and kinds share."""
        if isinstance(value, (Var, Global)) or _is_float(value):
            kind = self.kind(kind_of(value))
            param = Param(self.name(name), Var(name, kind))
            self.params.append(param)
            self.atoms.append(value)
            return param.var, kind
        if isinstance(value, Tuple):
            items, keys = self.several(enumerate(value.items), name)
            return Tuple(tuple(items.values()), value.type), ("tuple", value.type, keys)
        if isinstance(value, Ref):
            return self.object(value, name)
        if isinstance(value, Function):
            defaults, keys = self.several(enumerate(value.defaults), f"{name}_default")
            kwdefaults, more = self.several(value.kwdefaults.items(), f"{name}_default")
            made = replace(value, defaults=tuple(defaults.values()), kwdefaults=kwdefaults)
            return made, ("function", definition(value), keys, more)
        if isinstance(value, Bound):
            function, key = self.value(value.function, name)
            receiver, other = self.value(value.receiver, name)
            return Bound(function, receiver), ("bound", key, other)
        if isinstance(value, Partial):
            function, key = self.value(value.function, name)
            args, keys = self.several(enumerate(value.args), name)
            given, more = self.several(value.keywords.items(), name)
            return Partial(function, tuple(args.values()), given), ("partial", key, keys, more)
        if isinstance(value, Derivative):
            function, key = self.value(value.function, name)
            made_ = replace(value, function=function)
            return made_, ("derivative", value.mode, repr(value.argnums), value.has_aux, key)
        if isinstance(value, Choice):
            test, key = self.value(value.test, name)
            then, one = self.value(value.then, name)
            orelse, other = self.value(value.orelse, name)
            return Choice(test, then, orelse), ("choice", key, one, other)
        if isinstance(value, LiveObject):
            return value, ("live", value.path, id(value.value))
        if isinstance(value, Iterator) and value.name in ("range", "enumerate", "zip", "reversed"):
            parts, keys = self.several(enumerate(value.args), name)
            return Iterator(value.name, tuple(parts.values())), (value.name, keys)
        if isinstance(value, (Iterator, Method, Conflict)):
            raise self.outer.refuse(
                self.outer.reading_at or self.outer.frame.node,
                f"{describe(value)} can't be given to a derivative here",
                fix="Make a list of it: list(...).",
            )
        return value, value

    def several(self, items: Any, name: str) -> tuple[dict[Any, Any], tuple[Any, ...]]:
        made = {k: self.value(v, f"{name}_{k}") for k, v in items}
        keys = tuple((k, key) for k, (_, key) in made.items())
        return {k: v for k, (v, _) in made.items()}, keys

    def object(self, ref: Ref, name: str) -> tuple[Ref, Any]:
        old = ref.identity
        if old in self.open:  # it holds itself
            return self.open[old], ("again", list(self.open).index(old))
        self.twice |= old in self.objects.values()
        made = Ref(Identity(old.kind, old.cls))
        new = made.identity
        new.name, new.limit, new.factory, new.frozen = name, old.limit, old.factory, old.frozen
        self.objects[new], self.open[old] = old, made
        content: Any = self.outer.content(ref)
        key: Any
        inner: Any
        if isinstance(content, tuple):
            found, key = self.several(enumerate(content), name)
            inner = tuple(found.values())
        elif isinstance(content, dict):
            inner, key = self.several(content.items(), name)
        elif isinstance(content, Rows):
            found, key = self.several(enumerate(content.columns), name)
            inner = Rows(tuple(found.values()), content.type)
        else:
            inner, key = self.value(content, name)
        self.given[new] = self.reader.state[new, "content"] = inner
        del self.open[old]
        cls = getattr(old.cls, "live", None) or getattr(old.cls, "node", None) or old.cls
        return made, (old.kind, cls, key)

    def changed(self) -> list[int]:
        """Which of the caller's objects the function changes, once it has been read."""
        state = self.reader.state
        return [
            i
            for i, new in enumerate(self.objects)
            if not same(state.get((new, "content")), self.given[new])
        ]

    def kind(self, kind: Kind) -> Kind:
        """A kind whose lengths are those of this procedure's own arguments."""
        if isinstance(kind, ListOf):
            return ListOf(self.kind(kind.item))
        if not isinstance(kind, ArrayOf) or kind.dims is None:
            return kind

        def size(old: Size) -> Size:
            if old.of not in self.sizes:
                self.sizes[old.of] = Size(("size", len(self.sizes)), old.never_one)
            return self.sizes[old.of]

        dims = tuple(
            Extent(tuple((size(s), n) for s, n in d.terms), d.constant)
            if isinstance(d, Extent)
            else d
            for d in kind.dims
        )
        return ArrayOf(kind.item, dims)


def _is_float(value: Any) -> bool:
    return isinstance(value, Const) and isinstance(value.value, (float, complex))


def has_leaves(reader: Nested, value: Any) -> bool:
    """Whether an argument holds real numbers."""
    if isinstance(value, Runtime):
        return is_differentiable(kind_of(value))
    if isinstance(value, Ref):
        return has_leaves(reader, reader.content(value))
    if isinstance(value, (Tuple, Rows)):
        return has_leaves(reader, value.items if isinstance(value, Tuple) else value.columns)
    parts = value.values() if isinstance(value, dict) else value
    return isinstance(value, (tuple, dict)) and any(has_leaves(reader, v) for v in parts)


def leaves_of(inside: Inside, value: Any) -> list[Var]:
    """The variables of an argument's real numbers, in order."""
    if isinstance(value, Var):
        return [value] if is_differentiable(value.kind) else []
    if isinstance(value, Ref):
        return leaves_of(inside, inside.given[value.identity])
    if isinstance(value, (Tuple, Rows)):
        return leaves_of(inside, value.items if isinstance(value, Tuple) else value.columns)
    parts: Any = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (tuple, dict)):
        return []
    return [v for part in parts for v in leaves_of(inside, part)]
