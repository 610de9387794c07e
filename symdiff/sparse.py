"""Sparse Jacobians: a few sweeps for all columns, or rows, that do not meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symdiff.generate import Generated

Push = Callable[[list[Any]], tuple[Any, Any]]
Pull = Callable[[Any], Any]
Coloured = tuple[Any, Any, Any]


def coloured(
    sparsity: Any, known: dict[Any, Coloured], made: Generated, args: Any, kwargs: Any
) -> Coloured:
    """The pattern of a Jacobian, and the colours of its columns and of its rows. Those that hold
    for other arguments too are `known` from then on."""
    from symdiff import dependence

    found_anew = isinstance(sparsity, str)
    if found_anew and sparsity != "auto":
        raise ValueError(f"sparsity is a matrix or 'auto', not {sparsity!r}")
    key = dependence.key_of(made, args, kwargs) if found_anew else ()
    if key is not None and key in known:
        return known[key]
    pattern = dependence.pattern_of(made, args, kwargs) if found_anew else as_pattern(sparsity)
    found = pattern, colours(pattern), colours(pattern.T)
    if key is not None:
        known[key] = found
    return found


def by_columns(pattern: Any, columns: Any, x: Any, push: Push) -> Any:
    """The Jacobian from the tangents along the columns of each colour."""
    import numpy as np

    compressed = []
    for colour in range(max(columns.max(initial=-1) + 1, 1)):
        seed = (columns == colour).astype(x.dtype).reshape(x.shape)
        value, tangent = push([seed])
        _refuse_other_sizes(pattern, np.size(value), x.size)
        compressed.append(np.ravel(tangent))
    i, j = pattern.nonzero()
    return _assembled(pattern, i, j, np.stack(compressed)[columns[j], i])


def by_rows(pattern: Any, rows: Any, value: Any, pull: Pull) -> Any:
    """The Jacobian from the adjoints of the rows of each colour."""
    import numpy as np

    compressed = []
    for colour in range(max(rows.max(initial=-1) + 1, 1)):
        seed = (rows == colour).astype(np.asarray(value).dtype)
        (adjoint,) = pull(seed.reshape(np.shape(value))[()])
        _refuse_other_sizes(pattern, np.size(value), np.size(adjoint))
        compressed.append(np.ravel(adjoint))
    i, j = pattern.nonzero()
    return _assembled(pattern, i, j, np.stack(compressed)[rows[i], j])


def _assembled(pattern: Any, i: Any, j: Any, data: Any) -> Any:
    import scipy.sparse

    is_array = isinstance(pattern, scipy.sparse.sparray)
    form = scipy.sparse.csr_array if is_array else scipy.sparse.csr_matrix
    return form((data, (i, j)), shape=pattern.shape)


def _refuse_other_sizes(pattern: Any, outputs: int, inputs: int) -> None:
    if pattern.shape != (outputs, inputs):
        raise ValueError(
            f"the pattern has shape {pattern.shape}, but the Jacobian has {(outputs, inputs)}"
        )


def as_pattern(sparsity: Any) -> Any:
    """A pattern as a CSR matrix of ones, without the zeros that it may store."""
    import numpy as np
    import scipy.sparse

    if scipy.sparse.issparse(sparsity):
        made = sparsity.tocsr().astype(bool)
    else:
        made = scipy.sparse.csr_array(np.asarray(sparsity) != 0)
    made.eliminate_zeros()
    made.sort_indices()
    return made


def colours(pattern: Any) -> Any:
    """A colour for each column, such that columns with a row in common have different ones.

    Columns are coloured one after the other, those with most entries first, each with the first
    colour that none of its neighbours has: a banded matrix gets as many colours as its band is
    wide. Columns without entries have colour -1.
    """
    import numpy as np

    if np.diff(pattern.tocsr().indptr).max(initial=0) == pattern.shape[1]:
        return np.arange(pattern.shape[1])  # a row is full: no two columns share a colour

    by_column = pattern.tocsc()
    counts = np.diff(by_column.indptr)
    found = np.full(pattern.shape[1], -1)
    taken: list[set[int]] = [set() for _ in range(pattern.shape[0])]  # of each row
    order = np.argsort(-counts, kind="stable")
    for column in order[: np.count_nonzero(counts)]:
        rows = by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]]
        forbidden = set().union(*(taken[row] for row in rows))
        colour = 0
        while colour in forbidden:
            colour += 1
        found[column] = colour
        for row in rows:
            taken[row].add(colour)
    return found
