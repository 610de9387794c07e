"""Numbers that remember how they were computed: an expression, and its value at the sample point.

A `Symbolic` is a node of an expression graph over the inputs of one run, with its value to
`DIGITS` digits. Programs run on it unchanged. A comparison is decided by the values, and the run
notes the decision: the decisions are the path that the program took at the sample point.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any, Protocol

from symdiff.checking.precision import cached, field

MAX_EXPONENT = 1024  # as for floats: beyond, a result counts as an overflow
INTEGER_VALUED = frozenset({"floor", "ceil", "trunc", "round"})
UNSET = "an element of an array made by numpy.empty before anything is stored there"
PASSIVE = INTEGER_VALUED | {"round_to", "stop"}


class Recorder(Protocol):
    """What a number asks of the run that it belongs to."""

    coarse: bool

    def tick(self) -> None: ...
    def decide(self, relation: str, a: Symbolic, b: Symbolic, truth: bool) -> Any: ...
    def kink(self) -> None: ...
    def overflow(self) -> None: ...


class NoCounterpart(Exception):
    """A function that has no counterpart over symbolic numbers."""


class Unset(Exception):
    """What happens depends on an element of an array that nothing was stored in."""

    def __init__(self) -> None:
        super().__init__(f"it reads {UNSET}")


class Truth(int):
    """The outcome of a comparison of symbolic numbers, which it remembers; otherwise a bool."""

    decision: Any = None

    def __invert__(self) -> Truth:  # of numbers in arrays, it is `not`
        return Truth(not self)

    def __repr__(self) -> str:
        return str(bool(self))

    __str__ = __repr__


class Symbolic:
    """A real number with its history. Made by `constant`, `named`, `leaf` and arithmetic."""

    __slots__ = ("args", "integer", "op", "owner", "run", "value")

    def __init__(
        self,
        op: str,
        args: tuple[Any, ...],
        run: Recorder | None,
        value: Any,
        integer: bool = False,
    ) -> None:
        self.op = op
        self.args = args
        self.run = run
        self.value = value
        self.integer = integer
        self.owner = 0  # the assignment during which it was computed, when these are watched

    # arithmetic

    def __add__(self, other: Any) -> Any:
        return arithmetic("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return arithmetic("add", other, self)

    def __sub__(self, other: Any) -> Any:
        return arithmetic("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        return arithmetic("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        return arithmetic("mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        return arithmetic("mul", other, self)

    def __truediv__(self, other: Any) -> Any:
        return arithmetic("div", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return arithmetic("div", other, self)

    def __pow__(self, other: Any) -> Any:
        return arithmetic("pow", self, other)

    def __rpow__(self, other: Any) -> Any:
        return arithmetic("pow", other, self)

    def __floordiv__(self, other: Any) -> Any:
        quotient = self / other
        return quotient if quotient is NotImplemented else integral("floor", quotient)

    def __rfloordiv__(self, other: Any) -> Any:
        return number(other) // self

    def __mod__(self, other: Any) -> Any:
        return self - other * (self // other)

    def __rmod__(self, other: Any) -> Any:
        return number(other) % self

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return divmod(number(other), self)

    def __neg__(self) -> Symbolic:
        if self.op == "const":
            return constant(-self.args[0], self.integer)
        return node("neg", (self,), -self.value, self.integer)

    def __pos__(self) -> Symbolic:
        return self

    def __abs__(self) -> Symbolic:
        if self.value == 0 and self.run is not None:
            self.run.kink()
        return self if self >= 0 else -self

    # piecewise constant functions

    def __floor__(self) -> Any:
        return integral("floor", self)

    def __ceil__(self) -> Any:
        return integral("ceil", self)

    def __trunc__(self) -> Any:
        return integral("trunc", self)

    def __round__(self, digits: int | None = None) -> Any:
        if digits is None:
            return integral("round", self)
        shift = field().mpf(10) ** digits
        value = field().nint(self.value * shift) / shift
        return node("round_to", (self, constant(Fraction(digits), True)), value)

    # decisions

    def __lt__(self, other: Any) -> Any:
        return compare("<", self, other)

    def __le__(self, other: Any) -> Any:
        return compare("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return compare(">", self, other)

    def __ge__(self, other: Any) -> Any:
        return compare(">=", self, other)

    def __eq__(self, other: object) -> Any:
        return compare("==", self, other)

    def __ne__(self, other: object) -> Any:
        return compare("!=", self, other)

    def __bool__(self) -> bool:
        return bool(compare("!=", self, 0))

    def __hash__(self) -> int:
        return id(self)

    def __deepcopy__(self, memo: Any) -> Symbolic:
        """A number, like every other: a copy would be a number that nothing leads to."""
        return self

    def __index__(self) -> int:
        if not self.integer:
            raise TypeError("'float' object cannot be interpreted as an integer")
        whole = int(self.value)
        if self.run is not None:
            self.run.decide("==", self, constant(Fraction(whole), True), True)
        return whole

    # among arrays

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any
    ) -> Any:
        from symdiff.checking.arrays.array import dispatch

        return dispatch(ufunc, method, inputs, out, kwargs)

    @property
    def shape(self) -> tuple[int, ...]:
        return ()

    @property
    def size(self) -> int:
        return 1

    @property
    def ndim(self) -> int:
        return 0

    def item(self) -> Symbolic:
        return self

    __iter__ = None

    def __getitem__(self, key: Any) -> Any:
        """As for numbers of NumPy: x[None], x[...]."""
        from symdiff.checking.arrays.array import plain, wrap

        return wrap(plain(self))[key]

    def conjugate(self) -> Symbolic:
        return self

    # as a float

    def is_integer(self) -> bool:
        return bool(self == integral("floor", self))

    def __float__(self) -> float:
        raise TypeError("a symbolic number has no single float value")

    def __repr__(self) -> str:
        return repr(float(self.value))

    def __format__(self, spec: str) -> str:
        return format(int(self.value) if self.integer else float(self.value), spec)


def node(op: str, args: tuple[Symbolic, ...], value: Any, integer: bool = False) -> Symbolic:
    """A computed number. Raises OverflowError where a float would overflow."""
    run = None
    for arg in args:
        if arg.run is not None:
            run = arg.run
            run.tick()
            break
    raw = value._mpf_
    if raw[2] + raw[3] > MAX_EXPONENT:
        raise OverflowError("math range error")
    return Symbolic(op, args, run, value, integer)


def constant(value: Fraction, integer: bool = False) -> Symbolic:
    """An exact rational number; `integer` when the program has an int there."""
    mp = field()
    return Symbolic("const", (value,), None, mp.mpf(value.numerator) / value.denominator, integer)


def leaf(name: str, value: Fraction, run: Recorder) -> Symbolic:
    """An input, at the sample point."""
    mp = field()
    return Symbolic("input", (name,), run, mp.mpf(value.numerator) / value.denominator)


def named(name: str) -> Symbolic:
    """A constant that is no rational: pi, e, inf, nan."""
    mp = field()
    return Symbolic("named", (name,), None, mp.mpf(getattr(mp, name)))


def unset() -> Symbolic:
    """What stands where nothing was stored: no number."""
    return Symbolic("named", ("nan", UNSET), None, field().nan)


def is_unset(x: Symbolic) -> bool:
    """Whether a number depends on what was not set."""
    seen, pending = {id(x)}, [x]
    while pending:
        top = pending.pop()
        if top.op == "named" and UNSET in top.args:
            return True
        # Whatever is computed from no number is none.
        parts = [a for a in top.args if isinstance(a, Symbolic) and a.value != a.value]
        pending += [a for a in parts if id(a) not in seen]
        seen.update(map(id, parts))
    return False


def number(value: Any) -> Symbolic:
    """The exact number that a Python number stands for: 0.1 is one tenth.

    Raises TypeError for what is not a real number.
    """
    if isinstance(value, Symbolic):
        return value
    if isinstance(value, int):
        return constant(Fraction(int(value)), True)
    if isinstance(value, float):
        return of_float(repr(float(value)))
    if isinstance(value, Fraction):
        return constant(value)
    if getattr(value, "shape", None) == ():  # of NumPy
        return number(value.item())
    raise TypeError(f"must be real number, not {type(value).__name__}")


@cached
def of_float(text: str) -> Symbolic:
    value = float(text)
    if not math.isfinite(value):
        if math.isnan(value):
            return named("nan")
        return named("inf") if value > 0 else -named("inf")
    if is_rounded(value):
        for exact in _irrational_constants():
            if float(exact.value) == value:
                return exact
        near = Fraction(value).limit_denominator(1000)
        if near.numerator / near.denominator == value:
            return constant(near)
    return constant(Fraction(text))


def is_rounded(value: float) -> bool:
    """Whether a literal has so many digits that it can only be a rounded result."""
    digits = re.sub(r"[-.]|e.*", "", repr(value)).strip("0")
    return len(digits) >= 15


@cached
def _irrational_constants() -> tuple[Symbolic, ...]:
    """The constants that derivative code is likely to hold as rounded literals."""
    pi, two, ten = named("pi"), number(2), number(10)
    root_pi = node("sqrt", (pi,), field().sqrt(pi.value))
    root_two = node("sqrt", (two,), field().sqrt(two.value))
    log_two = node("log", (two,), field().ln(two.value))
    log_ten = node("log", (ten,), field().ln(ten.value))
    found = [
        pi,
        named("e"),
        2 * pi,
        pi / 2,
        1 / pi,
        pi / 180,
        180 / pi,
        root_pi,
        2 / root_pi,
        1 / root_pi,
        root_two,
        1 / root_two,
        root_two * root_pi,
        1 / (root_two * root_pi),
        log_two,
        1 / log_two,
        log_ten,
        1 / log_ten,
    ]
    return tuple(found) + tuple(-c for c in found)


def arithmetic(op: str, left: Any, right: Any) -> Any:
    try:
        a, b = number(left), number(right)
    except TypeError:
        return NotImplemented
    if op == "div" and b.value == 0:
        raise ZeroDivisionError("float division by zero")
    if op == "pow":
        return power(a, b)
    if a.op == b.op == "const":
        p, q = a.args[0], b.args[0]
        exact = p + q if op == "add" else p - q if op == "sub" else p * q if op == "mul" else p / q
        return constant(exact, a.integer and b.integer and op != "div")
    u, v = a.value, b.value
    value = u + v if op == "add" else u - v if op == "sub" else u * v if op == "mul" else u / v
    return node(op, (a, b), value, a.integer and b.integer and op != "div")


def power(a: Symbolic, b: Symbolic) -> Symbolic:
    """a ** b as for floats; raises ZeroDivisionError or ValueError where the result is not real."""
    whole = b.value == field().floor(b.value)
    if a.value == 0 and b.value < 0:
        raise ZeroDivisionError("0.0 cannot be raised to a negative power")
    if a.value < 0 and not whole:
        raise ValueError("a negative number to a fractional power is not real")
    if a.op == b.op == "const" and whole and abs(b.value) < 1000:
        exponent = int(b.args[0])
        return constant(a.args[0] ** exponent, a.integer and b.integer and exponent >= 0)
    if whole and abs(b.value) < 1 << 30:
        return node("pow", (a, b), a.value ** int(b.value))
    return node("pow", (a, b), a.value**b.value)


def integral(op: str, x: Symbolic) -> Any:
    """floor, ceil, trunc or round to an integer: an int when nothing depends on the inputs."""
    mp = field()
    if not mp.isfinite(x.value):
        raise OverflowError("cannot convert float infinity to integer")
    if op == "trunc":
        value = mp.floor(x.value) if x.value >= 0 else mp.ceil(x.value)
    else:
        value = {"floor": mp.floor, "ceil": mp.ceil, "round": mp.nint}[op](x.value)
    if x.integer:
        return x
    return int(value) if x.run is None else node(op, (x,), value, integer=True)


def compare(relation: str, left: Symbolic, right: Any) -> Any:
    """Decide a comparison by the values, and tell the run."""
    try:
        a, b = left, number(right)
    except TypeError:
        return NotImplemented
    for side in (a, b):
        if side.value != side.value and is_unset(side):
            raise Unset
    run = a.run or b.run
    coarse = run is not None and run.coarse
    u, v = (float(a.value), float(b.value)) if coarse else (a.value, b.value)
    truth = bool(RELATIONS[relation](u, v))
    if run is None or a is b:
        return truth
    outcome = Truth(truth)
    outcome.decision = run.decide(relation, a, b, truth)
    return outcome


RELATIONS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
