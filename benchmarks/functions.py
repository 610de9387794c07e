"""Ten scalar functions as people write them, each with a gradient written by hand.

`math` is the only module they use, so that a rival's functions can be put in its place.
"""

import math

EARTH = 6371.0088


def sigmoid(t):
    return 1.0 / (1.0 + math.exp(-t))


def notes(x, y):
    """The worked example of backpropagation notes."""
    return (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)


def notes_by_hand(x, y):
    sigma_y = sigmoid(y)
    g = x + sigma_y
    sigma_x = sigmoid(x)
    p = x + y
    k = 1.0 / (sigma_x + p * p)
    f = g * k
    dh = -f * k
    dp = 2.0 * dh * p
    dx = dp + dh * (1.0 - sigma_x) * sigma_x + k
    dy = dp + k * (1.0 - sigma_y) * sigma_y
    return f, (dx, dy)


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def rosenbrock_by_hand(x, y):
    u = 1 - x
    v = y - x * x
    dy = 200 * v
    return u * u + 100 * v * v, (-2 * u - 2 * x * dy, dy)


def normal_cdf(z):
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


def black_scholes(spot, strike, years, rate, vol):
    """Price of a European call option (Black and Scholes 1973)."""
    root = vol * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + vol**2 / 2) * years) / root
    d2 = d1 - root
    return spot * normal_cdf(d1) - strike * math.exp(-rate * years) * normal_cdf(d2)


def black_scholes_by_hand(spot, strike, years, rate, vol):
    """The Greeks: delta, the strike's derivative, theta with its sign turned, rho, vega."""
    sqrt_years = math.sqrt(years)
    root = vol * sqrt_years
    d1 = (math.log(spot / strike) + (rate + vol * vol / 2) * years) / root
    discount = math.exp(-rate * years)
    n1 = normal_cdf(d1)
    n2 = normal_cdf(d1 - root)
    density = math.exp(-0.5 * d1 * d1) / math.sqrt(2 * math.pi)
    owed = strike * discount * n2
    vega = spot * density * sqrt_years
    dyears = vega * vol / (2 * years) + rate * owed
    return spot * n1 - owed, (n1, -discount * n2, dyears, owed * years, vega)


def lennard_jones(r, epsilon, sigma):
    """Energy of a pair of atoms at distance r."""
    s6 = (sigma / r) ** 6
    return 4 * epsilon * (s6**2 - s6)


def lennard_jones_by_hand(r, epsilon, sigma):
    s6 = (sigma / r) ** 6
    shape = 4 * (s6 * s6 - s6)
    slope = 24 * epsilon * (2 * s6 * s6 - s6)
    return epsilon * shape, (-slope / r, shape, slope / sigma)


def haversine(lat1, lon1, lat2, lon2):
    """Distance of two points on the earth in kilometres, from degrees."""
    phi1 = math.radians(lat1)
    phi2 = math.radians(lat2)
    half_phi = (phi2 - phi1) / 2
    half_lambda = math.radians(lon2 - lon1) / 2
    a = math.sin(half_phi) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lambda) ** 2
    return 2 * EARTH * math.asin(math.sqrt(a))


def haversine_by_hand(lat1, lon1, lat2, lon2):
    degree = math.pi / 180
    phi1 = lat1 * degree
    phi2 = lat2 * degree
    half_phi = (phi2 - phi1) / 2
    half_lambda = (lon2 - lon1) * degree / 2
    s, t = math.sin(half_phi), math.sin(half_lambda)
    c1, c2 = math.cos(phi1), math.cos(phi2)
    a = s * s + c1 * c2 * t * t
    root = math.sqrt(a)
    da = EARTH / (root * math.sqrt(1 - a)) * degree
    along = s * math.cos(half_phi)
    dlon = da * c1 * c2 * t * math.cos(half_lambda)
    dlat1 = da * (-along - math.sin(phi1) * c2 * t * t)
    dlat2 = da * (along - c1 * math.sin(phi2) * t * t)
    return 2 * EARTH * math.asin(root), (dlat1, -dlon, dlat2, dlon)


