"""Two hidden neurons and an output: the smallest network that can tell xor."""

import math


def sigmoid(t):
    return 1.0 / (1.0 + math.exp(-t))


def xor_loss(w1, w2, b, v, c):
    x1, x2, target = 1.0, 0.0, 1.0
    h1 = sigmoid(w1 * x1 + w2 * x2 + b)
    h2 = sigmoid(w2 * x1 + w1 * x2 - b)
    out = sigmoid(v * (h1 + h2) + c)
    return (out - target) ** 2
