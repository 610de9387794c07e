"""Reading symdiff.checkpoint: a mark on a loop, or on the call of a function."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from symdiff.checkpointing import checkpoint
from symdiff.read.iteration import MARK
from symdiff.read.iterators import Iterators, is_endless
from symdiff.read.values import (
    Bound,
    Builtin,
    Class,
    Function,
    Iterator,
    LiveObject,
    Module,
    Partial,
    Ref,
    Value,
    kind_of,
)
from symdiff.stages import BOOLEAN, INTEGER, REAL, Const, Expr, Global, Var

# What is run through item by item where it is used; all else is made a list of first.
BY_INDEX = {"range", "enumerate", "zip", "reversed", "map", "pairwise", "items", "keys", "values"}


class Checkpoints(Iterators):
    """What is marked by symdiff.checkpoint."""

    def builtin_symdiff_checkpoint(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        given = dict(zip(("what", "keep"), args, strict=False)) | keywords
        what, keep = given.pop("what", None), given.pop("keep", Const(None))
        if what is None or given or len(args) > 2:
            raise self.refuse(node, "checkpoint() takes an iterable or a function, and keep")
        if isinstance(keep, Const) and keep.value is not None and keep.value < 1:
            raise self.refuse(node, f"a checkpointed loop keeps one state at least, not {keep}")
        if isinstance(keep, (Var, Const, Global)) and kind_of(keep) is REAL:
            raise self.refuse(node, "the number of states to keep is an integer", fix="Use int().")
        if self.is_function(what):
            return Partial(Builtin("symdiff.checkpoint.of"), (what,), {})
        if isinstance(what, (Var, Const, Global)) and kind_of(what) in (REAL, INTEGER, BOOLEAN):
            raise self.refuse(
                node,
                "checkpoint() takes what is iterated over, or a function, not a number",
                fix="A while loop: for _ in checkpoint(range(most)), left by break.",
            )
        if is_endless(what):
            raise self.refuse(
                node,
                "a loop whose number of rounds is not known beforehand can't be checkpointed",
                fix="Give it a bound, and leave it by break: checkpoint(range(most)).",
            )
        if isinstance(what, Iterator) and what.name == MARK:
            what = what.args[0]
        if isinstance(what, Iterator) and what.name not in BY_INDEX:
            what = self.to_list(what, node)
        return Iterator(MARK, (what, self.atom(keep, node)))

    def is_function(self, value: Value) -> bool:
        if isinstance(value, Ref):
            return value.identity.kind == "instance"
        if isinstance(value, LiveObject):
            return callable(value.value)
        return isinstance(value, (Function, Bound, Partial, Builtin, Class))

    # --- calls ---

    def builtin_symdiff_checkpoint_of(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """A call of a function that nothing is kept of: it becomes a procedure."""
        function, *given = args
        match function:
            case Bound():
                return self.repeated(function.function, [function.receiver, *given], keywords, node)
            case Partial():
                given, keywords = [*function.args, *given], {**function.keywords, **keywords}
                return self.repeated(function.function, given, keywords, node)
            case Ref() if (method := self.special(function, "__call__", node)) is not None:
                return self.repeated(method, given, keywords, node)
            case LiveObject():
                method = self.live_attribute(function, "__call__", node)
                if isinstance(method, Bound):
                    return self.repeated(method.function, [function, *given], keywords, node)
            case Function():
                return self.call_repeated(function, given, keywords, node)
        # What is known by its rule alone keeps its arguments and its value at the most.
        return self.apply_function(function, given, keywords, node)

    def repeated(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.builtin_symdiff_checkpoint_of([function, *args], keywords, node)

    def call_repeated(
        self, function: Function, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        raise NotImplementedError

    def is_marked(self, function: Function) -> bool:
        """Whether a function is decorated by symdiff.checkpoint."""
        for decorator in getattr(function.node, "decorator_list", ()):
            match decorator:
                case ast.Name(id=name):
                    found = function.scope.lookup(name, self.unit)
                case ast.Attribute(value=ast.Name(id=name), attr="checkpoint"):
                    found = function.scope.lookup(name, self.unit)
                case _:
                    continue
            if found in (Builtin("symdiff.checkpoint", checkpoint), Builtin("symdiff.checkpoint")):
                return True
            if isinstance(found, Module) and found.name == "symdiff":
                return True
        return False

    # --- loops ---

    def states_to_keep(self, value: Value) -> Expr | None:
        if isinstance(value, Iterator) and value.name == MARK:
            return value.args[1]  # type: ignore[no-any-return]
        return None

    def unmarked(self, value: Value) -> Value:
        """What is iterated over, without its mark."""
        if isinstance(value, Iterator) and value.name == MARK:
            return value.args[0]  # type: ignore[no-any-return]
        return value

    def passive(self, value: Value) -> tuple[Expr, Any] | None:
        return super().passive(self.unmarked(value))

    def items(self, value: Value, node: ast.AST) -> list[Value] | None:
        return super().items(self.unmarked(value), node)

    def indexed(self, value: Value, node: ast.AST) -> tuple[Any, Callable[[Any], Value]]:
        return super().indexed(self.unmarked(value), node)

    def to_list(self, value: Value, node: ast.AST) -> Ref:
        return super().to_list(self.unmarked(value), node)
