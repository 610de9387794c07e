def variance_grad(xs):
    """Value of variance and its derivative with respect to xs.

    Written by symdiff 0.1.0 from list_sum.py:4.
    """
    # forward
    len_xs = len(xs)
    mean = sum(xs) / len_xs                        # 1 (*)
    total = 0.0
    for i in range(len_xs):
        x = xs[i]
        total += (x - mean) ** 2
    value = total / (len_xs - 1)                   # 2 (*)
    # backward
    dtotal = 1.0 / (len_xs - 1)                    # 2
    dxs = [0.0] * len(xs)
    dmean = 0.0
    for i in reversed(range(len_xs)):
        x = xs[i]
        dx = 2.0 * dtotal * (x - mean)
        dmean -= dx
        dxs[i] += dx
    dxs = [a + b for a, b in zip(dxs, [dmean / len_xs] * len(xs))]  # 1
    return value, (dxs,)
