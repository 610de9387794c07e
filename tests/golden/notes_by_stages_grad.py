import math


def f_grad(x, y):
    """Value of f and its gradient with respect to (x, y).

    Written by symdiff 0.1.0 from notes_by_stages.py:6.
    """
    # forward
    exp_minus_y = math.exp(-y)                     # 1
    sigma_y = 1.0 / (1.0 + exp_minus_y)
    g = x + sigma_y                                # 2
    exp_minus_x = math.exp(-x)                     # 3 (*)
    sigma_x = 1.0 / (1.0 + exp_minus_x)
    p = x + y                                      # 4 (*)
    s = p ** 2                                     # 5
    h = sigma_x + s                                # 6
    k = 1 / h                                      # 7
    f = g * k                                      # 8
    # backward
    dg = k                                         # 8
    dk = g
    dh = -dk * k * k                               # 7
    dsigma_x = dh                                  # 6
    ds = dh
    dp = 2.0 * ds * p                              # 5
    dx = dp                                        # 4 (*)
    dy = dp
    dx += dsigma_x * sigma_x * sigma_x * exp_minus_x  # 3 (*)
    dx += dg                                       # 2 (*)
    dsigma_y = dg
    dy += dsigma_y * sigma_y * sigma_y * exp_minus_y  # 1 (*)
    return f, (dx, dy)
