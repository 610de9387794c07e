"""Functions that write into an array they are given: np.copyto, np.fill_diagonal and the like."""

from __future__ import annotations

import ast
import sys
from typing import Any

from symdiff.read.checkpoints import Checkpoints
from symdiff.read.values import Value, kind_of
from symdiff.stages import INTEGER, Apply, ArrayOf, Const, Global, Scalar, Var

ALL = Const(Ellipsis)
# Methods of objects that nothing is known of, which only look at an array they are given.
LOOKING = frozenset({
    "append", "choice", "critical", "debug", "error", "exception", "format", "info", "log",
    "multivariate_normal", "normal", "permutation", "print", "standard_normal", "uniform",
    "warning", "write",
})  # fmt: skip
HARMLESS = frozenset({"builtins", "numpy", "scipy"})
SHUFFLING = frozenset({"shuffle", "permuted"})


class Writers(Checkpoints):
    """Stores by functions."""

    def written_array(self, value: Value, node: ast.AST) -> Var:
        if not isinstance(value, Var) or not isinstance(value.kind, ArrayOf):
            raise self.refuse(node, "this function writes into an array of this function only")
        return value

    def usual(
        self, args: list[Value], keywords: dict[str, Value], count: int, node: ast.AST
    ) -> None:
        if len(args) != count or keywords:
            raise self.refuse(
                node,
                "this function is supported in its plain form only",
                fix="Store into the array: a[i] = v.",
            )

    def builtin_numpy_copyto(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        keywords = dict(keywords)
        where = keywords.pop("where", Const(True))
        keywords.pop("casting", None)
        self.usual(args, keywords, 2, node)
        array, value = self.written_array(args[0], node), args[1]
        if where != Const(True):
            value = self.array_call("numpy.where", [where, value, array], {}, node)
        self.store_array(array, ALL, value, node)
        return Const(None)

    def builtin_numpy_fill_diagonal(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        self.usual(args, keywords, 2, node)
        array = self.written_array(args[0], node)
        assert isinstance(array.kind, ArrayOf)
        if array.kind.rank != 2:
            raise self.refuse(node, "np.fill_diagonal() is supported for arrays of two axes")
        sizes = tuple(self.atom(self.length(array, i, None, node), node) for i in range(2))
        count = self.emit(Apply("min", sizes), INTEGER, node)
        where = self.atom(self.array_call("numpy.arange", [count], {}, node), node)
        self.store_array(array, Apply("tuple", (where, where)), args[1], node)
        return Const(None)

    def builtin_numpy_put(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        self.usual(args, keywords, 3, node)
        return self.array_method(self.written_array(args[0], node), "put", args[1:], {}, node)

    def builtin_numpy_putmask(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        self.usual(args, keywords, 3, node)
        array, mask, value = self.written_array(args[0], node), args[1], args[2]
        if not isinstance(value, (Var, Const, Global)) or not isinstance(kind_of(value), Scalar):
            raise self.refuse(
                node,
                "values for a mask are supported where they are one number",
                fix="Use a[mask] = values[mask].",
            )
        self.store_array(array, self.as_index(mask, node), value, node)
        return Const(None)

    def builtin_numpy_place(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.builtin_numpy_putmask(args, keywords, node)

    # --- functions that nothing is known of ---

    def may_write(self, function: str, values: list[Any], node: ast.AST) -> None:
        """A function without rule or source, or a method of something unknown, was given these:
        what it may have done to arrays among them is not known."""
        module, _, name = function.rpartition(".")
        top = module.partition(".")[0]
        known = top in HARMLESS or top in sys.stdlib_module_names or not module
        if name in LOOKING or known and name not in SHUFFLING:
            return
        self.written(values, name, node)

    def may_write_out(self, function: str, keywords: dict[str, Any], node: ast.AST) -> None:
        """Whatever function it is, it writes into arrays that it is given to write into."""
        given = [v for k, v in keywords.items() if k in ("out", "output")]
        self.written(given, function.rpartition(".")[2], node)

    def written(self, values: list[Any], name: str, node: ast.AST) -> None:
        """Arrays among these may have been changed by the function of that name."""
        why = f"{name}() was given it, and may have changed it"
        for value in values:
            if isinstance(value, Var) and isinstance(value.kind, ArrayOf):
                self.doubt(value, node, why)
