import math


def kepler_grad(m, e):
    """Value of kepler and its gradient with respect to (m, e).

    Written by symdiff 0.1.0 from kepler.py:6.
    """
    # forward
    x = m
    kept = []
    while abs(x - e * math.sin(x) - m) > 1e-12:
        sin_x = math.sin(x)
        cos_x = math.cos(x)
        ratio = (x - e * sin_x - m) / (1 - e * cos_x)
        kept.append((sin_x, cos_x, ratio))
        x -= ratio
    # backward
    dx = 1.0
    de = 0.0
    dm = 0.0
    for sin_x, cos_x, ratio in reversed(kept):
        ratio_1 = -dx / (1.0 - e * cos_x)
        product = -ratio_1 * ratio
        dm -= ratio_1
        de -= product * cos_x + ratio_1 * sin_x
        dx += e * (product * sin_x - ratio_1 * cos_x) + ratio_1
    dm += dx
    return x, (dm, de)
