"""Newton's method for Kepler's equation: a loop whose number of rounds depends on the input."""

import math


def kepler(mean, e):
    E = mean
    step = 1.0
    while abs(step) > 1e-9:
        step = (E - e * math.sin(E) - mean) / (1 - e * math.cos(E))
        E = E - step
    return E
