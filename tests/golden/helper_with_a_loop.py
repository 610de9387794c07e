"""A helper with a loop of its own, read in place."""


def horner(coefficients, x):
    value = 0.0
    for c in coefficients:
        value = value * x + c
    return value


def rational(x, p, q):
    return horner(p, x) / (1 + x * horner(q, x))
