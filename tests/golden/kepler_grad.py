import math


def kepler_grad(m, e):
    """Value of kepler and its gradient with respect to (m, e).

    Written by symdiff 0.1.0 from kepler.py:6.
    """
    # forward
    x = m
    x_kept = []
    while abs(x - e * math.sin(x) - m) > 1e-12:
        x_kept.append(x)
        x -= (x - e * math.sin(x) - m) / (1 - e * math.cos(x))
    value = x
    # backward
    dx = 1.0
    de = 0.0
    dm = 0.0
    for x in reversed(x_kept):
        sin_x = math.sin(x)
        cos_x = math.cos(x)
        difference = 1 - e * cos_x
        ratio = -dx / difference
        product = -ratio * ((x - e * sin_x - m) / difference)
        dm -= ratio
        de -= product * cos_x + ratio * sin_x
        dx += product * e * sin_x + ratio - ratio * e * cos_x
    dm += dx
    return value, (dm, de)
