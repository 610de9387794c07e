"""Functions, each followed by the text of a derivative written by hand, which is right.

`PAIRS` holds (function, text, example arguments, whether a proof is expected).
"""

import math
from math import exp as e_to
from math import log

HALF = 0.5
PAIRS = []


def pair(text, *args, proved=True):
    def note(f):
        PAIRS.append((f, text, args, proved))
        return f

    return note


def sigmoid(t):
    return 1.0 / (1.0 + math.exp(-t))


@pair(
    """
import math

def sigmoid(t):
    return 1.0 / (1.0 + math.exp(-t))

def notes_grad(x, y):
    # forward
    sigma_y = sigmoid(y)
    g = x + sigma_y
    sigma_x = sigmoid(x)
    p = x + y
    s = p ** 2
    h = sigma_x + s
    k = 1.0 / h
    f = g * k
    # backward
    dg = k
    dk = g
    dh = -dk * k * k
    dsigma_x = dh
    ds = dh
    dp = 2 * ds * p
    dx = dp
    dy = dp
    dx += dsigma_x * (1 - sigma_x) * sigma_x
    dx += dg
    dsigma_y = dg
    dy += dsigma_y * (1 - sigma_y) * sigma_y
    return f, (dx, dy)
""",
    3.0,
    -4.0,
)
def notes(x, y):
    return (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)


@pair(
    """
def rosenbrock_grad(x, y):
    # forward
    a = 1 - x
    b = y - x ** 2
    value = a ** 2 + 100 * b ** 2
    # backward
    da = 2 * a
    db = 200 * b
    dy = db
    dx = db * (-2) * x
    dx += da * (-1)
    return value, (dx, dy)
""",
    1.2,
    -0.7,
)
def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def norm_cdf(z):
    return HALF * (1 + math.erf(z / math.sqrt(2.0)))


@pair(
    """
import math

HALF = 0.5

def norm_cdf(z):
    return HALF * (1 + math.erf(z / math.sqrt(2.0)))

def black_scholes_call_grad(spot, strike, years, rate, vol):
    # forward
    r = math.sqrt(years)
    root = vol * r
    q = spot / strike
    c = rate + vol ** 2 / 2
    a = math.log(q) + c * years
    d1 = a / root
    d2 = d1 - root
    n1 = norm_cdf(d1)
    n2 = norm_cdf(d2)
    disc = math.exp(-rate * years)
    k = strike * disc
    value = spot * n1 - k * n2
    # backward
    dspot = n1
    dn1 = spot
    dk = -n2
    dn2 = -k
    dstrike = dk * disc
    ddisc = dk * strike
    drate = -ddisc * disc * years
    dyears = -ddisc * disc * rate
    dd2 = dn2 * math.exp(-d2 * d2 / 2) * 0.3989422804014327
    dd1 = dn1 * math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
    dd1 += dd2
    droot = -dd2
    da = dd1 / root
    droot -= dd1 * d1 / root
    dq = da / q
    dc = da * years
    dyears += da * c
    drate += dc
    dvol = dc * vol
    dspot += dq / strike
    dstrike -= dq * q / strike
    dvol += droot * r
    dr = droot * vol
    dyears += dr * 0.5 / r
    return value, (dspot, dstrike, dyears, drate, dvol)
""",
    100.0,
    95.0,
    0.5,
    0.03,
    0.2,
)
def black_scholes_call(spot, strike, years, rate, vol):
    root = vol * math.sqrt(years)
    d1 = (log(spot / strike) + (rate + vol**2 / 2) * years) / root
    d2 = d1 - root
    return spot * norm_cdf(d1) - strike * e_to(-rate * years) * norm_cdf(d2)


@pair(
    """
import math

def kepler_grad(M, e):
    # forward
    E = M
    step = 1.0
    E_kept = []
    while abs(step) > 1e-12:
        E_kept.append(E)
        step = (E - e * math.sin(E) - M) / (1 - e * math.cos(E))
        E = E - step
    value = E
    # backward
    dE = 1.0
    dM = 0.0
    de = 0.0
    while E_kept:
        E = E_kept.pop()
        s = math.sin(E)
        c = math.cos(E)
        q = 1 - e * c
        step = (E - e * s - M) / q
        dstep = -dE
        dr = dstep / q
        dq = -dstep * step / q
        de -= dq * c
        dE += dq * e * s
        dE += dr * (1 - e * c)
        de -= dr * s
        dM -= dr
    dM += dE
    return value, (dM, de)
""",
    1.0,
    0.3,
    proved=False,
)
def kepler(M, e):
    E = M
    step = 1.0
    while abs(step) > 1e-12:
        step = (E - e * math.sin(E) - M) / (1 - e * math.cos(E))
        E = E - step
    return E


@pair(
    """
def logistic_map_grad(r, x, n):
    # forward
    x_kept = []
    for _ in range(n):
        x_kept.append(x)
        x = r * x * (1 - x)
    value = x
    # backward
    dx = 1.0
    dr = 0.0
    while x_kept:
        x = x_kept.pop()
        dr += dx * x * (1 - x)
        dx *= r * (1 - 2 * x)
    return value, (dr, dx)
""",
    3.4,
    0.3,
    20,
    proved=False,
)
def logistic_map(r, x, n):
    for _ in range(n):
        x = r * x * (1 - x)
    return x


