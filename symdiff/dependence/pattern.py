"""The sparsity pattern of a Jacobian, as a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symdiff.dependence.interpreter import Interpreter
from symdiff.dependence.operations import Operations, Pair
from symdiff.dependence.sets import NONE, Sets, as_array

if TYPE_CHECKING:
    from symdiff.generate import Generated


def pattern_of(made: Generated, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Where the Jacobian of a function may be other than zero at a point: a SciPy sparse matrix of
    the numbers of its value and those of the one array it is differentiated in.

    The function is run once. What can't be followed may be other than zero everywhere. Raises what
    the function raises.
    """
    try:
        return followed(made, args, kwargs)
    except Exception:
        import scipy.sparse

        (x,) = made.differentiated(args, kwargs)
        value = _primal(made).function(*args, **kwargs)
        return scipy.sparse.csr_array(np.ones((np.size(value), np.size(x)), bool))


def followed(made: Generated, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The pattern, where the stages can be followed."""
    import scipy.sparse

    primal = _primal(made)
    given = primal.arguments(args, kwargs)
    ((name, index),) = made.chosen
    x = given[name] if index is None else given[name][index]
    numbers = np.empty(np.shape(x), object)
    numbers.ravel()[:] = [frozenset((i,)) for i in range(np.size(x))]
    pairs: list[Pair] = []
    for param in made.reading.procedure.params:
        deps: Any = NONE
        if param.name == name:
            deps = numbers
            if index is not None:
                deps = [numbers if i == index else NONE for i in range(len(given[name]))]
        pairs.append((given[param.name], deps))
    interpreter = Interpreter(Operations(Sets(np.size(x))), primal.function.__globals__)
    value, deps = interpreter.run(made.reading.procedure, pairs)
    rows = as_array(deps, np.shape(value)).ravel().tolist()
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter((i for row in rows for i in sorted(row)), np.int64, ends[-1])
    entries = np.ones(ends[-1], bool)
    return scipy.sparse.csr_array((entries, columns, ends), shape=(len(rows), np.size(x)))


def _primal(made: Generated) -> Generated:
    """The function itself as it would be written, for the names that its stages mention."""
    from symdiff.differentiate.sweep import fresh

    return made.with_text_of(fresh(made.reading.procedure))
