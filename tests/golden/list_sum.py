"""A sum over a list, and what depends on it."""


def variance(xs):
    mean = sum(xs) / len(xs)
    total = 0.0
    for x in xs:
        total += (x - mean) ** 2
    return total / (len(xs) - 1)