def fugacity(temperature, pressure, critical_t, critical_p, omega):
    """Logarithm of a vapour's fugacity coefficient by Peng and Robinson (1976)."""
    tr = temperature / critical_t
    kappa = 0.37464 + 1.54226 * omega - 0.26992 * omega**2
    alpha = (1 + kappa * (1 - math.sqrt(tr))) ** 2
    a = 0.45724 * alpha * pressure / critical_p / tr**2
    b = 0.07780 * pressure / critical_p / tr
    c2 = b - 1
    c1 = a - 3 * b**2 - 2 * b
    c0 = b**3 + b**2 - a * b
    z = 1.0
    for _ in range(30):
        step = (((z + c2) * z + c1) * z + c0) / ((3 * z + 2 * c2) * z + c1)
        z = z - step
        if abs(step) < 1e-13:
            break
    root2 = math.sqrt(2.0)
    ratio = (z + (1 + root2) * b) / (z + (1 - root2) * b)
    return z - 1 - math.log(z - b) - a / (2 * root2 * b) * math.log(ratio)


def fugacity_by_hand(temperature, pressure, critical_t, critical_p, omega):
    """The root's derivative by the implicit function theorem, no sweep through Newton's steps."""
    tr = temperature / critical_t
    pr = pressure / critical_p
    kappa = 0.37464 + 1.54226 * omega - 0.26992 * omega * omega
    sqrt_tr = math.sqrt(tr)
    base = 1 + kappa * (1 - sqrt_tr)
    a = 0.45724 * base * base * pr / (tr * tr)
    b = 0.07780 * pr / tr
    c2 = b - 1
    c1 = a - 3 * b * b - 2 * b
    c0 = b * b * b + b * b - a * b
    z = 1.0
    for _ in range(30):
        step = (((z + c2) * z + c1) * z + c0) / ((3 * z + 2 * c2) * z + c1)
        z = z - step
        if abs(step) < 1e-13:
            break
    root2 = math.sqrt(2.0)
    top = z + (1 + root2) * b
    bottom = z + (1 - root2) * b
    log_ratio = math.log(top / bottom)
    weight = a / (2 * root2 * b)
    slope = (3 * z + 2 * c2) * z + c1
    dz_da = -(z - b) / slope
    dz_db = -(z * z - (6 * b + 2) * z + 3 * b * b + 2 * b - a) / slope
    by_z = 1 - 1 / (z - b) - weight * (1 / top - 1 / bottom)
    by_a = by_z * dz_da - log_ratio / (2 * root2 * b)
    by_b = (by_z * dz_db + 1 / (z - b) + weight * log_ratio / b
            - weight * ((1 + root2) / top - (1 - root2) / bottom))
    dbase = by_a * 2 * a / base
    dtr = -by_a * 2 * a / tr - by_b * b / tr - dbase * kappa / (2 * sqrt_tr)
    dpr = (by_a * a + by_b * b) / pr
    domega = dbase * (1 - sqrt_tr) * (1.54226 - 2 * 0.26992 * omega)
    value = z - 1 - math.log(z - b) - weight * log_ratio
    return value, (dtr / critical_t, dpr / critical_p, -dtr * tr / critical_t,
                   -dpr * pr / critical_p, domega)


def kepler(M, e):
    """Eccentric anomaly, by Newton's method."""
    E = M
    step = 1.0
    while abs(step) > 1e-12:
        step = (E - e * math.sin(E) - M) / (1 - e * math.cos(E))
        E = E - step
    return E


def kepler_by_hand(M, e):
    """By the implicit function theorem: E - e sin(E) = M."""
    E = kepler(M, e)
    slope = 1 / (1 - e * math.cos(E))
    return E, (slope, math.sin(E) * slope)


def logistic_map(r, x, n):
    for _ in range(n):
        x = r * x * (1 - x)
    return x


def logistic_map_by_hand(r, x, n):
    """The function's own line untouched, the reverse sweep with as few operations as it takes."""
    kept = []
    for _ in range(n):
        kept.append(x)
        x = r * x * (1 - x)
    value = x
    dx, dr = 1.0, 0.0
    for x in reversed(kept):
        product = dx * (1.0 - x)
        dr += product * x
        dx = r * (product - dx * x)
    return value, (dr, dx)


