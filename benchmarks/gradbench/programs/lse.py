"""lse: the logarithm of a sum of exponentials, without overflow."""

from __future__ import annotations

import numpy as np


def log_sum_exp(x):
    largest = np.max(x)
    return largest + np.log(np.sum(np.exp(x - largest)))
