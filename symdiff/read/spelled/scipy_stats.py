"""The normal distribution of scipy.stats, and distributions whose parameters are given before."""

# mypy: ignore-errors
from __future__ import annotations

import math

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri


class norm_gen:
    def __call__(self, *args, **kwds):
        return rv_continuous_frozen(self, *args, **kwds)

    def pdf(self, x, loc=0, scale=1):
        return np.exp(-(standard(x, loc, scale) ** 2) / 2) / (math.sqrt(2 * math.pi) * scale)

    def logpdf(self, x, loc=0, scale=1):
        return -(standard(x, loc, scale) ** 2) / 2 - np.log(math.sqrt(2 * math.pi) * scale)

    def cdf(self, x, loc=0, scale=1):
        return ndtr(standard(x, loc, scale))

    def logcdf(self, x, loc=0, scale=1):
        return log_ndtr(standard(x, loc, scale))

    def sf(self, x, loc=0, scale=1):
        return ndtr(-standard(x, loc, scale))

    def logsf(self, x, loc=0, scale=1):
        return log_ndtr(-standard(x, loc, scale))

    def ppf(self, q, loc=0, scale=1):
        return quantile(ndtri(q), loc, scale)

    def isf(self, q, loc=0, scale=1):
        return quantile(-ndtri(q), loc, scale)


class rv_continuous_frozen:
    def __init__(self, dist, *args, **kwds):
        self.dist, self.args, self.kwds = dist, args, kwds

    def pdf(self, x):
        return self.dist.pdf(x, *self.args, **self.kwds)

    def logpdf(self, x):
        return self.dist.logpdf(x, *self.args, **self.kwds)

    def cdf(self, x):
        return self.dist.cdf(x, *self.args, **self.kwds)

    def logcdf(self, x):
        return self.dist.logcdf(x, *self.args, **self.kwds)

    def sf(self, x):
        return self.dist.sf(x, *self.args, **self.kwds)

    def logsf(self, x):
        return self.dist.logsf(x, *self.args, **self.kwds)

    def ppf(self, q):
        return self.dist.ppf(q, *self.args, **self.kwds)

    def isf(self, q):
        return self.dist.isf(q, *self.args, **self.kwds)


def standard(x, loc, scale):
    """The number of standard deviations from the mean."""
    from_mean = x if isinstance(loc, int) and loc == 0 else x - loc
    return from_mean if isinstance(scale, int) and scale == 1 else from_mean / positive(scale)


def quantile(z, loc, scale):
    from_mean = z if isinstance(scale, int) and scale == 1 else z * positive(scale)
    return from_mean if isinstance(loc, int) and loc == 0 else from_mean + loc


def positive(scale):
    """No distribution has another scale: then SciPy's values are not numbers."""
    return np.where(scale > 0, scale, np.nan)
