"""Textbook numerics: quadrature, special functions, elimination, splines, solvers."""

import math

LANCZOS = (
    76.18009172947146, -86.50532032941677, 24.01409824083091,
    -1.231739572450155, 0.1208650973866179e-2, -0.5395239384953e-5,
)


def log_gamma(xx):
    """Lanczos' series, as in Numerical Recipes."""
    x = y = xx
    tmp = x + 5.5
    tmp -= (x + 0.5) * math.log(tmp)
    ser = 1.000000000190015
    for coefficient in LANCZOS:
        y += 1
        ser += coefficient / y
    return -tmp + math.log(2.5066282746310005 * ser / x)


def gamma_series(a, x):
    term = total = 1 / a
    ap = a
    while abs(term) > abs(total) * 1e-15:
        ap += 1
        term *= x / ap
        total += term
    return total * math.exp(-x + a * math.log(x) - log_gamma(a))


def gamma_fraction(a, x):
    """Lentz's method."""
    tiny = 1e-300
    b = x + 1 - a
    c = 1 / tiny
    d = 1 / b
    h = d
    for i in range(1, 200):
        an = -i * (i - a)
        b += 2
        d = an * d + b
        if abs(d) < tiny:
            d = tiny
        c = b + an / c
        if abs(c) < tiny:
            c = tiny
        d = 1 / d
        delta = d * c
        h *= delta
        if abs(delta - 1) < 1e-15:
            break
    return math.exp(-x + a * math.log(x) - log_gamma(a)) * h


def incomplete_gamma(a, x):
    if x < 0 or a <= 0:
        raise ValueError("invalid arguments")
    if x < a + 1:
        return gamma_series(a, x)
    return 1 - gamma_fraction(a, x)


def adaptive_simpson(a, b, w):
    def f(x):
        return math.exp(-w * x) * math.sin(3 * x)

    def panel(lo, f_lo, hi, f_hi):
        mid = (lo + hi) / 2
        f_mid = f(mid)
        return mid, f_mid, (hi - lo) / 6 * (f_lo + 4 * f_mid + f_hi)

    def refine(lo, f_lo, hi, f_hi, whole, mid, f_mid, eps, depth):
        left_mid, f_left, left = panel(lo, f_lo, mid, f_mid)
        right_mid, f_right, right = panel(mid, f_mid, hi, f_hi)
        error = left + right - whole
        if depth == 0 or abs(error) <= 15 * eps:
            return left + right + error / 15
        return (refine(lo, f_lo, mid, f_mid, left, left_mid, f_left, eps / 2, depth - 1)
                + refine(mid, f_mid, hi, f_hi, right, right_mid, f_right, eps / 2, depth - 1))

    f_a, f_b = f(a), f(b)
    mid, f_mid, whole = panel(a, f_a, b, f_b)
    return refine(a, f_a, b, f_b, whole, mid, f_mid, 1e-7, 12)


def romberg(a, b, levels):
    def f(x):
        return math.sqrt(1 + x**3)

    h = b - a
    rows = [[h * (f(a) + f(b)) / 2]]
    for i in range(1, levels):
        h /= 2
        total = sum(f(a + k * h) for k in range(1, 2**i, 2))
        row = [rows[i - 1][0] / 2 + h * total]
        for j in range(1, i + 1):
            row.append(row[j - 1] + (row[j - 1] - rows[i - 1][j - 1]) / (4**j - 1))
        rows.append(row)
    return rows[-1][-1]


def cardano(p, q):
    """The largest real root of t**3 + p*t + q."""
    disc = (q / 2) ** 2 + (p / 3) ** 3
    if disc > 0:
        root = math.sqrt(disc)
        u = -q / 2 + root
        v = -q / 2 - root
        return (math.copysign(abs(u) ** (1 / 3), u) + math.copysign(abs(v) ** (1 / 3), v))
    r = math.sqrt(-p / 3)
    phi = math.acos(max(-1.0, min(1.0, -q / (2 * r**3))))
    return max(2 * r * math.cos((phi + 2 * math.pi * k) / 3) for k in range(3))


def secant(a, b):
    def f(x):
        return x**3 - a * x - b

    x0, x1 = 1.0, 2.0
    f0, f1 = f(x0), f(x1)
    for _ in range(60):
        if f1 == f0:
            break
        x0, x1, f0 = x1, x1 - f1 * (x1 - x0) / (f1 - f0), f1
        f1 = f(x1)
        if abs(x1 - x0) < 1e-12:
            break
    return x1


