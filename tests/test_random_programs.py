"""Random programs: their derivatives are right, and what is generated for them is well formed.

The expected gradient is that of dual numbers, written here: the program itself is run with them,
with functions on dual numbers in the place of `math`. SYMDIFF_EXAMPLES=5000 tries that many
more, drawn anew each time; SYMDIFF_STATEMENTS sets how long they are.
"""

from __future__ import annotations

import ast
import builtins
import itertools
import linecache
import math
import os
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

import symdiff
from strategies import Program, program_of_seed, programs
from symdiff.differentiate.derivative import derivative, split
from symdiff.generate import Selection, find
from symdiff.simplify import simplify
from symdiff.stages import Procedure, verify

EXAMPLES = int(os.environ.get("SYMDIFF_EXAMPLES", "0"))
STATEMENTS = int(os.environ.get("SYMDIFF_STATEMENTS", "6"))

# --- dual numbers --------------------------------------------------------------------------------


class Tie(Exception):
    """Two equal values with different tangents were compared: there is no derivative to expect."""


@dataclass(frozen=True, eq=False)
class Dual:
    """A value, its tangents, and how large the contributions to them were before they cancelled."""

    value: Any
    tangent: tuple[float, ...]
    scale: tuple[float, ...]

    def __add__(self, other: Any) -> Dual:
        return made(plain(self) + plain(other), (self, 1), (other, 1))

    def __radd__(self, other: Any) -> Dual:
        return made(other + self.value, (self, 1))

    def __sub__(self, other: Any) -> Dual:
        return made(self.value - plain(other), (self, 1), (other, -1))

    def __rsub__(self, other: Any) -> Dual:
        return made(other - self.value, (self, -1))

    def __mul__(self, other: Any) -> Dual:
        return made(self.value * plain(other), (self, plain(other)), (other, self.value))

    def __rmul__(self, other: Any) -> Any:
        return (
            other * self.value
            if isinstance(other, list)
            else made(other * self.value, (self, other))
        )

    def __truediv__(self, other: Any) -> Dual:
        x, y = self.value, plain(other)
        return made(x / y, (self, 1 / y), (other, -x / y / y))

    def __rtruediv__(self, other: Any) -> Dual:
        return made(other / self.value, (self, -other / self.value / self.value))

    def __mod__(self, other: Any) -> Dual:
        x, y = self.value, plain(other)
        return made(x % y, (self, 1), (other, -(x // y)))

    def __floordiv__(self, other: Any) -> float:
        return self.value // plain(other)  # type: ignore[no-any-return]

    def __divmod__(self, other: Any) -> tuple[float, Dual]:
        return self // other, self % other

    def __pow__(self, other: Any) -> Dual:
        return power(self, other)

    def __rpow__(self, other: Any) -> Dual:
        return power(other, self)

    def __neg__(self) -> Dual:
        return made(-self.value, (self, -1))

    def __pos__(self) -> Dual:
        return made(+self.value, (self, 1))

    def __abs__(self) -> Dual:
        different(self, 0.0)
        return made(abs(self.value), (self, math.copysign(1, self.value)))

    def __int__(self) -> int:
        return int(self.value)

    def __round__(self, digits: int | None = None) -> float:
        return round(self.value, digits)

    def __bool__(self) -> bool:
        different(self, 0.0)
        return bool(self.value)

    def __lt__(self, other: Any) -> bool:
        different(self, other)
        return self.value < plain(other)  # type: ignore[no-any-return]

    def __gt__(self, other: Any) -> bool:
        different(self, other)
        return self.value > plain(other)  # type: ignore[no-any-return]

    def __le__(self, other: Any) -> bool:
        different(self, other)
        return self.value <= plain(other)  # type: ignore[no-any-return]

    def __ge__(self, other: Any) -> bool:
        different(self, other)
        return self.value >= plain(other)  # type: ignore[no-any-return]

    def __eq__(self, other: object) -> bool:
        return self.value == plain(other)  # type: ignore[no-any-return]

    __hash__ = None  # type: ignore[assignment]


def plain(value: Any) -> Any:
    return value.value if isinstance(value, Dual) else value


def different(a: Any, b: Any) -> None:
    """Raises Tie for equal values with different tangents."""
    zeros = (0.0,) * len(a.tangent)
    if a.value == plain(b) and a.tangent != (b.tangent if isinstance(b, Dual) else zeros):
        raise Tie


def made(value: Any, *parts: tuple[Any, float]) -> Dual:
    """A dual number from its value and the partials of what it was computed from."""
    duals = [(d, p) for d, p in parts if isinstance(d, Dual)]
    tangents = zip(*([p * t for t in d.tangent] for d, p in duals), strict=True)
    scales = zip(*([abs(p) * s for s in d.scale] for d, p in duals), strict=True)
    return Dual(value, tuple(map(sum, tangents)), tuple(map(sum, scales)))


def power(base: Any, exponent: Any) -> Dual:
    x, n = plain(base), plain(exponent)
    by_exponent = x**n * math.log(x) if isinstance(exponent, Dual) and x > 0 else 0.0
    return made(x**n, (base, n * x ** (n - 1) if n else 0.0), (exponent, by_exponent))


def total(add: Callable[..., Any]) -> Callable[..., Any]:
    """A sum of dual numbers that rounds as the sum of numbers does."""

    def summed(items: Iterable[Any], *start: Any) -> Any:
        parts = [*items, *start]
        value = add(map(plain, parts[: len(parts) - len(start)]), *map(plain, start))
        return (
            made(value, *((p, 1) for p in parts))
            if any(isinstance(p, Dual) for p in parts)
            else value
        )

    return summed


def product(items: Iterable[Any]) -> Any:
    result: Any = 1
    for item in items:
        result = result * item
    return result


def lifted(function: Callable[..., float], *partials: Callable[..., float]) -> Callable[..., Any]:
    """A function on dual numbers."""

    def call(*args: Any) -> Any:
        values = [plain(a) for a in args]
        value = function(*values)
        if not any(isinstance(a, Dual) for a in args):
            return value
        return made(
            value,
            *((a, p(*values)) for a, p in zip(args, partials, strict=True) if isinstance(a, Dual)),
        )

    return call


def hypot(*sides: Any) -> Any:
    value = math.hypot(*map(plain, sides))
    duals = any(isinstance(s, Dual) for s in sides)
    return made(value, *((s, plain(s) / value) for s in sides)) if duals else value


def sign(x: float, y: float = 1.0) -> float:
    return math.copysign(1, x) * math.copysign(1, y)


DUAL_MATH = types.SimpleNamespace(
    pi=math.pi, fsum=total(math.fsum), prod=product, fabs=lifted(math.fabs, sign),
    floor=lambda x: math.floor(plain(x)),
    sin=lifted(math.sin, math.cos), cos=lifted(math.cos, lambda x: -math.sin(x)),
    tanh=lifted(math.tanh, lambda x: 1 / math.cosh(x) ** 2),
    atan=lifted(math.atan, lambda x: 1 / (1 + x * x)),
    asin=lifted(math.asin, lambda x: 1 / math.sqrt(1 - x * x)), exp=lifted(math.exp, math.exp),
    expm1=lifted(math.expm1, math.exp), sqrt=lifted(math.sqrt, lambda x: 0.5 / math.sqrt(x)),
    log=lifted(math.log, lambda x: 1 / x), log1p=lifted(math.log1p, lambda x: 1 / (1 + x)),
    erf=lifted(math.erf, lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x)),
    hypot=hypot, dist=lambda p, q: hypot(*(a - b for a, b in zip(p, q, strict=True))),
    atan2=lifted(math.atan2, lambda y, x: x / (x * x + y * y), lambda y, x: -y / (x * x + y * y)),
    pow=lifted(
        math.pow, lambda x, n: n * math.pow(x, n - 1), lambda x, n: math.pow(x, n) * math.log(x)
    ),
    fmod=lifted(math.fmod, lambda x, y: 1.0, lambda x, y: -math.trunc(x / y)),
    copysign=lifted(math.copysign, sign, lambda x, y: 0.0),
)  # fmt: skip
DUAL_NAMES = {
    "math": DUAL_MATH,
    "sum": total(builtins.sum),
    "float": lambda x: x if isinstance(x, Dual) else float(x),
}

# --- running programs ----------------------------------------------------------------------------


def function_of(program: Program) -> Any:
    """The program's function, its source known to linecache."""
    path = "<random program>"
    linecache.cache[path] = (len(program.text), None, program.text.splitlines(keepends=True), path)
    names: dict[str, Any] = {"__name__": "random_program"}
    exec(compile(program.text, path, "exec"), names)
    return names["f"]


def expected(program: Program) -> list[Dual]:
    """The results of a program with dual numbers for its real arguments."""
    names = {"__name__": "random_program", **DUAL_NAMES}
    exec(program.text.replace("import math\n", "", 1), names)
    reals = [i for i, a in enumerate(program.args) if isinstance(a, float)]
    zero = (0.0,) * len(reals)
    units = [tuple(float(i == j) for j in reals) for i in range(len(program.args))]
    args = [
        Dual(a, u, u) if isinstance(a, float) else a
        for a, u in zip(program.args, units, strict=True)
    ]
    results = names["f"](*args)  # type: ignore[operator]
    results = results if isinstance(results, tuple) else (results,)
    return [r if isinstance(r, Dual) else Dual(r, zero, zero) for r in results]


def same(a: Any, b: Any) -> bool:
    """Whether values are the same bit for bit, in type too."""
    return type(a) is type(b) and repr(a) == repr(b)


def is_tame(duals: Sequence[Dual]) -> bool:
    """Whether rounding can't have made all the difference."""
    return all(math.isfinite(v) and abs(v) < 1e12 for d in duals for v in (d.value, *d.scale))


def assert_close(got: Sequence[Any], want: Dual) -> None:
    for g, t, s in zip(got, want.tangent, want.scale, strict=True):
        assert isinstance(g, (int, float)) and abs(g - t) <= 1e-9 * max(s, 1e-3), (got, want)


def verified(procedure: Procedure) -> Procedure:
    for part in (procedure, *procedure.callees.values()):
        verify(part)
    return procedure


def check_intermediates(function: Any, args: tuple[Any, ...], mode: str) -> None:
    """Procedures are well formed after reading, differentiation and simplification."""
    found = find(function, Selection(None), mode, args, {})
    procedure = verified(found.reading.procedure)
    structures = [found.reading.parameters[name] for name, _ in found.chosen]
    if mode == "split":
        for part in split(procedure, structures):
            verified(simplify(verified(part)))
    else:
        verified(simplify(verified(derivative(procedure, structures, list(found.wrt), mode=mode))))


def check_text(text: str) -> None:
    tree = ast.parse(text)
    assert max(map(len, text.splitlines())) <= 100
    assert "symdiff" not in {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}


def check_tangents(f: Any, args: tuple[Any, ...], want: Sequence[Dual]) -> None:
    """The forward mode, along each argument, tells what dual numbers tell."""
    reals = tuple(i for i, a in enumerate(args) if isinstance(a, float))
    for k in range(len(reals)):
        unit = [float(j == k) for j in range(len(reals))]
        got, tangent = symdiff.jvp(f, args, unit, argnums=reals)
        assert same(got, f(*args))
        parts = tangent if isinstance(got, tuple) else (tangent,)
        for part, dual in zip(parts, want, strict=True):
            assert_close([part], Dual(got, dual.tangent[k : k + 1], dual.scale[k : k + 1]))


def check(program: Program) -> None:
    """Everything that is to hold for a program that has a derivative."""
    f, args = function_of(program), program.args
    reals = tuple(i for i, a in enumerate(args) if isinstance(a, float))
    want = expected(program)
    value = f(*args)
    results = value if isinstance(value, tuple) else (value,)
    agree = all(same(r, w.value) for r, w in zip(results, want, strict=True))
    assert agree, "the oracle computes the same"

    got, pullback = symdiff.vjp(f, *args)
    assert same(got, value)
    for k, dual in enumerate(want):
        unit = tuple(float(j == k) for j in range(len(want)))
        adjoints = pullback(unit if isinstance(value, tuple) else 1.0)
        assert [a is None for a in adjoints] == [not isinstance(a, float) for a in args]
        assert_close([adjoints[i] for i in reals], dual)
    check_tangents(f, args, want)
    check_intermediates(f, args, "split")
    mode = "pullback" if isinstance(value, tuple) else "grad"
    check_intermediates(f, args, mode)
    text = symdiff.source(f, argnums=reals)
    check_text(text)
    assert text == symdiff.source(function_of(program), argnums=reals)
    names: dict[str, Any] = {}
    exec(text, names)
    complete = names[f"f_{mode}"]
    if isinstance(value, tuple):
        for k, dual in enumerate(want):
            got, adjoints = complete(*args, tuple(float(j == k) for j in range(len(want))))
            assert same(got, value)
            assert_close(adjoints, dual)
        return
    got, gradient = complete(*args)
    assert same(got, value)
    assert_close(gradient, want[0])
    assert symdiff.value_and_grad(f, argnums=reals)(*args) == (value, gradient)
    for k, i in enumerate(reals):
        got, one = symdiff.value_and_grad(f, argnums=i)(*args)
        assert same(got, value)
        assert_close([one], Dual(value, want[0].tangent[k : k + 1], want[0].scale[k : k + 1]))
    assert symdiff.grad(f)(*args) == one if len(reals) == 1 else True


def has_derivative(program: Program) -> bool:
    """Whether a program can be run, and dual numbers tell its derivative."""
    try:
        return is_tame(expected(program))
    except (Tie, OverflowError, ZeroDivisionError, ValueError):
        return False


@pytest.mark.parametrize("seed", range(150))
def test_random_programs(seed: int) -> None:
    drawn = (program_of_seed(s, STATEMENTS) for s in itertools.count(seed, 1000))
    check(next(filter(has_derivative, drawn)))


@pytest.mark.skipif(not EXAMPLES, reason="SYMDIFF_EXAMPLES says how many")
@settings(
    max_examples=EXAMPLES or 1, deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(programs(STATEMENTS))
def test_programs_drawn_anew(program: Program) -> None:
    assume(has_derivative(program))
    check(program)
