import math


def escape_grad(x, c, n):
    """Value of escape and its gradient with respect to (x, c).

    Written by symdiff 0.1.0 from early_return.py:6.
    """
    # forward
    if c < 0:
        value = x * c
    else:
        returned = False
        x_1 = x
        exp_minus_x_kept = []
        test_kept = []
        for i in range(n):
            exp_minus_x = math.exp(-x_1)
            exp_minus_x_kept.append(exp_minus_x)
            x_1 = exp_minus_x * c + x_1
            test = x_1 > 2
            test_kept.append(test)
            if test:
                value = x_1 * i
                returned = True
                break
        if not returned:
            value = x_1
    # backward
    if c < 0:
        dx = c
        dc = x
    else:
        if returned:
            dvalue = 1.0
            dx = 0.0
        else:
            dvalue = 0.0
            dx = 1.0
        dc = 0.0
        for i, exp_minus_x, test in zip(
            reversed(range(len(exp_minus_x_kept))),
            reversed(exp_minus_x_kept),
            reversed(test_kept),
        ):
            if test:
                dx += dvalue * i
                dvalue = 0.0
            dc += dx * exp_minus_x
            dx -= dx * c * exp_minus_x
    return value, (dx, dc)
