"""Writes the pages that are made from symdiff's own tables: docs/conventions.md, docs/support.md.

    python docs/make_pages.py
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from symdiff.read.fence import REFUSED
from symdiff.rules import ArrayPrimitive, conventions, table
from symdiff.rules.arrays import registry

HERE = Path(__file__).parent

CONVENTIONS = """\
# Derivatives at kinks and singularities

A generated gradient is that of the program as it runs: of the branch that is taken, of the number
of rounds that a loop makes. Where a function has no derivative, it takes one of these values, as
JAX does. What is piecewise constant has derivative zero everywhere: `floor`, `round`, `int`, `//`,
`argmax`, comparisons.

| function | convention |
| --- | --- |
{rows}

Where the function itself raises, as `1 / x` does at zero, so does its gradient; where NumPy warns
and goes on with `inf` or `nan`, so does the gradient. Comparisons select a branch, and the
derivative is that of the branch.

## Roots found by halving

A bisection only compares. What it returns is made of the ends it began with, and is constant
between comparisons that come out otherwise: its derivative is zero, though that of the root is not.
One step of Newton's method after it has the derivative of the root.

```python
import math

import symdiff


def halved(a):
    low, high = 0.0, 2.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        if middle**3 < a:
            low = middle
        else:
            high = middle
    return low


def root(a):
    x = halved(a)
    return x - (x**3 - a) / (3 * x**2)


assert symdiff.grad(halved)(0.5) == 0.0
assert math.isclose(symdiff.grad(root)(0.5), 1 / (3 * 0.5 ** (2 / 3)))
```

## Arrays

| function | convention |
| --- | --- |
{array_rows}

The side of `np.where`, `np.select` and `np.choose` that is not taken adds nothing to a gradient,
be it `nan`. An array that the function changes in place is changed in a copy: the caller's
arguments stay as they are. The gradient of an array has its shape and its dtype, that of a number
is a float, and no two of them share memory.
"""

SUPPORT = """\
# What symdiff reads

| construct | |
| --- | --- |
{constructs}

Functions of your own are read too, wherever they are defined. What cannot be differentiated
correctly is refused, with its line.

## Refused

| syntax | reason | instead |
| --- | --- | --- |
{refused}

## Functions with a derivative rule

On numbers: {active}

Known, with derivative zero: {constant}.

A function that is not in these lists and has no Python source is refused where its argument is
active, unless you give it a rule: [custom-rules.md](custom-rules.md).

## Functions of arrays

By whatever name they are imported, and as methods of arrays. Operators, indices, slices, masks and
stores into them work as in NumPy, on arrays of floats or complex numbers.

| module | functions |
| --- | --- |
{arrays}

Known, with derivative zero: {array_constants}.

The function given to `odeint` is read like any other, and with it what it captures. The adjoint
equation is solved backwards along the solution, in forward mode the variational equation beside it;
second derivatives are refused. A spline that was made outside of the function is called as it
stands: it may be a `PPoly` or a `BSpline` of any kind.

### Arguments that are not supported

An argument of this table must have its default, or one of the values given, where what the function
works on is active.

