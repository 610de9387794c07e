"""Means, deviations and medians of the module statistics."""

# mypy: ignore-errors
from __future__ import annotations

import math
from statistics import StatisticsError

from symdiff.read.spelled import sequence


def mean(data):
    values = sequence(data)
    if len(values) < 1:
        raise StatisticsError("mean requires at least one data point")
    return math.fsum(values) / len(values)


def fmean(data, weights=None):
    values = sequence(data)
    if weights is None:
        return mean(values)
    shares = sequence(weights)
    if len(values) != len(shares):
        raise StatisticsError("data and weights must be the same length")
    return math.fsum([v * w for v, w in zip(values, shares)]) / math.fsum(shares)


def variance(data, xbar=None):
    values = sequence(data)
    if len(values) < 2:
        raise StatisticsError("variance requires at least two data points")
    return squares(values, xbar) / (len(values) - 1)


def pvariance(data, mu=None):
    values = sequence(data)
    if len(values) < 1:
        raise StatisticsError("pvariance requires at least one data point")
    return squares(values, mu) / len(values)


def squares(values, center):
    """The sum of the squared deviations, by default from the mean."""
    mean = math.fsum(values) / len(values) if center is None else center
    return math.fsum([(v - mean) ** 2 for v in values])


def stdev(data, xbar=None):
    return math.sqrt(variance(data, xbar))


def pstdev(data, mu=None):
    return math.sqrt(pvariance(data, mu))


def geometric_mean(data):
    return math.exp(mean([math.log(v) for v in data]))


def harmonic_mean(data):
    values = sequence(data)
    return len(values) / math.fsum([1 / v for v in values])


def median(data):
    values = sorted(data)
    count = len(values)
    if count == 0:
        raise StatisticsError("no median for empty data")
    if count % 2 == 1:
        return values[count // 2]
    return (values[count // 2 - 1] + values[count // 2]) / 2
