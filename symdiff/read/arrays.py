"""Reading array code: functions of NumPy and SciPy, methods, attributes and indices."""

from __future__ import annotations

import ast

from symdiff import rules
from symdiff.errors import NotDifferentiable, UnsupportedSyntax
from symdiff.read.conventions import UFUNC, is_ufunc, with_named_out
from symdiff.read.pieces import Pieces
from symdiff.read.values import (
    Builtin,
    Iterator,
    LiveObject,
    Method,
    Ref,
    Runtime,
    Tuple,
    Unknown,
    Value,
    kind_of,
)
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.indexing import is_basic
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    OBJECT,
    REAL,
    Apply,
    ArrayOf,
    Const,
    Dim,
    Expr,
    Extent,
    Global,
    ListOf,
    Opaque,
    TupleOf,
    Var,
    substitute,
    variables,
)

# Methods of arrays that are functions of numpy by the same name.
METHODS = frozenset({
    "sum", "mean", "std", "var", "prod", "max", "min", "argmax", "argmin", "cumsum", "cumprod",
    "dot", "ravel", "squeeze", "repeat", "take", "clip", "round", "trace", "diagonal", "any", "all",
    "argsort", "nonzero", "searchsorted", "swapaxes", "compress", "choose", "conj", "conjugate",
    "partition", "sort",
})  # fmt: skip
# Those that change the array itself, and the functions that give what it then holds.
IN_PLACE = frozenset({"sort", "partition", "fill", "put", "itemset", "resize", "setfield"})
REDUCTIONS = {
    "add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min",
    "logical_and": "all", "logical_or": "any",
}  # fmt: skip
ACCUMULATIONS = {"add": "cumsum", "multiply": "cumprod"}
OUTER = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv"}
AUGMENTED = {"add": "add_at", "sub": "sub_at", "mul": "mul_at", "truediv": "truediv_at"}


def is_array(value: Value) -> bool:
    return isinstance(value, (Var, Global)) and isinstance(value.kind, ArrayOf)


# What functions call the items of the tuples that they return.
NAMES = {
    "numpy.linalg.eig": ("eigenvalues", "eigenvectors"),
    "numpy.linalg.eigh": ("eigenvalues", "eigenvectors"),
    "numpy.linalg.svd": ("U", "S", "Vh"),
    "numpy.linalg.qr": ("Q", "R"),
    "numpy.linalg.slogdet": ("sign", "logabsdet"),
}


