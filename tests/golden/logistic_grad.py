def logistic_grad(r, x, n):
    """Value of logistic and its gradient with respect to (r, x).

    Written by symdiff 0.1.0 from logistic.py:4.
    """
    # forward
    x_kept = []
    for _ in range(n):
        x_kept.append(x)
        x = r * x * (1 - x)
    value = x
    # backward
    dx = 1.0
    dr = 0.0
    for x in reversed(x_kept):
        dx_times_one_minus_x = dx * (1.0 - x)
        dr += dx_times_one_minus_x * x
        dx = r * (dx_times_one_minus_x - dx * x)
    return value, (dr, dx)
