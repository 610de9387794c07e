"""A list made by a comprehension, with a filter."""

import math


def comprehension(x, n):
    terms = [math.sin(x * k) / k for k in range(1, n) if k % 3]
    return sum(terms) * terms[0]
