"""What is known of a written function: its variables and their kinds, and whether calls of it do
anything but give a value."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symdiff.stages import BOOLEAN, COMPLEX, INTEGER, REAL, ArrayOf, Kind, Var
from symdiff.write.parallel.flow import bound_in, reads
from symdiff.write.parallel.sharing import MODULES, Sharing

NUMBERS = (REAL, INTEGER, COMPLEX, BOOLEAN)
METHODS = frozenset({"copy", "sum", "astype", "min", "max", "mean", "dot", "reshape", "ravel"})
PURE = frozenset(
    {"len", "range", "abs", "min", "max", "float", "int", "bool", "complex", "round", "sum", "pow"}
)
EFFECTS = frozenset({"random", "copyto", "put", "fill_diagonal", "place", "putmask"})


@dataclass(frozen=True, slots=True)
class Effects:
    """What a call of a function does: at which places it changes arrays that it is given, and
    whether what it returns is its own."""

    changes: frozenset[int]
    is_new: bool


class Function:
    """A written function: what its names stand for, and what is read after its loops."""

    def __init__(
        self,
        made: ast.FunctionDef,
        kinds: Mapping[str, Sequence[Var]],
        others: Mapping[str, Effects],
    ) -> None:
        self.made, self.kinds, self.others = made, kinds, others
        self.params = frozenset(a.arg for a in ast.walk(made.args) if isinstance(a, ast.arg))
        self.locals = self.params | bound_in(made.body)

    def kinds_of(self, name: str) -> list[Kind]:
        return [v.kind for v in self.kinds.get(name, ())]

    def is_number(self, name: str) -> bool:
        """Whether a name only ever stands for numbers, or truth values."""
        kinds = self.kinds_of(name)
        return bool(kinds) and all(
            k in NUMBERS or isinstance(k, ArrayOf) and k.dims == () for k in kinds
        )

    def is_memory(self, name: str) -> bool:
        return name in self.locals and not self.is_number(name)

    def rank(self, name: str) -> int | None:
        """The number of axes of an array, if the name only stands for such."""
        kinds = self.kinds_of(name)
        ranks = {k.rank if isinstance(k, ArrayOf) else None for k in kinds}
        return ranks.pop() if len(ranks) == 1 else None

    def changed(self, block: list[ast.stmt]) -> Iterator[str]:
        """The names through which statements change arrays, lists and objects."""
        for statement in block:
            for node in ast.walk(statement):
                match node:
                    case (
                        ast.Subscript(ctx=ast.Store() | ast.Del(), value=value)
                        | ast.Attribute(ctx=ast.Store(), value=value)
                    ):
                        yield from filter(self.is_memory, sorted(reads(value)))
                    case ast.AugAssign(target=ast.Name(id=name)) if self.is_memory(name):
                        yield name
                    case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)):
                        if self.is_memory(name) and attr not in METHODS:
                            yield name
                    case ast.Call(func=ast.Name(id=name), args=args) if name not in PURE:
                        effects = self.others.get(name)
                        for at, arg in enumerate(args):
                            if effects is None or at in effects.changes:
                                yield from filter(self.is_memory, sorted(reads(arg)))

    def sharing(self, block: list[ast.stmt]) -> Sharing:
        """What may stand for the same memory where the statements of a block have run."""
        new = frozenset(name for name, effects in self.others.items() if effects.is_new)
        return Sharing(block, self.is_memory, self.kinds_of, self.locals, new)

    def effects(self) -> Effects | None:
        """What a call of the function does, if it only changes arrays that it is given."""
        for node in ast.walk(self.made):
            if isinstance(node, ast.Call) and not self.is_plain_call(node):
                return None
            if isinstance(node, (ast.Raise, ast.Assert, ast.With)):
                return None
        groups = self.sharing(self.made.body)
        changed = {groups.of(name) for name in self.changed(self.made.body)}
        given = [a.arg for a in self.made.args.args]
        changes = {at for at, name in enumerate(given) if groups.of(name) in changed}
        if len(given) < len(self.params) and changes:
            return None
        for at in changes:
            kinds = self.kinds_of(given[at])
            if not kinds or not all(isinstance(k, ArrayOf) for k in kinds):
                return None
        of_given = {groups.of(name) for name in self.params}
        held = {
            groups.of(name)
            for node in ast.walk(self.made)
            if isinstance(node, ast.Return) and node.value is not None
            for name in groups.held(node.value)
            if self.is_memory(name)
        }
        return Effects(frozenset(changes), not held & of_given)

    def is_plain_call(self, call: ast.Call) -> bool:
        """Whether a call changes nothing but arrays that it is given, or what it is a method of."""
        match call.func:
            case ast.Name(id=name):
                effects = self.others.get(name)
                plain = not call.keywords and not any(
                    isinstance(arg, ast.Starred) for arg in call.args
                )
                return name in PURE or effects is not None and (plain or not effects.changes)
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module not in self.locals:
                known = module in MODULES and name not in EFFECTS
                return known and not _has_out(module, name, call)
            case ast.Attribute(value=owner, attr=name):
                return name in METHODS | {"append", "pop"} and bool(reads(owner) & self.locals)
        return False


def _has_out(module: str, name: str, call: ast.Call) -> bool:
    """Whether a call writes its value into an array that it is given."""
    if any(k.arg == "out" for k in call.keywords):
        return True
    if module != "np":
        return False
    import numpy as np

    function = getattr(np, name, None)
    return isinstance(function, np.ufunc) and len(call.args) > function.nin
