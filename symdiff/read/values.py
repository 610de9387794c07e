"""What the reader knows of a value while it reads: a run-time variable, or something more.

Tuples, functions, modules and the structure of containers are known while reading and leave no
trace in the procedure; numbers become variables. Containers have an identity: a `Ref` names an
object whose content stands in the reader's state, so that aliases see each other's updates.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from symdiff.rules.shapes import either
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    NOTHING,
    OBJECT,
    OPTIONAL,
    REAL,
    TEXT,
    ArrayOf,
    Const,
    Expr,
    Extent,
    Global,
    Kind,
    ListOf,
    Opaque,
    Place,
    Scalar,
    Size,
    Var,
)


@dataclass(frozen=True)
class Tuple:
    """A tuple whose items are known one by one; `type` for named tuples, `names` for what a library
    returns and that is known by its attributes too."""

    items: tuple[Value, ...]
    type: Any = None
    names: tuple[str, ...] = field(default=(), compare=False)


class Identity:
    """The identity of an object that came into being while reading."""

    def __init__(self, kind: str, cls: Value | None = None) -> None:
        self.kind = kind  # "list", "dict", "set" or "instance"
        self.cls = cls
        self.name = "items" if kind == "list" else kind  # what it was first called
        self.limit: Expr | None = None  # of a deque: the most items it holds
        self.factory: Value | None = None  # of a defaultdict: what makes its missing items
        self.is_tuple = False  # a tuple whose length is known at run time only
        self.frozen = False  # two objects that can't be told apart any more: not to be updated
        self.known: dict[str, Any] = {}  # the content of one that stands outside of all functions


@dataclass(frozen=True)
class Ref:
    """A list, dict or instance. The state holds its content: a tuple of values, a Var of kind
    ListOf, or a dict from keys or attribute names to values."""

    identity: Identity


@dataclass(frozen=True)
class Rows:
    """The content of a list of tuples whose length is known at run time only: a list for each
    place in the tuples."""

    columns: tuple[Ref, ...]
    type: Any = None


@dataclass(frozen=True, eq=False)
class Function:
    """A function with source. `frame` is the reader's frame it was defined in, if any."""

    node: ast.FunctionDef | ast.Lambda
    scope: Any  # Scope: what its free names mean
    name: str
    defaults: tuple[Value, ...] = ()
    kwdefaults: dict[str, Value] = field(default_factory=dict)
    frame: Any = None
    owner: Value | None = None  # the class it is a method of, for super()
    live: Any = None
    wrapped: Any = None  # the function that functools.wraps says it stands for
    differentiable: bool = False  # it has its derivatives as methods
    rules: RuleSet | None = None  # what the user says of its derivative

    @property
    def identity(self) -> Any:
        """Equal for the same function object, however often it was looked up."""
        return self.live if self.live is not None else (self.node, self.frame, id(self.scope))


@dataclass(eq=False)
class RuleSet:
    """The rules that the user gives a function, by their kind. `native` is what to call where the
    function itself has no source; `takes` are the kinds it may be given by decorators. Where
    what was written is read again, `made` is the procedure that the function was made."""

    takes: tuple[str, ...]
    given: dict[str, Function] = field(default_factory=dict)
    native: Value | None = None
    made: Any = None


@dataclass(frozen=True, eq=False)
class Giving:
    """`f.pullback`, and the like: what takes a rule of a kind for a function."""

    function: Function
    kind: str


@dataclass(frozen=True, eq=False)
class Bound:
    """A method of an object."""

    function: Value
    receiver: Value


@dataclass(frozen=True, eq=False)
class Partial:
    function: Value
    args: tuple[Value, ...]
    keywords: dict[str, Value]


@dataclass(frozen=True, eq=False)
class Derivative:
    """What `symdiff.grad`, or another of its functions, makes of a function."""

    function: Value
    mode: str  # "grad", "value_and_grad", "jvp", "pullback", "hvp", "hessian", "jacobian"
    argnums: Any
    has_aux: bool = False