| arguments | of |
| --- | --- |
{arguments}
"""

CONSTRUCTS = {
    "names": "assignment, also of several and starred targets, augmented, annotated, `:=`; "
    "`nonlocal`; globals that are read",
    "control flow": "`if`, `while`, `for`, their `else`, `break`, `continue`, early `return`, "
    "also of a tuple on some paths and None on others, "
    "conditional expressions, `and`, `or`, `not`, chained comparisons, `match`",
    "iteration": "`range`, lists, tuples, dicts, arrays and their rows, `enumerate`, `zip`, "
    "`reversed`, `sorted`, `map`, `filter`, `functools.reduce`, most of `itertools`; "
    "comprehensions and generator expressions",
    "functions": "nested ones and closures, recursion, lambdas, defaults, keyword arguments, "
    "`*args`, `**kwargs`, `functools.partial`, `functools.lru_cache`, functions given as arguments",
    "derivatives": "`symdiff.grad`, `value_and_grad`, `jvp`, `vjp`, `hvp`, `hessian` and "
    "`jacobian` of functions, closures, partials and methods, to any order; decorated functions' "
    "`.grad`",
    "objects": "instances of your classes, dataclasses and named tuples: attributes read and set, "
    "methods, properties, operators, `__call__`; dataclasses and named tuples in results too, "
    "whose tangents, gradients and Hessians are of their class (not those with `__post_init__`, or "
    "with attributes that the constructor does not take)",
    "containers": "tuples, lists, dicts, sets, `collections.deque`, `defaultdict` and the like, "
    "nested, as arguments, on the way and in results, with the methods that change them; values "
    "and derivatives that are subclasses of list and dict (`OrderedDict`, `defaultdict`) come back "
    "as plain lists and dicts",
    "arrays": "operators with broadcasting, every kind of index, stores and updates in place, "
    "also through views and aliases, `out=`, methods and attributes",
    "effects": "`print`, `assert`, `raise`, `with` around passive context, `try` where it can be "
    "told beforehand what the body raises (`math.log(-1.0)`, a missing item, a divisor from `math` "
    "or `float()` that is zero), `finally`",
}


SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "neg": "-x", "pos": "+x", "mod": "%",
    "pow": "**", "floordiv": "//", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==",
    "ne": "!=", "is": "is", "is_not": "is not", "in": "in", "not_in": "not in", "not": "not",
    "and_": "&", "or_": "|", "xor": "^", "lshift": "<<", "rshift": ">>", "invert": "~x",
}  # fmt: skip


def pages() -> dict[str, str]:
    """The text of each page, by its file name."""
    arrays = [p for p in registry.table() if not p.name.startswith("helper:")]
    known = [p for p in table() if not p.name.startswith("helper:") and "._" not in p.name]
    constant = ", ".join(f"`{_sign(p.name)}`" for p in known if p.piecewise_constant)
    active = ", ".join(f"`{_sign(p.name)}`" for p in known if not p.piecewise_constant) + "."
    rows = "\n".join(f"| `{_sign(name)}` | {_cell(note)} |" for name, note in conventions())
    refused = "\n".join(
        f"| `{_word(node)}` | {_cell(reason)} | {_cell(fix)} |"
        for node, (reason, fix) in REFUSED.items()
    )
    return {
        "conventions.md": CONVENTIONS.format(rows=rows, array_rows=_array_conventions(arrays)),
        "support.md": SUPPORT.format(
            constructs="\n".join(f"| {name} | {_cell(t)} |" for name, t in CONSTRUCTS.items()),
            refused=refused,
            active=active,
            constant=constant,
            arrays=_by_module(arrays),
            array_constants=", ".join(f"`{p.name}`" for p in arrays if p.piecewise_constant),
            arguments=_arguments(arrays),
        ),
    }


def _array_conventions(arrays: Sequence[ArrayPrimitive]) -> str:
    """A row for each convention, with the functions that have it."""
    having: dict[str, list[str]] = {}
    for primitive in arrays:
        if primitive.note:
            having.setdefault(primitive.note, []).append(f"`{primitive.name}`")
    return "\n".join(f"| {', '.join(names)} | {_cell(note)} |" for note, names in having.items())


def _by_module(arrays: Sequence[ArrayPrimitive]) -> str:
    """A row for each module, with the functions that have a derivative, other names in brackets."""
    modules: dict[str, list[str]] = {}
    for primitive in arrays:
        if primitive.piecewise_constant or "." not in primitive.name:
            continue
        module, _, name = primitive.name.rpartition(".")
        others = [n.removeprefix(f"{module}.") for n in primitive.names[1:]]
        shown = f"`{name}`" + (f" (`{'`, `'.join(others)}`)" if others else "")
        modules.setdefault(module, []).append(shown)
    return "\n".join(f"| `{m}` | {', '.join(sorted(names))} |" for m, names in modules.items())


def _arguments(arrays: Sequence[ArrayPrimitive]) -> str:
    """A row for each set of arguments that are not supported, with the functions that have it."""
    having: dict[str, list[str]] = {}
    for primitive in arrays:
        own = primitive.signature.parameters
        limited = [each for each in primitive.only if each[0] in own]
        if limited:
            shown = ", ".join(_argument(own[name].default, name, vs) for name, vs in limited)
            having.setdefault(shown, []).append(f"`{primitive.name}`")
    return "\n".join(f"| {shown} | {', '.join(names)} |" for shown, names in having.items())


def _argument(default: Any, name: str, allowed: tuple[Any, ...]) -> str:
    """A parameter, and the values that it may have where there is more than its default."""
    others = [v for v in allowed if v is not default and v != default]
    more = " or ".join(f"`{v!r}`" for v in [default, *others])
    return f"`{name}` (only {more})" if others else f"`{name}`"


def _sign(name: str) -> str:
    return SIGNS.get(name, name)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _word(node: type[ast.AST]) -> str:
    """The keyword of a statement, from the name of its node: `AsyncFor` is `async for`."""
    words = {
        "Delete": "del", "ClassDef": "class", "AsyncFunctionDef": "async def",
        "ImportFrom": "from ... import", "YieldFrom": "yield from",
        "TryStar": "try ... except*", "AsyncFor": "async for", "AsyncWith": "async with",
    }  # fmt: skip
    return words.get(node.__name__, node.__name__.lower())


if __name__ == "__main__":
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
