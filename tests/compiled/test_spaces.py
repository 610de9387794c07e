"""Working space of reverse loops: where it is made, and where it isn't needed."""

from __future__ import annotations

import math

import numpy as np

from compiled_text import U, assert_gradients_agree, written


def scratch_in_each_round(X, mu):
    c = np.empty(len(mu))
    total = 0.0
    for p in range(len(X)):
        square = 0.0
        for k in range(2):
            for j in range(len(mu)):
                c[j] = X[p, j] - mu[j] * (k + 1)
            for j in range(len(mu)):
                square += c[j] * c[j] * c[0]
        total += math.log(1.0 + square)
    return total


def scratch_of_the_round(X, mu):
    c = np.empty(len(mu))
    total = 0.0
    for p in range(len(X)):
        for j in range(len(mu)):
            c[j] = X[p, j] - mu[j]
        square = 0.0
        for j in range(len(mu)):
            square += c[j] * c[j]
        total += math.log(1.0 + square)
    return total


ARGS = (np.outer(U[:4], U[2:5]), U[:3])


def test_it_is_made_before_the_outermost_loop():
    text = written(scratch_in_each_round, ARGS)
    before, rounds = text.split("for p in range", 1)
    assert before.count("np.empty(len_mu)") == 2, text
    assert rounds.count("np.empty(len_mu)") == 0, text
    assert_gradients_agree(scratch_in_each_round, ARGS)


def test_what_the_same_round_has_written_is_not_written_again():
    text = written(scratch_of_the_round, ARGS)
    assert text.count("= X[p, j] - mu[j]") == 1, text
    assert_gradients_agree(scratch_of_the_round, ARGS)
