"""The logistic map: every round overwrites what the reverse sweep needs."""


def logistic(r, x, n):
    for _ in range(n):
        x = r * x * (1 - x)
    return x
