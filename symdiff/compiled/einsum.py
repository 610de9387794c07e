"""Sums of products over indices, np.einsum, as loops: Numba has no such function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from symdiff.rules.registry import kind_of
from symdiff.rules.shapes import item_of
from symdiff.stages import INTEGER, REAL, Apply, ArrayOf, Const, Expr


def einsum_in_loops(expr: Apply) -> tuple[str, tuple[Expr, ...]] | None:
    """The text of a function that does what a call of np.einsum does, and its arguments; None for
    subscripts, options and numbers that it is not written for."""
    text, *operands = expr.args
    if not isinstance(text, Const) or not isinstance(text.value, str) or not operands:
        return None
    inputs, result = _subscripts(text.value)
    letters = "".join(inputs) + result
    if len(inputs) != len(operands) or not letters.isalpha():
        return None
    if len(set(result)) < len(result) or not set(result) <= set("".join(inputs)):
        return None
    for given, operand in zip(inputs, operands, strict=True):
        kind = kind_of(operand)
        if (kind.rank if isinstance(kind, ArrayOf) else 0) != len(given):
            return None
    if any(item_of(kind_of(operand)) not in (REAL, INTEGER) for operand in operands):
        return None
    return _text(inputs, result), tuple(operands)


def _subscripts(text: str) -> tuple[list[str], str]:
    left, arrow, result = text.replace(" ", "").partition("->")
    inputs = left.split(",")
    if not arrow:
        counts = Counter("".join(inputs))
        result = "".join(sorted(letter for letter, n in counts.items() if n == 1))
    return inputs, result


def _text(inputs: Sequence[str], result: str) -> str:
    names = [f"x_{n}" for n in range(len(inputs))]
    axes = [
        (letter, f"{name}.shape[{axis}]")
        for name, given in zip(names, inputs, strict=True)
        for axis, letter in enumerate(given)
    ]
    first = dict(reversed(axes))
    others = [f"{length} != {first[letter]}" for letter, length in axes if length != first[letter]]
    lines = []
    if others:
        lines += [f"if {' or '.join(others)}:", "    raise ValueError('lengths differ')"]
    lengths = ", ".join(first[letter] for letter in result)
    lines.append(f"total = np.zeros(({lengths},))" if result else "total = 0.0")
    summed = [letter for letter in dict.fromkeys("".join(inputs)) if letter not in result]
    for depth, letter in enumerate([*result, *summed]):
        lines.append("    " * depth + f"for {letter} in range({first[letter]}):")
    product = " * ".join(
        f"{name}[{', '.join(given)}]" if given else name
        for name, given in zip(names, inputs, strict=True)
    )
    target = f"total[{', '.join(result)}]" if result else "total"
    lines += ["    " * len(first) + f"{target} += {product}", "return total"]
    name = "_".join(["einsum", *(given or "0" for given in inputs), "to", result or "0"])
    sign = ",".join(inputs) + "->" + result
    head = [f"def {name}({', '.join(names)}):", f'"""np.einsum({sign!r}, {", ".join(names)})."""']
    return "\n    ".join([*head, *lines]) + "\n"