@dataclass(frozen=True, eq=False)
class Pullback:
    """What `symdiff.vjp` returns beside the value: it takes a cotangent."""

    ready: Any  # the written derivative, and its arguments
    count: int  # of positional arguments


@dataclass(frozen=True, eq=False)
class Pushforward:
    """What takes a tangent, and gives that of one of the values of a function at a point."""

    ready: Any
    at: int


@dataclass(frozen=True)
class Builtin:
    """A function known by its qualified name: `math.sin`, `builtins.len`, `os.nice`."""

    name: str
    live: Any = None


@dataclass(frozen=True)
class Module:
    name: str
    scope: Any = None  # for modules that are files of the user's


@dataclass(frozen=True, eq=False)
class Class:
    """A class of the user's, by its syntax tree, or live."""

    name: str
    node: ast.ClassDef | None
    scope: Any
    live: Any = None
    bases: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Record:
    """The type of a named tuple whose class stands in a file that is not run."""

    _fields: tuple[str, ...]
    node: ast.ClassDef
    scope: Any


@dataclass(frozen=True, eq=False)
class LiveObject:
    """An object that exists already, such as the receiver of a bound method. `path` is how the
    generated code would name it; `read` fetches it at the time of a call."""

    path: str
    value: Any
    read: Any


@dataclass(frozen=True)
class Method:
    """A method of a container or text that the reader knows: `parts.append`."""

    receiver: Value
    name: str


@dataclass(frozen=True, eq=False)
class Choice:
    """One function or another, as a branch decided."""

    test: Expr
    then: Value
    orelse: Value


@dataclass(frozen=True, eq=False)
class Perhaps:
    """A tuple where `test` is true, and None where it is not."""

    test: Value
    tuple: Tuple


@dataclass(frozen=True, eq=False)
class Super:
    """What super() gives in a method of `owner`."""

    owner: Value
    receiver: Value


@dataclass(frozen=True)
class Iterator:
    """range, enumerate, zip, reversed, map, ... not yet run through: what to iterate over."""

    name: str
    args: tuple[Any, ...]
    parallel: bool = False  # numba.prange


@dataclass(frozen=True)
class Undefined:
    """A name without a value."""


@dataclass(frozen=True)
class Unknown:
    """A value that nothing is known of: of a call to oneself that is not yet read, or of a line
    that was refused (whatever reads it is not reported again)."""


@dataclass(frozen=True)
class Conflict:
    """Values of two paths that can't be one: `why` is said when it is read."""

    why: str
    place: Place | None = None
    fix: str = "Give each its own name, or call the function inside the branch."


@dataclass(frozen=True)
class SomeKeys(Conflict):
    """The content of a dict some parts of which are there on some paths only. Each part can be read
    by its key, all together can't."""

    parts: dict[Any, Any] = field(default_factory=dict)


Value = (
    Var
    | Const
    | Global
    | Tuple
    | Ref
    | Function
    | Giving
    | Bound
    | Partial
    | Derivative
    | Pullback
    | Pushforward
    | Builtin
    | Module
    | Class
    | LiveObject
    | Method
    | Choice
    | Perhaps
    | Super
    | Iterator
    | Undefined
    | Unknown
    | Conflict
    | Opaque
)

Runtime = (Var, Const, Global)


def kind_of(value: Any) -> Kind:
    """The kind of a run-time value, or of a Python object."""
    if isinstance(value, (Var, Global)):
        return value.kind
    if isinstance(value, Const):
        value = value.value
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER
    if isinstance(value, float):
        return REAL
    if isinstance(value, complex):
        return COMPLEX
    if isinstance(value, str):
        return TEXT
    if value is None:
        return NOTHING
    if type(value).__module__ == "numpy":
        return array_kind(value)
    if isinstance(value, (list, tuple)) and value:
        types = {type(v) for v in value}
        if types <= {int, float, complex}:
            return ListOf(COMPLEX if complex in types else REAL if float in types else INTEGER)
    return OBJECT


