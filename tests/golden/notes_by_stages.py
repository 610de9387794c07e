"""The worked example of backpropagation notes, one operation a line."""

import math


def f(x, y):
    sigma_y = 1.0 / (1.0 + math.exp(-y))
    g = x + sigma_y
    sigma_x = 1.0 / (1.0 + math.exp(-x))
    p = x + y
    s = p**2
    h = sigma_x + s
    k = 1 / h
    f = g * k
    return f