@pair(
    """
import math

def branches_grad(x, y):
    # forward
    if x > 1:
        z = x * y
    elif y > 1 and not x < 0:
        z = math.sin(x) * y ** 2
    else:
        z = x - y
    value = z * x
    # backward
    dz = x
    dx = z
    if x > 1:
        dx += dz * y
        dy = dz * x
    elif y > 1 and not x < 0:
        dx += dz * math.cos(x) * y ** 2
        dy = dz * math.sin(x) * 2 * y
    else:
        dx += dz
        dy = -dz
    return value, (dx, dy)
""",
    0.4,
    1.1,
)
def branches(x, y):
    if x > 1:
        z = x * y
    elif y > 1 and not x < 0:
        z = math.sin(x) * y**2
    else:
        z = x - y
    return z * x


@pair(
    """
import math

def conditional_grad(x, y):
    # forward
    u = x if x > 0 else -x
    v = y ** 2 if u < 1 else y
    value = u * v if u * v > 0 else 0.0 * x
    # backward
    if u * v > 0:
        du = v
        dv = u
        dx = 0.0
    else:
        du = 0.0
        dv = 0.0
        dx = 0.0
    dy = dv * 2 * y if u < 1 else dv
    dx += du if x > 0 else -du
    return value, (dx, dy)
""",
    0.3,
    -2.0,
)
def conditional(x, y):
    u = x if x > 0 else -x
    v = y**2 if u < 1 else y
    return u * v if u * v > 0 else 0.0 * x


@pair(
    """
def reassigned_grad(x, y):
    # forward
    x_1 = x * y
    y_1 = x_1 + y
    x_2 = x_1 - y_1 * x_1
    y_2 = y_1 * x_2
    y_3 = y_2 / 3
    y_4 = y_3 - x_2
    value = x_2 + y_4 ** 2
    # backward
    dx_2 = 1.0
    dy_4 = 2 * y_4
    dy_3 = dy_4
    dx_2 -= dy_4
    dy_2 = dy_3 / 3
    dy_1 = dy_2 * x_2
    dx_2 += dy_2 * y_1
    dx_1 = dx_2 * (1 - y_1)
    dy_1 -= dx_2 * x_1
    dx_1 += dy_1
    dy = dy_1
    dx = dx_1 * y
    dy += dx_1 * x
    return value, (dx, dy)
""",
    1.5,
    0.5,
)
def reassigned(x, y):
    x = x * y
    y = x + y
    x = x - y * x
    y *= x
    y /= 3
    y -= x
    y **= 2
    return x + y


@pair(
    """
import math

def two_results_pullback(r, theta, dout):
    # forward
    c = math.cos(theta)
    s = math.sin(theta)
    value = (r * c, r * s)
    # backward
    dx, dy = dout
    dr = dx * c + dy * s
    dc = dx * r
    ds = dy * r
    dtheta = ds * c
    dtheta -= dc * s
    return value, (dr, dtheta)
""",
    0.6,
    2.5,
)
def two_results(r, theta):
    return r * math.cos(theta), r * math.sin(theta)


@pair(
    """
import math

def powers_grad(x, y):
    # forward
    a = 2 ** y
    b = x ** y
    value = x ** 3 + x ** -2 + x ** 0.5 + a + b + x * y
    # backward
    dx = y
    dy = x
    dx += y * x ** (y - 1)
    dy += b * math.log(x) if x > 0 else 0.0
    dy += a * math.log(2)
    dx += 0.5 * x ** -0.5
    dx -= 2 * x ** -3
    dx += 3 * x ** 2
    return value, (dx, dy)
""",
    2.0,
    1.7,
)
def powers(x, y):
    return x**3 + x**-2 + x**0.5 + 2**y + x**y + (x * y) ** 1


@pair(
    """
def nested_grad(x, y):
    # forward
    scale = x * 2
    value = (scale * y * y + y) + (scale * x * x + x * y)
    # backward
    dscale = y * y + x * x
    dx = 2 * scale * x + y
    dy = 2 * scale * y + 1 + x
    dx += dscale * 2
    return value, (dx, dy)
""",
    0.9,
    0.2,
)
def nested(x, y):
    scale = x * 2

    def inner(t, bias=1.0):
        return scale * t * t + bias * y

    return inner(y) + inner(x, bias=x)


