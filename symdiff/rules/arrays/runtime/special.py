"""Functions that generated files bring along: derivatives of special functions."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np
import scipy.special


def multigammaln_slope(a, d):
    """The derivative of scipy.special.multigammaln(a, d) in a."""
    return np.sum(scipy.special.digamma(np.asarray(a)[..., None] - 0.5 * np.arange(d)), axis=-1)
