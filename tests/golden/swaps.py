"""Two variables that follow each other."""


def swaps(x, y, n):
    a, b = x, y
    for _ in range(n):
        a, b = b, a + b * x
    if a < b:
        a, b = b, a
    return a * a - b