def pendulum(theta, omega, dt, steps):
    """A damped pendulum by the classical Runge-Kutta method."""
    def rate(a, b):
        return b, -9.81 * math.sin(a) - 0.1 * b

    for _ in range(steps):
        k1a, k1b = rate(theta, omega)
        k2a, k2b = rate(theta + dt / 2 * k1a, omega + dt / 2 * k1b)
        k3a, k3b = rate(theta + dt / 2 * k2a, omega + dt / 2 * k2b)
        k4a, k4b = rate(theta + dt * k3a, omega + dt * k3b)
        theta += dt / 6 * (k1a + 2 * k2a + 2 * k3a + k4a)
        omega += dt / 6 * (k1b + 2 * k2b + 2 * k3b + k4b)
    return theta**2 + omega


def pendulum_by_hand(theta, omega, dt, steps):
    """The adjoint Runge-Kutta method; the slopes' angles are kept, they are all it reads."""
    half, sixth = dt / 2, dt / 6
    kept = []
    for _ in range(steps):
        k1a, k1b = omega, -9.81 * math.sin(theta) - 0.1 * omega
        t2, k2a = theta + half * k1a, omega + half * k1b
        k2b = -9.81 * math.sin(t2) - 0.1 * k2a
        t3, k3a = theta + half * k2a, omega + half * k2b
        k3b = -9.81 * math.sin(t3) - 0.1 * k3a
        t4, k4a = theta + dt * k3a, omega + dt * k3b
        k4b = -9.81 * math.sin(t4) - 0.1 * k4a
        kept.append((theta, t2, t3, t4))
        theta += sixth * (k1a + 2 * k2a + 2 * k3a + k4a)
        omega += sixth * (k1b + 2 * k2b + 2 * k3b + k4b)
    value = theta * theta + omega
    p, q = 2 * theta, 1.0
    for t1, t2, t3, t4 in reversed(kept):
        gp, gq = sixth * p, sixth * q
        w4p, w4q = -9.81 * math.cos(t4) * gq, gp - 0.1 * gq
        hp, hq = 2 * gp + dt * w4p, 2 * gq + dt * w4q
        w3p, w3q = -9.81 * math.cos(t3) * hq, hp - 0.1 * hq
        hp, hq = 2 * gp + half * w3p, 2 * gq + half * w3q
        w2p, w2q = -9.81 * math.cos(t2) * hq, hp - 0.1 * hq
        hp, hq = gp + half * w2p, gq + half * w2q
        p += -9.81 * math.cos(t1) * hq + w2p + w3p + w4p
        q += hp - 0.1 * hq + w2q + w3q + w4q
    return value, (p, q)


def simpson(lo, hi, n):
    """The integral of exp(-x*x) from lo to hi by Simpson's rule."""
    h = (hi - lo) / n
    total = math.exp(-lo * lo) + math.exp(-hi * hi)
    for i in range(1, n):
        w = 4 if i % 2 else 2
        x = lo + i * h
        total += w * math.exp(-x * x)
    return total * h / 3


def simpson_by_hand(lo, hi, n):
    h = (hi - lo) / n
    first, last = math.exp(-lo * lo), math.exp(-hi * hi)
    total = first + last
    dlo, dhi = -2 * lo * first, -2 * hi * last
    for i in range(1, n):
        w = 4 if i % 2 else 2
        x = lo + i * h
        term = w * math.exp(-x * x)
        total += term
        slope = -2 * x * term
        dlo += slope * (1 - i / n)
        dhi += slope * i / n
    return total * h / 3, ((dlo * h - total / n) / 3, (dhi * h + total / n) / 3)


# function, its gradient by hand, a point, how many leading arguments are differentiated
FUNCTIONS = [
    (notes, notes_by_hand, (3.0, -4.0), 2),
    (rosenbrock, rosenbrock_by_hand, (1.2, -0.7), 2),
    (black_scholes, black_scholes_by_hand, (100.0, 95.0, 0.5, 0.03, 0.2), 5),
    (lennard_jones, lennard_jones_by_hand, (1.1, 0.8, 1.05), 3),
    (haversine, haversine_by_hand, (52.52, 13.405, 48.8566, 2.3522), 4),
    (fugacity, fugacity_by_hand, (350.0, 9.4, 369.8, 42.5, 0.153), 5),
    (kepler, kepler_by_hand, (1.0, 0.3), 2),
    (logistic_map, logistic_map_by_hand, (3.4, 0.3, 20), 2),
    (pendulum, pendulum_by_hand, (1.0, 0.0, 0.1, 40), 2),
    (simpson, simpson_by_hand, (0.5, 2.0, 30), 2),
]
