"""Equal values are kept once."""

from __future__ import annotations

import math

import numpy as np

import symdiff


def through_elements(x, w, n):
    s = 0.0
    for t in range(n):
        s = math.sin(s) * x[t] * w[t] + math.sin(w[t]) * math.cos(x[t])
        x[t] = x[t] * s
    return s + x[0]


def test_an_element_that_several_stages_read_is_kept_once():
    x, w = np.array([0.3, -0.2, 0.7]), np.array([1.1, 0.4, -0.6])
    text = symdiff.source(through_elements, argnums=(0, 1), at=(x, w, 3))
    assert text.count("x_t_kept.append(x_t)") == text.count("kept.append(x") == 1
    dx, dw = symdiff.grad(through_elements, (0, 1))(x, w, 3)
    for gradient, at in ((dx, 0), (dw, 1)):
        for i in range(3):
            ends = []
            for h in (1e-5, -1e-5):
                args = [x.copy(), w.copy(), 3]
                args[at][i] += h
                ends.append(through_elements(*args))
            assert math.isclose(gradient[i], (ends[0] - ends[1]) / 2e-5, rel_tol=1e-7)
