"""Kepler's equation by Newton's iteration: a while loop whose rounds depend on its arguments."""

import math


def kepler(m, e):
    x = m
    while abs(x - e * math.sin(x) - m) > 1e-12:
        x = x - (x - e * math.sin(x) - m) / (1 - e * math.cos(x))
    return x
