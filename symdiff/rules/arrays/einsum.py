"""Einstein's sums: what the subscripts say of the axes, and the subscripts of the adjoint."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.matrices import of_dims, unbroadcast
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import array, as_node
from symdiff.rules.shapes import broadcast, joined_item, never_one
from symdiff.stages import ArrayOf, Const, Dim, Kind

DOTS = "."
Term = str
"""The subscripts of one factor: letters, and DOTS for the axes that `...` stands for."""


def parsed(operands: Sequence[Any]) -> tuple[list[Term], Term, list[Node]] | None:
    """The terms of the factors, that of the result, and the factors. None if it can't be told."""
    first = operands[0]
    if isinstance(first, Node) and isinstance(first.expr, Const):
        first = first.expr.value
    if isinstance(first, str):
        text, factors = first.replace(" ", ""), list(operands[1:])
    else:
        listed = [_letters(part) for part in operands[1::2]]
        ends = _letters(operands[-1]) if len(operands) % 2 else None
        if None in listed or len(operands) % 2 and ends is None:
            return None
        factors = list(operands[0 : 2 * len(listed) : 2])
        text = ",".join(map(str, listed)) + ("" if ends is None else f"->{ends}")
    text = text.replace("...", DOTS)
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(factors) or any(isinstance(f, (list, tuple)) for f in factors):
        return None
    if not arrow:
        once = sorted(c for c in set(left) - {",", DOTS} if left.count(c) == 1)
        right = (DOTS if DOTS in left else "") + "".join(once)
    return terms, right, factors


def _letters(part) -> Term | None:
    """A list of subscripts, as in einsum(a, [0, 1], ...), in letters."""
    if not isinstance(part, (list, tuple)):
        return None
    made = ""
    for at in map(as_node, part):
        value = at.expr.value if isinstance(at.expr, Const) else None
        if value is Ellipsis:
            made += DOTS
        elif isinstance(value, int):
            made += ascii_letters[26 + value if value < 26 else value - 26]
        else:
            return None
    return made


def lengths(terms: Sequence[Term], factors: Sequence[Node]) -> dict[str, list[Dim]] | None:
    """The lengths of the axes that each letter stands for; None where a rank is unknown."""
    found: dict[str, list[Dim]] = {}
    for term, factor in zip(terms, factors, strict=True):
        if factor.dims is None:
            return None
        rest = len(factor.dims) - len(term) + 1
        dims = iter(factor.dims)
        for letter in term:
            taken = tuple(next(dims) for _ in range(rest if letter == DOTS else 1))
            both = broadcast(tuple(found.get(letter, ())), taken)
            found[letter] = list(both or ())
    return found


def einsum_kind(*operands, out=None, dtype=None, order="K", casting="safe", optimize=False) -> Kind:
    known = parsed(operands)
    if known is None:
        return ArrayOf(joined_item(o.kind for o in operands if isinstance(o, Node)), None)
    terms, result, factors = known
    item = joined_item(f.kind for f in factors)
    found = lengths(terms, factors)
    if found is None:
        return of_dims(
            item, () if not result else None if DOTS in result else (None,) * len(result)
        )
    return of_dims(item, tuple(d for letter in result for d in found.get(letter, ())))


@array(
    "numpy.einsum", multilinear=True, wrt="operands", kind=einsum_kind,
    only={"out": (None,), "dtype": (None,), "casting": ("safe",)},
)  # fmt: skip
def einsum(
    *operands, out=None, dtype=None, order="K", casting="safe", optimize=False, ans, dout
):  # fmt: skip
    known = parsed(operands)
    if known is None:
        raise NotDifferentiable("the subscripts of numpy.einsum() must be written out in the call")
    terms, result, factors = known
    found = lengths(terms, factors)
    shares = iter(
        [_share(k, terms, result, factors, found, dout, optimize) for k in range(len(terms))]
    )
    ids = [id(f) for f in factors]
    return [next(shares) if id(o) in ids else None for o in operands]


def _share(k, terms, result, factors, found, dout, optimize):
    """The adjoint of one factor: the sum of the products of the result's and all the others."""
    term, factor = terms[k], factors[k]
    known = [result, *(t for i, t in enumerate(terms) if i != k)]
    given = [dout, *(f for i, f in enumerate(factors) if i != k)]
    free = iter(c for c in ascii_letters if c not in "".join([result, *terms]))
    target = DOTS if DOTS not in term and DOTS in "".join(known) else ""
    lone: list[int] = []  # axes along which the adjoint is constant: it broadcasts
    for at, letter in enumerate(term):
        from_end = DOTS in term[:at] or DOTS in target
        axis = at - len(term) if from_end else at
        if letter in term[:at]:  # a diagonal: a second letter, equal to the first one
            second = next(free)
            known.append(letter + second)
            given.append(np.eye(factor.shape[axis]))
            target += second
        elif letter == DOTS or letter in "".join([*known, term[at + 1 :]]):
            target += letter
        else:
            lone.append(axis)
    if known == [target]:
        made = dout
    else:
        text = f"{','.join(known)}->{target}".replace(DOTS, "...")
        more = {"optimize": optimize} if optimize is not False and len(given) > 2 else {}
        made = np.einsum(text, *given, **more)
    if lone and len(lone) < len(term):
        made = _with_axes(made, lone)
    return made if len(factors) == 1 else _fitting(made, term, factor, found)


def _with_axes(made, lone):
    """`made` with new axes of length 1."""
    if made.rank is None or min(lone) < 0:
        return np.expand_dims(made, tuple(lone) if len(lone) > 1 else lone[0])
    index = [None if i in lone else slice(None) for i in range(made.rank + len(lone))]
    while index[-1] is not None:
        index.pop()
    return made[tuple(index) if len(index) > 1 else index[0]]


def _fitting(made, term, factor, found):
    """`made` summed along the axes of the factor that were broadcast."""
    start = max(term.find(DOTS), 0)
    if found is not None:
        own = len(factor.dims) - len(term) + 1 if DOTS in term else 0
        wide: list[Dim] = []
        for letter in term:
            wide += found[letter][len(found[letter]) - own :] if letter == DOTS else found[letter]
        if len(found.get(DOTS, ())) == own:
            start = 0
            if all(
                d == w and d is not None or never_one(d)
                for d, w in zip(factor.dims, wide, strict=True)
            ):
                return made
    if start == 0:
        return unbroadcast(made, factor)
    return helper("unbroadcast_within", made, factor, start, kind=ArrayOf(made.item, factor.dims))
