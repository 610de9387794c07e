def power_forward(x, n):
    """Value of power, and what power_backward needs."""
    if n == 0:
        return 1.0, ()
    half, kept = power_forward(x, n // 2)
    value = half * half * x if n % 2 else half * half
    return value, (half, kept)


def power_backward(x, n, kept, dout):
    """Adjoint of x."""
    if n == 0:
        return 0.0
    half, kept = kept
    n_over_2 = n // 2
    if n % 2:
        dx = dout * half * half
        dhalf = 2.0 * dout * x * half
    else:
        dhalf = 2.0 * dout * half
        dx = 0.0
    dx += power_backward(x, n_over_2, kept, dhalf)
    return dx


def power_grad(x, n):
    """Value of power and its derivative with respect to x.

    Written by symdiff 0.1.0 from power.py:4.
    """
    # forward
    value, kept = power_forward(x, n)
    # backward
    dx = power_backward(x, n, kept, 1.0)
    return value, (dx,)