@pair(
    """
def power_forward(base, n):
    if n == 0:
        return 1.0, ()
    if n % 2:
        rest, kept = power_forward(base, n - 1)
        return base * rest, (rest, kept)
    half, kept = power_forward(base, n // 2)
    return half * half, (half, kept)

def power_backward(base, n, kept, dout):
    if n == 0:
        return 0.0
    if n % 2:
        rest, kept = kept
        dbase = dout * rest
        dbase += power_backward(base, n - 1, kept, dout * base)
        return dbase
    half, kept = kept
    return power_backward(base, n // 2, kept, 2 * dout * half)

def power_grad(base, n):
    value, kept = power_forward(base, n)
    return value, power_backward(base, n, kept, 1.0)
""",
    1.1,
    13,
)
def power(base, n):
    if n == 0:
        return 1.0
    if n % 2:
        return base * power(base, n - 1)
    half = power(base, n // 2)
    return half * half


@pair(
    """
import math

def long_loop_grad(x, k, n):
    # forward
    x_kept = []
    for i in range(n):
        x_kept.append(x)
        x = x + k * math.sin(x + i)
    value = x
    # backward
    dx = 1.0
    dk = 0.0
    for i in reversed(range(n)):
        x = x_kept.pop()
        dk += dx * math.sin(x + i)
        dx += dx * k * math.cos(x + i)
    return value, (dx, dk)
""",
    1.0,
    0.001,
    1000,
    proved=False,
)
def long_loop(x, k, n):
    for i in range(n):
        x = x + k * math.sin(x + i)
    return x


@pair(
    """
import math

def kinks_grad(x, y):
    # forward
    a = max(x, y, 0.1) + min(x, y)
    b = abs(y - x) * pow(x, 3) + pow(x, y)
    value = a * b + float(x) + round(x) + int(x) * y + x % 0.7 + (x // 0.5) * y
    # backward
    dx = 2.0
    dy = int(x) + x // 0.5
    da = b
    db = a
    dx += db * (-math.copysign(1.0, y - x) * x ** 3 + abs(y - x) * 3 * x ** 2 + y * x ** (y - 1))
    dy += db * (math.copysign(1.0, y - x) * x ** 3 + (x ** y * math.log(x) if x > 0 else 0.0))
    top = max(x, y, 0.1)
    if x == top:
        dx += da
    elif y == top:
        dy += da
    if x < y:
        dx += da
    else:
        dy += da
    return value, (dx, dy)
""",
    2.2,
    0.3,
)
def kinks(x, y):
    a = max(x, y, 0.1) + min(x, y)
    b = abs(y - x) * pow(x, 3) + pow(x, y)
    return a * b + float(x) + round(x) + int(x) * y + x % 0.7 + (x // 0.5) * y


@pair(
    """
import math

def overwritten_grad(x, n):
    # forward
    a = x
    b = 1.0
    kept = []
    for i in range(n):
        taken = a * b > 0.2
        kept.append((taken, a, b))
        if taken:
            a = a * b - 0.3
            t = a
        else:
            b = b + math.exp(a)
            t = b
        a = t * 0.5 + a
    value = a * b
    # backward
    da = b
    db = a
    while kept:
        taken, a, b = kept.pop()
        dt = da * 0.5
        if taken:
            da += dt
            db += da * a
            da = da * b
        else:
            db += dt
            da += db * math.exp(a)
    return value, da
""",
    0.3,
    6,
    proved=False,
)
def overwritten(x, n):
    a, b = x, 1.0
    for _ in range(n):
        if a * b > 0.2:
            a = a * b - 0.3
            t = a
        else:
            b = b + math.exp(a)
            t = b
        a = t * 0.5 + a
    return a * b


@pair(
    """
import math

def spread_grad(xs, w):
    # forward
    m = sum(xs) / len(xs)
    value = 0.0
    for x in xs:
        value += (x - m) ** 2
    value = w["scale"] * value
    # backward
    d = [2 * w["scale"] * (x - m) for x in xs]
    return value, (d, {"scale": sum((x - m) ** 2 for x in xs)})
""",
    [1.0, 2.5, 3.0],
    {"scale": 2.0},
)
def spread(xs, w):
    m = sum(xs) / len(xs)
    total = 0.0
    for x in xs:
        total += (x - m) ** 2
    return w["scale"] * total


@pair(
    """
import math

def swing_pushforward(theta, omega, dt, n, theta_dot, omega_dot):
    for _ in range(n):
        omega_dot = omega_dot - dt * math.cos(theta) * theta_dot
        omega = omega - dt * math.sin(theta)
        theta_dot = theta_dot + dt * omega_dot
        theta = theta + dt * omega
    return theta, theta_dot
""",
    0.4,
    0.1,
    0.05,
    2,
)
def swing(theta, omega, dt, n):
    for _ in range(n):
        omega = omega - dt * math.sin(theta)
        theta = theta + dt * omega
    return theta


@pair(
    """
import math

def digamma(x):
    total = 0.0
    while x < 20:
        total -= 1 / x
        x += 1
    z = 1 / (x * x)
    c = 0.003968253968253968 - z * 0.004166666666666667
    series = z * (0.08333333333333333 - z * (0.008333333333333333 - z * c))
    return total + math.log(x) - 0.5 / x - series

def gammas_grad(x):
    # forward
    g = math.gamma(x)
    value = g * x
    # backward
    dx = g
    dx += x * g * digamma(x)
    return value, dx
""",
    2.3,
    proved=False,
)
def gammas(x):
    if x < 0.01 or x > 20:
        raise ValueError(x)
    return math.gamma(x) * x
