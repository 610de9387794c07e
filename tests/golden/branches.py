"""Three ways to one value."""

import math


def branches(x, y):
    if x > 1:
        z = x * y
    elif y > 1 and not x < 0:
        z = math.sin(x) * y**2
    else:
        z = x - y
    return z * x
