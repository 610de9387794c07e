def rational_grad(x, p, q):
    """Value of rational and its gradient with respect to (x, p, q).

    Written by symdiff 0.1.0 from helper_with_a_loop.py:11.
    """
    # forward
    value = 0.0
    value_kept = []
    for c in p:
        value_kept.append(value)
        value = value * x + c
    value_1 = 0.0
    value_kept_1 = []
    for c in q:
        value_kept_1.append(value_1)
        value_1 = value_1 * x + c
    total = 1 + x * value_1                        # 1 (*)
    value /= total                                 # 2 (*)
    value_2 = value
    # backward
    dvalue = 1.0 / total                           # 2
    product = -dvalue * value
    dx = product * value_1                         # 1
    dvalue_1 = product * x
    dq = [0.0] * len(q)
    for i, value in zip(reversed(range(len(q))), reversed(value_kept_1)):
        dx += dvalue_1 * value
        dq[i] += dvalue_1
        dvalue_1 *= x
    dp = [0.0] * len(p)
    for i, value in zip(reversed(range(len(p))), reversed(value_kept)):
        dx += dvalue * value
        dp[i] += dvalue
        dvalue *= x
    return value_2, (dx, dp, dq)
