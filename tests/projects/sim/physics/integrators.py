def euler(acc, y, v, n, dt):
    for _ in range(n):
        y, v = y + dt * v, v + dt * acc(y, v)
    return y, v
def leap(y: float, v: float, n: int) -> float:
    out = euler(lambda a, b: -a, y, v, n, 0.1)
    return out[0] + out[1]
#: leap(1.0, 0.5, 4)
