"""lstm: the loss of a recurrent network, diagonal in its weights, that predicts characters."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit
def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


@njit
def loss(main, extra, state, sequence):
    """main: weights and biases of each layer (forget, in, out, change); extra: weights of the
    input, weights and biases of the output; state: hidden values and cells of each layer."""
    layers = len(main) // 2
    steps, b = len(sequence) - 1, sequence.shape[1]
    hidden = np.empty((layers, b))
    cell = np.empty((layers, b))
    for layer in range(layers):
        hidden[layer] = state[2 * layer]
        cell[layer] = state[2 * layer + 1]
    total = 0.0
    x = np.empty(b)
    for t in range(steps):
        for i in range(b):
            x[i] = sequence[t, i] * extra[0, i]
        for layer in range(layers):
            w = main[2 * layer]
            bias = main[2 * layer + 1]
            for i in range(b):
                forget = sigmoid(x[i] * w[i] + bias[i])
                ingate = sigmoid(hidden[layer, i] * w[b + i] + bias[b + i])
                outgate = sigmoid(x[i] * w[2 * b + i] + bias[2 * b + i])
                change = math.tanh(hidden[layer, i] * w[3 * b + i] + bias[3 * b + i])
                cell[layer, i] = cell[layer, i] * forget + ingate * change
                hidden[layer, i] = outgate * math.tanh(cell[layer, i])
                x[i] = hidden[layer, i]
        normal = 2.0
        score = 0.0
        count = 0.0
        for i in range(b):
            prediction = x[i] * extra[1, i] + extra[2, i]
            normal += math.exp(prediction)
            score += sequence[t + 1, i] * prediction
            count += sequence[t + 1, i]
        total += score - count * math.log(normal)
    return -total / (b * steps)