class Arrays(Pieces):
    """What array operations do to values."""

    # --- calls ---

    def array_call(
        self, op: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """A function of arrays with a derivative rule."""
        args, keywords = with_named_out(op, args, keywords)
        out = keywords.pop("out", None)
        if isinstance(out, Tuple) and len(out.items) == 1:
            (out,) = out.items
        if isinstance(out, Const) and out.value is None:
            out = None
        where = None
        if is_ufunc(op):
            keywords = {k: v for k, v in keywords.items() if k not in UFUNC}
            where = keywords.pop("where", None)
        if where == Const(True):
            where = None
        if where is not None and out is None:
            raise self.refuse(node, "where= without out= leaves elements without a value")
        primitive = registry.by_name(op)
        if primitive is None:
            raise self.refuse(
                node,
                f"{op}() has no derivative rule",
                fix="Use a function of NumPy that has one; see the table of supported functions.",
            )
        of_arrays = primitive.is_elementwise or primitive.takes_many
        take = self.operand if of_arrays else self.array_argument
        try:
            given = [take(a, node) for a in args]
            for name, value in keywords.items():
                given.append(Apply("keyword", (Const(name), take(value, node))))
        except UnsupportedSyntax:
            if primitive.refusal:
                raise self.refuse(node, primitive.refusal, error=NotDifferentiable) from None
            raise
        if self.dtypes:  # tell rules what it is the dtype of
            told = dict[Var, Expr](self.dtypes)
            given = [substitute(g, told) for g in given]
        if any(isinstance(v, Var) and v.base == "unknown" for g in given for v in variables(g)):
            return Unknown()
        expr = Apply(op, tuple(given))
        try:
            registry.bind(primitive, expr.args)
        except NotDifferentiable as error:
            raise self.refuse(node, error.message, error=NotDifferentiable) from None
        kind = rules.kind_of(expr)
        if primitive.name == "numpy.shape" and isinstance(given[0], (Var, Global)):
            return self.shape_of_array(given[0], node)
        if isinstance(kind, TupleOf):
            made = self.emit(expr, kind, node)
            items = tuple(
                self.emit(Apply("getitem", (made, Const(i))), k, node)
                for i, k in enumerate(kind.items)
            )
            if primitive.view != "never":
                self.note_pieces(items, primitive, expr, node)
            return Tuple(items, names=NAMES.get(primitive.name, ()))
        if isinstance(kind, ListOf):
            return self.new_object("list", self.emit(expr, kind, node))
        result = self.emit(expr, kind, node)
        if op in ("numpy.result_type", "numpy.common_type"):
            places = ", ".join(f"_{i}" for i in range(len(given)))
            name = op.replace("numpy", "np")
            self.dtypes[result] = Opaque(f"{name}({places})", tuple(given), pure=True)
        if op == "numpy.einsum":
            self.note_diagonal(result, given)
        shares = self.shares_memory(expr, primitive.view) if given else "never"
        if shares != "never" and isinstance(given[0], Var):
            self.note_view(result, given[0], expr, certain=shares == "always")
        if out is None:
            return result
        if not isinstance(out, Var) or not isinstance(out.kind, ArrayOf):
            raise self.refuse(node, "out= must be an array of this function")
        stored: Value = result
        if where is not None:
            stored = self.array_call("numpy.where", [where, result, out], {}, node)
        return self.store_array(out, Const(Ellipsis), stored, node)

    def note_diagonal(self, result: Var, given: list[Expr]) -> None:
        """np.einsum() of one array that it need not sum gives a view of it."""
        operands = [g for g in given if isinstance(g, Var) and isinstance(g.kind, ArrayOf)]
        if len(operands) == 1:
            self.note_doubt(result, operands[0])

    def ufunc_method(
        self, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value | None:
        """np.add.at, np.multiply.outer and the like; None for what is not a method of a ufunc."""
        _, function, method = name.split(".")
        if method == "at" and function in ("add", "subtract") and len(args) == 3:
            array, index, value = args
            if not isinstance(array, Var) or not isinstance(array.kind, ArrayOf):
                raise self.refuse(node, f"np.{function}.at() needs an array of this function")
            if function == "subtract":
                value = self.array_binary("neg", value, None, node)
            self.store_array(array, self.as_index(index, node), value, node, "scatter_add")
            return Const(None)
        if method == "at":
            raise self.refuse(
                node,
                f"np.{function}.at() has no derivative rule",
                fix="Store into the array, where no index comes twice: a[i] = f(a[i]).",
                error=NotDifferentiable,
            )
        if method == "reduce" and function in REDUCTIONS:
            if len(args) == 1 and "axis" not in keywords:
                keywords = {**keywords, "axis": Const(0)}
            return self.array_call(f"numpy.{REDUCTIONS[function]}", args, keywords, node)
        if method == "accumulate" and function in ACCUMULATIONS:
            if len(args) == 1 and "axis" not in keywords:
                keywords = {**keywords, "axis": Const(0)}
            return self.array_call(f"numpy.{ACCUMULATIONS[function]}", args, keywords, node)
        if registry.by_name(name) is not None:
            return self.array_call(name, args, keywords, node)
        is_known = function in OUTER or registry.by_name(f"numpy.{function}") is not None
        if method == "outer" and is_known and len(args) == 2 and not keywords:
            a, b = (self.operand(v, node) for v in args)
            kind = kind_of(b)
            rank = kind.rank if isinstance(kind, ArrayOf) else 0
            if rank is not None:
                last: Expr = Apply("tuple", (Const(Ellipsis), *(Const(None) for _ in range(rank))))
                if isinstance(a, (Var, Global)) and isinstance(a.kind, ArrayOf) and rank:
                    a = self.atom(self.array_item(a, last, node), node)
                if function not in OUTER:
                    pair = [self.as_value(a), self.as_value(b)]
                    return self.array_call(f"numpy.{function}", pair, {}, node)
                return self.apply(OUTER[function], (a, b), node)
            if function == "multiply":
                return self.array_call("numpy.tensordot", args, {"axes": Const(0)}, node)
        return None

    def array_argument(self, value: Value, node: ast.AST) -> Expr:
        """An argument of an array function: a number, an array, or a sequence of such."""
        if isinstance(value, Iterator):
            items = self.items(value, node)
            value = Tuple(tuple(items)) if items is not None else self.to_list(value, node)
        if isinstance(value, Tuple):
            return Apply("tuple", tuple(self.array_argument(v, node) for v in value.items))
        if isinstance(value, Ref) and value.identity.kind == "list":
            content = self.content(value)
            if isinstance(content, tuple):
                return Apply("list", tuple(self.array_argument(v, node) for v in content))
            return self.dynamic(value, node)
        if isinstance(value, Opaque):
            return value
        return self.atom(value, node)

    # --- shapes ---

    def builtin_numpy_ndim(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """A rank that is known is a number, so that tests of it are decided."""
        if len(args) == 1 and isinstance(args[0], Runtime):
            kind = kind_of(args[0])
            if isinstance(kind, ArrayOf) and kind.rank is not None:
                return Const(kind.rank)
            if kind in (REAL, INTEGER, BOOLEAN, COMPLEX):
                return Const(0)
        items = self.items(args[0], node) if args and isinstance(args[0], (Tuple, Ref)) else None
        if items and all(isinstance(v, Const) for v in items):
            return Const(1)
        return self.array_call("numpy.ndim", args, keywords, node)

    def builtin_numpy_iscomplexobj(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """What is known to be real is not complex, so that what is only for complex numbers isn't
        read. What may be complex can be of real numbers all the same, and is asked."""
        if len(args) == 1 and not keywords and isinstance(args[0], Runtime):
            kind = kind_of(args[0])
            item = kind.item if isinstance(kind, ArrayOf) else kind
            if item in (REAL, INTEGER, BOOLEAN):
                return Const(False)
        return self.array_call("numpy.iscomplexobj", args, keywords, node)

    def shape_of_array(self, array: Var | Global, node: ast.AST) -> Value:
        kind = array.kind
        if not isinstance(kind, ArrayOf) or kind.dims is None:
            return self.emit(Apply("numpy.shape", (array,)), OBJECT, node)
        lengths = (self.length(array, axis, dim, node) for axis, dim in enumerate(kind.dims))
        return Tuple(tuple(lengths))

    def length(self, array: Expr, axis: int, dim: Dim, node: ast.AST) -> Value:
        """The length of an axis as a value."""
        if isinstance(dim, int):
            return Const(dim)
        if isinstance(dim, Extent) and len(dim.terms) == 1 and not dim.constant:
            ((size, count),) = dim.terms
            if count == 1 and isinstance(size.of, Var) and size.of not in self.callers_lengths:
                return size.of
        expr = Apply("getitem", (Apply("numpy.shape", (array,)), Const(axis)))
        return self.emit_length(expr, dim, node)

    def emit_length(self, expr: Expr, dim: Dim, node: ast.AST) -> Var:
        """An integer that is known to be the length of an axis."""
        var = Var("t", INTEGER, temporary=True, length=dim)
        self.block.append(self.stage(var, expr, node))
        return var

    def length_of_array(self, array: Var | Global, node: ast.AST) -> Value:
        """len(array)"""
        kind = array.kind
        assert isinstance(kind, ArrayOf)
        if kind.dims == ():
            raise self.refuse(node, "len() of an array without axes")
        dim = None if kind.dims is None else kind.dims[0]
        if isinstance(dim, int):
            return Const(dim)
        return self.emit_length(Apply("len", (array,)), dim, node)

    # --- attributes and methods ---

    def array_attribute(self, value: Var | Global, name: str, node: ast.AST) -> Value:
        match name:
            case "T" | "mT":
                op = "numpy.transpose" if name == "T" else "numpy.matrix_transpose"
                return self.array_call(op, [value], {}, node)
            case "shape":
                return self.shape_of_array(value, node)
            case "ndim":
                kind = value.kind
                assert isinstance(kind, ArrayOf)
                if kind.dims is not None:
                    return Const(len(kind.dims))
                return self.emit(Apply("numpy.ndim", (value,)), INTEGER, node)
            case "size" | "real" | "imag":
                return self.array_call(f"numpy.{name}", [value], {}, node)
            case "dtype" | "strides" | "nbytes" | "itemsize" | "flags":
                asked = Opaque(f"_0.{name}", (value,), pure=True)
                var = self.emit(asked, OBJECT, node)
                if name == "dtype":
                    self.dtypes[var] = asked
                return var
            case "flat":
                flat = self.array_call("numpy.ravel", [value], {}, node)
                assert isinstance(flat, Var)
                self.flats.add(flat)
                return flat
        return Method(value, name)

    def array_method(
        self,
        array: Var | Global,
        name: str,
        args: list[Value],
        keywords: dict[str, Value],
        node: ast.AST,
    ) -> Value:
        if name in IN_PLACE:
            return self.changed_in_place(array, name, args, keywords, node)
        if name in ("reshape", "transpose") and (len(args) != 1 or kind_of(args[0]) is INTEGER):
            args = [Tuple(tuple(args))] if args else []
            return self.array_call(f"numpy.{name}", [array, *args], keywords, node)
        if name == "flatten":
            flat = self.atom(self.array_call("numpy.ravel", [array, *args], keywords, node), node)
            return self.emit(Apply("copy", (flat,)), kind_of(flat), node)
        if name == "copy":
            return self.emit(Apply("copy", (array,)), array.kind, node)
        if name == "item" and not args:
            kind = array.kind
            assert isinstance(kind, ArrayOf)
            return self.emit(Apply("ndarray.item", (array,)), kind.item, node)
        if name == "tolist":
            kind = array.kind
            assert isinstance(kind, ArrayOf)
            if kind.dims is not None and len(kind.dims) == 1:
                made = self.emit(Apply("ndarray.tolist", (array,)), ListOf(kind.item), node)
                return self.new_object("list", made)
        if name == "clip" and len(args) == 1 and not keywords.keys() & {"max", "a_max"}:
            args = [*args, Const(None)]
        if name == "compress" and args:
            return self.array_call("numpy.compress", [args[0], array, *args[1:]], keywords, node)
        if name in METHODS or name in ("reshape", "transpose"):
            return self.array_call(f"numpy.{name}", [array, *args], keywords, node)
        op = f"ndarray.{name}"
        if registry.by_name(op) is not None:
            return self.array_call(op, [array, *args], keywords, node)
        raise self.refuse(
            node,
            f"the method {name!r} of an array has no derivative rule",
            fix="Use a function of NumPy that has one; see the table of supported functions.",
        )

    def changed_in_place(
        self,
        array: Var | Global,
        name: str,
        args: list[Value],
        keywords: dict[str, Value],
        node: ast.AST,
    ) -> Value:
        """A method that changes the array itself."""
        if not isinstance(array, Var):
            raise self.refuse(node, "an array that is a global can't be changed in place")
        if name == "fill":
            self.store_array(array, Const(Ellipsis), args[0], node)
        elif name in ("sort", "partition"):
            made = self.array_call(f"numpy.{name}", [array, *args], keywords, node)
            self.store_array(array, Const(Ellipsis), made, node)
        elif name == "put" and len(args) == 2 and not keywords:
            flat = self.array_call("numpy.ravel", [array], {}, node)
            assert isinstance(flat, Var)
            self.store_array(flat, self.array_argument(args[0], node), args[1], node)
        else:
            raise self.refuse(node, f"the method {name!r} of an array is not supported")
        return Const(None)

    # --- operators ---

    def array_binary(self, op: str, a: Value, b: Value | None, node: ast.AST) -> Value:
        given = (a,) if b is None else (a, b)
        return self.apply(op, tuple(self.operand(v, node) for v in given), node)

    def operand(self, value: Value, node: ast.AST) -> Expr:
        """An operand beside an array: a list is made an array of."""
        if isinstance(value, (Tuple, Ref)):
            made = self.array_call("numpy.array", [value], {}, node)
            return self.atom(made, node)
        return self.atom(value, node)

    # --- indices ---

    def index(self, node: ast.expr) -> Expr:
        """What stands in brackets behind an array."""
        match node:
            case ast.Slice():
                parts = [
                    self.evaluate(p) if p is not None else Const(None)
                    for p in (node.lower, node.upper, node.step)
                ]
                return Apply("slice", tuple(self.atom(p, node) for p in parts))
            case ast.Tuple(elts=elts) if not any(isinstance(e, ast.Starred) for e in elts):
                return Apply("tuple", tuple(self.index(e) for e in elts))
        return self.as_index(self.evaluate(node), node)

    def as_index(self, value: Value, node: ast.AST) -> Expr:
        if isinstance(value, LiveObject) and isinstance(value.value, slice):
            part = value.value
            return Apply("slice", (Const(part.start), Const(part.stop), Const(part.step)))
        if isinstance(value, Tuple):
            return Apply("tuple", tuple(self.as_index(v, node) for v in value.items))
        if isinstance(value, Iterator) and value.name == "slice":
            return Apply("slice", tuple(self.atom(v, node) for v in value.args))
        if isinstance(value, Builtin):
            raise self.refuse(node, "this can't be an index")
        if isinstance(value, Ref) and value.identity.is_tuple:
            raise self.refuse(
                node,
                "a tuple whose length is not known can't be an index",
                fix="Write the indices one by one: a[i, j].",
            )
        return self.array_argument(value, node)

    def array_item(self, array: Var | Global, index: Expr, node: ast.AST) -> Value:
        """array[index]"""
        kind = array.kind
        assert isinstance(kind, ArrayOf)
        expr = Apply("getitem", (array, index))
        made_kind = rules.kind_of(expr)
        made = self.emit(expr, made_kind, node)
        if array in self.flats and isinstance(made_kind, ArrayOf):
            return self.emit(Apply("copy", (made,)), made_kind, node)
        basic = is_basic(index)
        if basic is not False and isinstance(made_kind, ArrayOf) and isinstance(array, Var):
            self.note_view(made, array, expr, certain=bool(basic))
        return made

    def check_index(self, array: Var | Global, index: Expr, node: ast.AST) -> None:
        if isinstance(index, (Var, Const)) and kind_of(index) is REAL:
            raise self.refuse(node, "an index must be an integer")
