"""The text of Jacobians and Hessians: a pushforward, and a function that calls it for every
direction."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from symdiff.errors import NotDifferentiable
from symdiff.rules import kind_of
from symdiff.stages import ArrayOf, Expr, Scalar, is_differentiable, unused

if TYPE_CHECKING:
    from symdiff.generate import Generated

UNITS = '''def units(x):
    """The directions in which one number of x grows."""
    for at in np.ndindex(np.shape(x)):
        unit = np.zeros(np.shape(x))
        unit[at] = 1.0
        yield unit


'''
FROM_COLUMNS = '''def from_columns(columns, x):
    """Derivatives in all directions of x as one array, which has the axes of x last."""
'''
OF_STRUCTURES = """    first = columns[0]
    if isinstance(first, dict):
        return {key: from_columns([c[key] for c in columns], x) for key in first}
    if isinstance(first, (list, tuple)):
        return type(first)(from_columns(parts, x) for parts in zip(*columns))
"""
STACKED = """    return np.reshape(np.stack(columns, axis=-1), np.shape(columns[0]) + np.shape(x))


"""


def driver(made: Generated, mode: str, single: bool) -> tuple[str, str]:
    """The module with the text of a pushforward and of the Jacobian (or of the Hessian, for the
    pushforward of a gradient), and the name of the function that gives it.

    Raises NotDifferentiable where a differentiated parameter is no number and no array.
    """
    tree = ast.parse(made.text)
    inner = next(s for s in tree.body if isinstance(s, ast.FunctionDef) and s.name == made.name)
    base = made.name.removesuffix("_hvp").removesuffix("_jvp")
    taken = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    taken |= {s.name for s in tree.body if isinstance(s, ast.FunctionDef)}
    name = unused(f"{base}_{mode}", taken)
    dots = set(made.own_parameters)
    params = _without(inner.args, dots)
    given = _forwarded(params)
    wanted = [n for n, _ in made.chosen]
    arrays = {n: isinstance(made.kinds.get(n), ArrayOf) for n in wanted}
    for (n, index), kind in ((c, made.kinds.get(c[0])) for c in made.chosen):
        if index is not None or not isinstance(kind, (ArrayOf, Scalar)):
            raise NotDifferentiable(
                f"the source of a {mode} is written for numbers and arrays, and {n!r} is neither",
                made.reading.procedure.place,
                fix=f"symdiff.{mode}() takes containers too.",
            )

    def call(at: int, direction: str) -> str:
        zeros = [f"np.zeros_like({n})" if arrays[n] else "0.0" for n in wanted]
        zeros[at] = direction
        tangents = [f"{d}={z}" for d, z in zip(made.own_parameters, zeros, strict=True)]
        plain = not any(isinstance(s, ast.keyword) or s.startswith("*") for s in given)
        if plain and not inner.args.kwonlyargs:
            tangents = zeros
        return f"{made.name}({', '.join([*given, *tangents])})[1]"

    what = "Hessian" if mode == "hessian" else "Jacobian"
    shown = wanted[0] if single else f"({', '.join(wanted)})"
    order = ": one for each argument"
    if mode == "hessian":
        order = ", in the order of the gradients and then of the arguments"
    if single:
        order = ", whose axes come last" if arrays[wanted[0]] else ""
    primal = made.reading.procedure.name.removesuffix("_grad")
    lines = [f"def {name}({ast.unparse(params)}):"]
    lines.append(f'    """{what} of {primal} with respect to {shown}{order}."""')
    lines = _wrapped(lines)
    unit = unused("unit", {*taken, *(p.arg for p in _all(params))})
    comma = "," if len(wanted) == 1 else ""
    columns = []
    for at, n in enumerate(wanted):
        if not arrays[n]:
            columns.append(call(at, "1.0"))
        elif single:
            columns.append(f"from_columns([{call(at, unit)} for {unit} in units({n})], {n})")
        else:
            columns.append(f"[{call(at, unit)} for {unit} in units({n})]")
    if single:
        lines.append(f"    return {columns[0]}")
    elif mode == "jacobian":
        for at, n in enumerate(wanted):
            if arrays[n]:
                columns[at] = f"from_columns({columns[at]}, {n})"
        lines += [f"    d_{n} = {c}" for n, c in zip(wanted, columns, strict=True)]
        lines.append(f"    return {', '.join(f'd_{n}' for n in wanted)}{comma}")
    else:
        lines += [f"    d_{n} = {c}" for n, c in zip(wanted, columns, strict=True)]
        rows = []
        for i in range(len(wanted)):
            row = [
                f"from_columns([d[{i}] for d in d_{n}], {n})" if arrays[n] else f"d_{n}[{i}]"
                for n in wanted
            ]
            rows.append(f"        ({', '.join(row)}{comma}),")
        lines += ["    return (", *rows, "    )"]
    result = made.reading.procedure.result
    within = OF_STRUCTURES if mode == "jacobian" and not _is_number_or_array(result) else ""
    helpers = UNITS + FROM_COLUMNS + within + STACKED if any(arrays.values()) else ""
    head = "" if not helpers or "import numpy as np" in made.text else "import numpy as np\n\n\n"
    text = made.text.rstrip("\n") + "\n\n\n" + helpers + "\n".join(lines) + "\n"
    return head + text, name


def _is_number_or_array(result: Expr) -> bool:
    kind = kind_of(result)
    return isinstance(kind, (ArrayOf, Scalar)) and is_differentiable(kind)


def _wrapped(lines: list[str]) -> list[str]:
    import textwrap

    *before, last = lines
    return [*before, *textwrap.wrap(last, 98, subsequent_indent="    ", break_long_words=False)]


def _without(args: ast.arguments, names: set[str]) -> ast.arguments:
    keep = [p for p in args.args if p.arg not in names]
    pairs = [
        (p, d) for p, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if p.arg not in names
    ]
    return ast.arguments(
        args.posonlyargs, keep, args.vararg, [p for p, _ in pairs], [d for _, d in pairs],
        args.kwarg, args.defaults,
    )  # fmt: skip


def _all(args: ast.arguments) -> list[ast.arg]:
    return [*args.posonlyargs, *args.args, *args.kwonlyargs]


def _forwarded(args: ast.arguments) -> list[str]:
    found = [p.arg for p in [*args.posonlyargs, *args.args]]
    if args.vararg is not None:
        found.append(f"*{args.vararg.arg}")
    found += [f"{p.arg}={p.arg}" for p in args.kwonlyargs]
    if args.kwarg is not None:
        found.append(f"**{args.kwarg.arg}")
    return found
