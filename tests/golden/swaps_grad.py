def swaps_grad(x, y, n):
    """Value of swaps and its gradient with respect to (x, y).

    Written by symdiff 0.1.0 from swaps.py:4.
    """
    # forward
    a = x
    b = y
    b_kept = []
    for _ in range(n):
        b_kept.append(b)
        a, b = b, a + b * x
    test = a < b
    if test:
        a, b = b, a
    value = a * a - b
    # backward
    da = 2.0 * a
    if test:
        db = da
        da = -1.0
    else:
        db = -1.0
    dx = 0.0
    for b in reversed(b_kept):
        dx += db * b
        da, db = db, da + db * x
    dx += da
    dy = db
    return value, (dx, dy)
