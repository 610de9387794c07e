"""What an example of a call tells of the parameters of a function that is not called.

Only kinds and structure are taken from it: the code that is made serves every call of that form.
Where it serves no other form, as for a dict that is looped over, it says so when it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

from symdiff.errors import NotDifferentiable
from symdiff.read.shapes import held
from symdiff.stages import BOOLEAN, INTEGER, OBJECT, OPTIONAL, REAL, TEXT, ArrayOf, ListOf, Place


class ExactKeys(dict[Any, Any]):
    """The structure of a dict of which the code relies on having these keys and no others."""


class ExactLength(tuple[Any, ...]):
    """The structure of a list or tuple of which the code relies on having so many items."""


def with_example(
    specs: Mapping[str, Any],
    signature: tuple[list[str], str | None, str | None],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    spec_of: Callable[[Any], Any],
    function: str,
    place: Place | None,
    written: bool,
    whole: Set[str],
) -> dict[str, Any]:
    """The specs of the parameters, those that the example gives as it says.

    `signature` has the names of the parameters that take one argument, of `*args`, and of
    `**kwargs`. An example that is `written`, on a command line, may leave decimal points out: `3`
    is an integer only for parameters that the function asks one for: `whole`, and those of which
    the specs say so. Raises NotDifferentiable for an example that the function does not take.
    """
    plain, star, double = signature
    given: dict[str, Any] = dict(zip(plain, args, strict=False))
    found = dict(specs)
    rest = args[len(plain) :]
    if rest and star is None:
        raise NotDifferentiable(
            f"{function}() takes {len(plain)} arguments, the example has {len(args)}", place
        )
    others = {k: v for k, v in kwargs.items() if k not in specs or k in (star, double)}
    given |= {k: v for k, v in kwargs.items() if k not in others}
    if others and double is None:
        raise NotDifferentiable(f"{function}() has no parameter {next(iter(others))!r}", place)
    told = {name: spec_of(value) for name, value in given.items()}
    if star is not None:
        told[star] = (tuple, *map(spec_of, rest))
    if double is not None:
        told[double] = {k: spec_of(v) for k, v in others.items()}
    if not any(map(_has_real, told.values())):
        # x=3, y=-4: whoever writes no decimal point anywhere means real numbers.
        told = {n: s if specs.get(n) is INTEGER else _real(s) for n, s in told.items()}
    elif written:
        told = {n: s if n in whole else _real_where(s, specs.get(n)) for n, s in told.items()}
    for name, spec in told.items():
        found[name] = merged(spec, specs.get(name))
    if star is not None:
        found[star] = ExactLength(told[star])
    if double is not None:
        found[double] = ExactKeys(told[double])
    return found


def with_arrays(
    specs: Mapping[str, Any],
    signature: tuple[list[str], str | None, str | None],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """An example in which arrays are written as lists, [[1.0, 2.0], [3.0, 4.0]], with arrays where
    the function takes them."""
    plain = signature[0]
    known = [specs.get(name) for name in plain] + [None] * len(args)
    return (
        tuple(_arranged(value, spec) for value, spec in zip(args, known, strict=False)),
        {name: _arranged(value, specs.get(name)) for name, value in kwargs.items()},
    )


def _arranged(value: Any, spec: Any) -> Any:
    if isinstance(spec, ArrayOf) and isinstance(value, (list, tuple)):
        import numpy as np

        try:
            array = np.array(value)
        except ValueError:  # rows of several lengths: no array
            return value
        whole = spec.item is REAL and array.dtype.kind in "iu"
        return array.astype(float) if whole else array
    if isinstance(value, dict) and isinstance(spec, dict):
        return {k: _arranged(v, spec.get(k)) for k, v in value.items()}
    if type(value) in (list, tuple) and isinstance(spec, tuple) and len(spec) == len(value) + 1:
        return type(value)(_arranged(v, s) for v, s in zip(value, spec[1:], strict=True))
    return value


def merged(example: Any, known: Any) -> Any:
    """What an example says of a parameter, where annotation or use has said something before."""
    if isinstance(example, dict):
        if isinstance(known, dict) and known.keys() <= example.keys():
            return {k: merged(example[k], spec) for k, spec in known.items()}
        return ExactKeys({k: merged(v, None) for k, v in example.items()})
    if isinstance(example, tuple):
        if isinstance(known, tuple) and len(known) == len(example):
            pairs = zip(example[1:], known[1:], strict=True)
            return (known[0], *(merged(e, k) for e, k in pairs))
        item = held([example])
        if item is not None and (example[0] in (list, tuple)):
            return item
        return ExactLength((example[0], *(merged(e, None) for e in example[1:])))
    if known in (REAL, OPTIONAL) and example in (INTEGER, BOOLEAN, REAL):
        return example if known is REAL else known
    return TEXT if type(example).__name__ == "Text" else example


def _has_real(spec: Any) -> bool:
    if isinstance(spec, dict):
        return any(map(_has_real, spec.values()))
    if isinstance(spec, tuple):
        return any(map(_has_real, spec[1:]))
    return _has_real(spec.item) if isinstance(spec, (ListOf, ArrayOf)) else spec is REAL


def _real_where(spec: Any, known: Any) -> Any:
    """What a parameter is given as, with real numbers for those integers that the function takes
    for real ones. Lists are as written: labels are integers, and look like any other numbers."""
    if isinstance(spec, dict) and isinstance(known, dict):
        return {k: _real_where(v, known.get(k)) for k, v in spec.items()}
    return REAL if spec is INTEGER and known in (REAL, OPTIONAL) else spec


def _real(spec: Any) -> Any:
    if isinstance(spec, dict):
        return {k: _real(v) for k, v in spec.items()}
    if isinstance(spec, tuple):
        return (spec[0], *map(_real, spec[1:]))
    if isinstance(spec, ListOf):
        return ListOf(_real(spec.item))
    return REAL if spec in (INTEGER, OBJECT) else spec