ITEMS: dict[str, Scalar] = {"f": REAL, "c": COMPLEX, "i": INTEGER, "u": INTEGER, "b": BOOLEAN}


def array_kind(value: Any) -> Kind:
    """The kind of a NumPy array or number. Of its shape it says the rank, and which lengths are 1,
    for along those it may be broadcast."""
    item = ITEMS.get(getattr(getattr(value, "dtype", None), "kind", ""))
    if item is None or not hasattr(value, "shape"):
        return OBJECT
    if not hasattr(value, "sort"):
        return OBJECT
    if type(value).__name__ != "ndarray":
        return item if value.shape == () else OBJECT
    return ArrayOf(item, tuple(1 if n == 1 else ANY_LENGTH for n in value.shape))


ANY_LENGTH = Extent(((Size("?", True), 1),))
SOME_LENGTH = Extent(((Size("?"), 1),))  # it may be 1


def settled(kind: Kind) -> Kind:
    """A kind that holds elsewhere too: without the lengths that only variables tell."""
    if isinstance(kind, ListOf):
        return ListOf(settled(kind.item))
    if not isinstance(kind, ArrayOf) or kind.dims is None:
        return kind
    dims = tuple(
        None if isinstance(d, Extent) and any(isinstance(s.of, Var) for s, _ in d.terms) else d
        for d in kind.dims
    )
    return ArrayOf(kind.item, dims)


def is_type_of(value: Value) -> TypeGuard[Method]:
    """Whether a value is the class of a number, `type(x)`, of which only the kind is known."""
    return isinstance(value, Method) and value.name == "__class__"


def lengths_in(kind: Kind) -> set[Var]:
    """The variables that are lengths of axes."""
    dims = kind.dims or () if isinstance(kind, ArrayOf) else ()
    sizes = [size for dim in dims if isinstance(dim, Extent) for size, _ in dim.terms]
    return {size.of for size in sizes if isinstance(size.of, Var)}


def sized(kind: Kind, name: str) -> Kind:
    """The kind of a parameter: the lengths of its axes are sizes of their own."""
    if not isinstance(kind, ArrayOf) or kind.dims is None:
        return kind
    dims = tuple(
        Extent(((Size((name, axis), dim == ANY_LENGTH), 1),))
        if dim in (ANY_LENGTH, SOME_LENGTH)
        else dim
        for axis, dim in enumerate(kind.dims)
    )
    return ArrayOf(kind.item, dims)


ORDER: list[Kind] = [BOOLEAN, INTEGER, REAL, COMPLEX]


def join(a: Kind, b: Kind) -> Kind:
    """The kind of a value that is of one kind or the other."""
    if a == b:
        return a
    if a in ORDER and b in ORDER:
        return ORDER[max(ORDER.index(a), ORDER.index(b))]
    if isinstance(a, ListOf) and isinstance(b, ListOf):
        return ListOf(join(a.item, b.item))
    if isinstance(a, ArrayOf) or isinstance(b, ArrayOf):
        return either(a, b)
    pair = {a, b}
    if pair <= {REAL, INTEGER, NOTHING, OPTIONAL} and pair & {NOTHING, OPTIONAL}:
        return OPTIONAL
    if REAL in (a, b) and OBJECT in (a, b):
        return REAL
    return OBJECT


def literal_key(value: Any) -> Any:
    """A key of literals, else None."""
    if isinstance(value, Tuple):
        parts = [literal_key(v) for v in value.items]
        return None if any(p is None for p in parts) else tuple(parts)
    return value.value if isinstance(value, Const) else None


def is_dict(value: Any) -> bool:
    return isinstance(value, Ref) and value.identity.kind == "dict"
