"""A list that is changed in place."""


def smooth(u, k, steps):
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            u[i] += k * (u[i + 1] - 2 * u[i] + u[i - 1])
    return sum(x * x for x in u)
