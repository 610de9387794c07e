"""Programs of engineers: gas laws, orbits, beams, friction, circuits, weather."""

import math
from functools import partial, reduce


class Vector:
    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k, self.z * k)

    __rmul__ = __mul__

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def norm(self):
        return math.sqrt(self.dot(self))


def orbit(speed, mass, dt, steps):
    """A leapfrog round a star."""
    position = Vector(1.0, 0.0, 0.1)
    velocity = Vector(0.0, speed, 0.0)

    def pull(r):
        return -mass / r.norm() ** 3 * r

    acceleration = pull(position)
    for _ in range(steps):
        velocity = velocity + acceleration * (dt / 2)
        position = position + velocity * dt
        acceleration = pull(position)
        velocity = velocity + acceleration * (dt / 2)
    return velocity.dot(velocity) / 2 - mass / position.norm() + position.x


def colebrook(roughness, reynolds):
    """Friction factor of a rough pipe."""
    if reynolds < 2300:
        return 64 / reynolds
    inverse_root = -1.8 * math.log10((roughness / 3.7) ** 1.11 + 6.9 / reynolds)
    for _ in range(20):
        inverse_root = -2 * math.log10(roughness / 3.7 + 2.51 / reynolds * inverse_root)
    return inverse_root**-2


LAYERS = [
    (0.0, 288.15, -0.0065),
    (11000.0, 216.65, 0.0),
    (20000.0, 216.65, 0.001),
    (32000.0, 228.65, 0.0028),
]


def pressure(height, ground=101325.0):
    """The standard atmosphere of 1976."""
    p = ground
    for i, (base, temperature, lapse) in enumerate(LAYERS):
        top = LAYERS[i + 1][0] if i + 1 < len(LAYERS) else math.inf
        rise = min(height, top) - base
        if lapse == 0.0:
            p *= math.exp(-0.0341631947 * rise / temperature)
        else:
            p *= (1 + lapse * rise / temperature) ** (-0.0341631947 / lapse)
        if height < top:
            break
    return p


def dew_point(temperature, humidity):
    a, b = (17.27, 237.7) if temperature >= 0 else (21.875, 265.5)
    gamma = a * temperature / (b + temperature) + math.log(humidity)
    return b * gamma / (a - gamma)


def van_der_waals(volume, temperature, a=0.3640, b=4.267e-5):
    R = 8.314462618
    return R * temperature / (volume - b) - a / volume**2


def parallel(*resistances):
    return 1 / sum(1 / r for r in resistances)


def ladder(r, shunt, sections):
    """Resistance of a ladder of resistors, from its far end."""
    seen = shunt
    for _ in range(sections):
        seen = parallel(shunt, r + seen)
    return seen


def beam_deflection(load, position, length, stiffness):
    """A simply supported beam under a point load, at a third of its length."""
    x = length / 3
    a, b = position, length - position

    def left(x):
        return load * b * x * (length**2 - b**2 - x**2) / (6 * length * stiffness)

    return left(x) if x <= a else left(x) + load * (x - a) ** 3 / (6 * stiffness)


def lotka_volterra(prey, hunters, birth, hunt, dt, steps):
    state = (prey, hunters)
    for _ in range(steps):
        x, y = state
        state = (x + dt * (birth * x - hunt * x * y), y + dt * (0.5 * hunt * x * y - 0.8 * y))
    return math.log(state[0]) - state[1]


def stokes(chain):
    return reduce(lambda total, part: total * 0.9 + math.sqrt(part), chain, 1.0)


def radiation(temperature, emissivity):
    """Planck's law, summed over three bands."""
    def planck(wavelength, t):
        return 1.0 / (wavelength**5 * math.expm1(1.4388 / (wavelength * t)))

    band = partial(planck, t=temperature / 1e4)
    return emissivity * sum(map(band, (0.5, 1.0, 2.0)))


def bouncing_ball(height, restitution, dt):
    """Euler steps with bounces, until it is at rest."""
    v, t, bounces = 0.0, 0.0, 0
    while bounces < 3:
        v -= 9.81 * dt
        height += v * dt
        if height < 0 and v < 0:
            v = -restitution * v
            height = -height
            bounces += 1
        t += dt
    return height + v + t


PROGRAMS = [
    (orbit, (0.9, 1.1, 0.05, 20)),
    (colebrook, (1e-4, 1e5)),
    (colebrook, (1e-4, 1500.0)),
    (pressure, (14500.0,)),
    (dew_point, (21.0, 0.6)),
    (dew_point, (-4.0, 0.6)),
    (van_der_waals, (0.0224, 300.0)),
    (parallel, (10.0, 20.0, 30.0)),
    (ladder, (1.0, 5.0, 6)),
    (beam_deflection, (1000.0, 1.2, 3.0, 2e4)),
    (beam_deflection, (1000.0, 0.7, 3.0, 2e4)),
    (lotka_volterra, (1.2, 0.7, 1.1, 0.6, 0.05, 25)),
    (stokes, ([1.5, 2.0, 0.7],)),
    (radiation, (5800.0, 0.9)),
    (bouncing_ball, (1.0, 0.7, 0.05)),
]
