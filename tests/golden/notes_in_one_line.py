"""The worked example of backpropagation notes in one line, with a helper."""

import math


def sigmoid(t):
    return 1.0 / (1.0 + math.exp(-t))


def f(x, y):
    return (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)
