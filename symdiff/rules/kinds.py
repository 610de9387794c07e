"""What kind of value an operation gives, from the kinds of its arguments, as Python does it."""

from __future__ import annotations

from collections.abc import Callable

from symdiff.stages import BOOLEAN, COMPLEX, INTEGER, OBJECT, REAL, TEXT, Kind, ListOf

Result = Kind | Callable[..., Kind]

_TOWER = (BOOLEAN, INTEGER, REAL, COMPLEX)


def join(*kinds: Kind) -> Kind:
    """The kind of a value that is one of several: numbers widen, anything else must agree."""
    if not kinds:
        return OBJECT
    if all(isinstance(k, ListOf) for k in kinds):
        return ListOf(join(*(k.item for k in kinds if isinstance(k, ListOf))))
    if all(k in _TOWER for k in kinds):
        return max(kinds, key=lambda k: _TOWER.index(k))
    return kinds[0] if all(k == kinds[0] for k in kinds) else OBJECT


def arithmetic(*kinds: Kind) -> Kind:
    """The kind of a sum, difference, product or remainder: 2 + 3 is an integer, 2 + 3.0 is real.

    A number combined with an object of unknown kind counts as real when the number is: to call it
    passive would lose a derivative.
    """
    if any(isinstance(k, ListOf) for k in kinds):
        return join(*(k for k in kinds if isinstance(k, ListOf)))
    if TEXT in kinds:
        return TEXT
    known = [k for k in kinds if k in _TOWER]
    if len(known) < len(kinds) and not {REAL, COMPLEX} & set(known):
        return OBJECT
    return join(INTEGER, *known)


def quotient(*kinds: Kind) -> Kind:
    """The kind of a true division: never an integer."""
    found = arithmetic(*kinds)
    return REAL if found is INTEGER else found


def same(kind: Kind, *_: Kind) -> Kind:
    """The kind of the first argument, made a number: `abs`, `round(x, n)`, unary plus."""
    return arithmetic(kind)


def modulus(kind: Kind) -> Kind:
    """The kind of `abs`: real for a complex argument."""
    return REAL if kind is COMPLEX else arithmetic(kind)


def rounded(kind: Kind, *digits: Kind) -> Kind:
    """The kind of `round`: an integer, unless a number of digits is given."""
    return same(kind) if digits else INTEGER


def bitwise(*kinds: Kind) -> Kind:
    """The kind of `&`, `|` and `^`: boolean for booleans."""
    return BOOLEAN if all(k is BOOLEAN for k in kinds) else arithmetic(*kinds)


def one_of(*kinds: Kind) -> Kind:
    """The kind of `max` and `min`, of several numbers or of one sequence."""
    if len(kinds) == 1 and isinstance(kinds[0], ListOf):
        return kinds[0].item
    return join(*kinds)


def total(items: Kind, *start: Kind) -> Kind:
    """The kind of `sum` and `math.prod` of a sequence."""
    return arithmetic(items.item if isinstance(items, ListOf) else items, *start)