def thomas(diagonal, off, right):
    """The middle of the solution of a tridiagonal system."""
    n = len(right)
    c = [0.0] * n
    d = [0.0] * n
    c[0] = off / diagonal
    d[0] = right[0] / diagonal
    for i in range(1, n):
        m = diagonal - off * c[i - 1]
        c[i] = off / m
        d[i] = (right[i] - off * d[i - 1]) / m
    x = [0.0] * n
    x[-1] = d[-1]
    for i in range(n - 2, -1, -1):
        x[i] = d[i] - c[i] * x[i + 1]
    return x[n // 2]


def determinant(a, b, c):
    """By elimination with partial pivoting."""
    m = [[a, b, 1.0], [b, c, a * b], [2.0, c - a, b]]
    n = 3
    det = 1.0
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(m[i][k]))
        if pivot != k:
            m[k], m[pivot] = m[pivot], m[k]
            det = -det
        det *= m[k][k]
        for i in range(k + 1, n):
            factor = m[i][k] / m[k][k]
            for j in range(k, n):
                m[i][j] -= factor * m[k][j]
    return det


def clenshaw(x, coefficients):
    b1 = b2 = 0.0
    for c in reversed(coefficients[1:]):
        b1, b2 = 2 * x * b1 - b2 + c, b1
    return x * b1 - b2 + coefficients[0]


def horner(x, coefficients):
    value = 0.0
    for c in coefficients:
        value = value * x + c
    return value


def bessel_j0(x):
    """The rational approximations of Numerical Recipes."""
    ax = abs(x)
    if ax < 8.0:
        y = x * x
        top = 57568490574.0 + y * (-13362590354.0 + y * (651619640.7 + y * (
            -11214424.18 + y * (77392.33017 + y * -184.9052456))))
        bottom = 57568490411.0 + y * (1029532985.0 + y * (9494680.718 + y * (
            59272.64853 + y * (267.8532712 + y))))
        return top / bottom
    z = 8.0 / ax
    y = z * z
    xx = ax - 0.785398164
    p = 1.0 + y * (-0.1098628627e-2 + y * (0.2734510407e-4 + y * (-0.2073370639e-5)))
    q = -0.1562499995e-1 + y * (0.1430488765e-3 + y * (-0.6911147651e-5))
    return math.sqrt(0.636619772 / ax) * (math.cos(xx) * p - z * math.sin(xx) * q)


def arithmetic_geometric_mean(a, b):
    while abs(a - b) > 1e-15 * a:
        a, b = (a + b) / 2, math.sqrt(a * b)
    return a


def dormand_prince(y, rate, end):
    """Logistic growth by an embedded pair that chooses its own steps."""

    def slope(v):
        return rate * v * (1 - v)

    t, h = 0.0, 0.1
    rejected = 0
    while t < end:
        if t + h > end:
            h = end - t
        k1 = slope(y)
        k2 = slope(y + h * k1 / 5)
        k3 = slope(y + h * (3 * k1 / 40 + 9 * k2 / 40))
        k4 = slope(y + h * (44 * k1 / 45 - 56 * k2 / 15 + 32 * k3 / 9))
        k5 = slope(y + h * (19372 * k1 / 6561 - 25360 * k2 / 2187
                            + 64448 * k3 / 6561 - 212 * k4 / 729))
        k6 = slope(y + h * (9017 * k1 / 3168 - 355 * k2 / 33 + 46732 * k3 / 5247
                            + 49 * k4 / 176 - 5103 * k5 / 18656))
        new = y + h * (35 * k1 / 384 + 500 * k3 / 1113 + 125 * k4 / 192
                       - 2187 * k5 / 6784 + 11 * k6 / 84)
        k7 = slope(new)
        error = abs(h * (71 * k1 / 57600 - 71 * k3 / 16695 + 71 * k4 / 1920
                         - 17253 * k5 / 339200 + 22 * k6 / 525 - k7 / 40))
        if error > 1e-7:
            rejected += 1
            h *= max(0.2, 0.9 * (1e-7 / error) ** 0.2)
            continue
        t += h
        y = new
        h *= 1.5 if error < 1e-9 else 1.0
    return y + rejected


PROGRAMS = [
    (log_gamma, (3.7,)),
    (incomplete_gamma, (2.5, 1.3)),
    (incomplete_gamma, (1.5, 6.0)),
    (adaptive_simpson, (0.0, 2.0, 0.7)),
    (romberg, (0.2, 1.7, 5)),
    (cardano, (1.5, -2.0)),
    (cardano, (-3.0, 0.5)),
    (secant, (1.0, 2.5)),
    (thomas, (4.0, -1.2, [1.0, 2.0, -0.5, 3.0, 1.5])),
    (determinant, (0.5, 1.5, -2.0)),
    (clenshaw, (0.3, [1.0, -0.5, 0.25, 2.0])),
    (horner, (1.7, (2.0, -1.0, 0.5, 3.0))),
    (bessel_j0, (2.5,)),
    (bessel_j0, (-11.3,)),
    (arithmetic_geometric_mean, (1.0, 3.5)),
    (dormand_prince, (0.1, 1.5, 2.0)),
]
