"""Rules of norms, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import Literal, check
from rules.arrays.samples import both, normal, numbers


def apart(*shape, complex_=False):
    """An array whose elements are not near zero."""
    rng = np.random.default_rng(SEED)
    made = rng.uniform(0.5, 3, shape)
    return made * (np.exp(1j * normal(*shape)) if complex_ else np.sign(normal(*shape)))


SEED = 1  # one without near ties, where the differences would see a kink
INF, NEGATIVE = Literal(np.inf), Literal(-np.inf)


@both
@numbers
@pytest.mark.parametrize("ord", [None, 1, 2, 3, Literal(2.5), INF, NEGATIVE, 0, -1])
def test_norms_of_vectors(ord, complex_, ranks_known):
    x = apart(5, complex_=complex_)
    check("numpy.linalg.norm", x, ord=ord, ranks_known=ranks_known)
    check("numpy.linalg.norm", x, ord=ord, keepdims=True, ranks_known=ranks_known)
    x = apart(2, 3, 4, complex_=complex_)
    for axis in (0, 1, -1):
        check("numpy.linalg.norm", x, ord, axis, ranks_known=ranks_known)
        check("numpy.linalg.norm", x, ord, axis, keepdims=True, ranks_known=ranks_known)
    if ord is not None:
        for axis in (None, 1, (0, 2)):
            check("numpy.linalg.vector_norm", x, axis=axis, ord=ord, ranks_known=ranks_known)
        check("numpy.linalg.vector_norm", x, ord=ord, keepdims=True, ranks_known=ranks_known)


@both
@numbers
@pytest.mark.parametrize("ord", [None, "fro", "nuc", 1, -1, 2, -2, INF, NEGATIVE])
def test_norms_of_matrices(ord, complex_, ranks_known):
    x = apart(3, 4, complex_=complex_)
    check("numpy.linalg.norm", x, ord=ord, ranks_known=ranks_known)
    check("numpy.linalg.norm", x, ord=ord, keepdims=True, ranks_known=ranks_known)
    x = apart(2, 3, 4, complex_=complex_)
    for axes in ((0, 1), (2, 1), (-1, 0)):
        check("numpy.linalg.norm", x, ord, axes, ranks_known=ranks_known)
        check("numpy.linalg.norm", x, ord, axes, keepdims=True, ranks_known=ranks_known)
    if ord is not None:
        check("numpy.linalg.matrix_norm", x, ord=ord, ranks_known=ranks_known)
        check("numpy.linalg.matrix_norm", x, ord=ord, keepdims=True, ranks_known=ranks_known)


@both
@numbers
@pytest.mark.parametrize("p", [None, 2, -2, 1, -1, INF, NEGATIVE, "fro"])
def test_cond(p, complex_, ranks_known):
    check(
        "numpy.linalg.cond",
        apart(3, 3, complex_=complex_) + 2 * np.eye(3),
        p,
        ranks_known=ranks_known,
    )
    check(
        "numpy.linalg.cond",
        apart(2, 3, 3, complex_=complex_) + 2 * np.eye(3),
        p,
        ranks_known=ranks_known,
    )
    if p in (None, 2, -2):
        check("numpy.linalg.cond", normal(4, 3, complex_=complex_), p, ranks_known=ranks_known)
