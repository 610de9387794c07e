"""Returns from the middle of a loop, and from the start."""

import math


def escape(x, c, n):
    if c < 0:
        return x * c
    for i in range(n):
        x = math.exp(-x) * c + x
        if x > 2:
            return x * i
    return x
