"""Numerics as people write it."""
from __future__ import annotations
import math
from math import sqrt, exp, pi as PI
from typing import Callable, Iterable, List, Tuple, Dict, Optional, Union
from dataclasses import dataclass, field
from collections import namedtuple
import itertools as it
import functools as ft
import operator

Vector = List[float]
Matrix = list[list[float]]
Number = Union[int, float]
State = namedtuple("State", ["pos", "vel"])

@dataclass(frozen=True)
class Planet:
    mass: float
    radius: float
    name: str = "earth"
    moons: int = 1

    @property
    def gravity(self) -> float:
        return G * self.mass / self.radius ** 2

    @staticmethod
    def orbit(r: float) -> float:
        return 2 * PI * r

    def escape(self, height: float = 0.0) -> float:
        return sqrt(2 * G * self.mass / (self.radius + height))

G = 6.674e-1
EARTH = Planet(5.0, 6.3)

@dataclass
class Layer:
    weights: Matrix
    bias: Vector
    activation: str = "tanh"

    def __call__(self, x: Vector) -> Vector:
        out = []
        for row, b in zip(self.weights, self.bias):
            s = b
            for w, v in zip(row, x):
                s += w * v
            out.append(math.tanh(s))
        return out

def drop(planet: Planet, h: float) -> float:
    return sqrt(2 * h / planet.gravity) + planet.escape(h) + Planet.orbit(h)
#: drop(Planet(5.0, 6.0), 2.0)
#: Planet.orbit(2.0)
#: Planet.escape(Planet(5.0, 6.0), 1.0)

def dense(layer: Layer, x: Vector) -> float:
    return sum(layer(x))
#: dense(Layer([[1.0, 0.3], [0.2, 0.1]], [0.1, 0.2]), [0.5, 0.6])

def step(s: State, dt: float) -> State:
    return State(s.pos + dt * s.vel, s.vel - dt * s.pos)

def simulate(x0: float, v0: float, dt: float, n: int) -> float:
    s = State(x0, v0)
    for _ in range(n):
        s = step(s, dt)
    return s.pos ** 2 + s.vel
#: simulate(1.0, 0.5, 0.1, 5)

def trapezoid(f: Callable[[float], float], a: float, b: float, n: int = 8) -> float:
    h = (b - a) / n
    total = 0.5 * (f(a) + f(b))
    for i in range(1, n):
        total += f(a + i * h)
    return total * h

def bell(mu: float, sigma: float) -> float:
    return trapezoid(lambda t: exp(-((t - mu) / sigma) ** 2 / 2), -1.0, 1.0)
#: bell(0.1, 0.5)

def newton(f, df, x0, tol=1e-12, maxiter=50):
    x = x0
    for _ in range(maxiter):
        d = f(x) / df(x)
        x -= d
        if abs(d) < tol:
            break
    return x

def cube_root(a):
    return newton(lambda x: x ** 3 - a, lambda x: 3 * x ** 2, 1.0)
#: cube_root(3.0)

def polyval(coeffs: Iterable[float], x: Number) -> float:
    return ft.reduce(lambda acc, c: acc * x + c, coeffs, 0.0)
#: polyval([1.0, 2.0, 3.0], 0.5)

def softmax_loss(logits: Vector, target: int) -> float:
    m = max(logits)
    z = sum(exp(v - m) for v in logits)
    return math.log(z) + m - logits[target]
#: softmax_loss([1.0, 2.0, 0.5], 1)

def regression(xs, ys, a, b, lam=0.1):
    n = len(xs)
    residuals = [a * x + b - y for x, y in zip(xs, ys)]
    mse = sum(r ** 2 for r in residuals) / n
    return mse + lam * (a ** 2 + b ** 2)
#: regression([1.0, 2.0], [2.0, 3.5], 0.4, 0.1)

def det3(m):
    return (m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
            - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]))
#: det3([[1.0, 2.0, 3.0], [0.0, 1.0, 4.0], [5.0, 6.0, 0.0]])

def solve(A: Matrix, b: Vector) -> Vector:
    n = len(A)
    A = [row[:] for row in A]
    b = b[:]
    for k in range(n):
        for i in range(k + 1, n):
            m = A[i][k] / A[k][k]
            for j in range(k, n):
                A[i][j] -= m * A[k][j]
            b[i] -= m * b[k]
    x = [0.0] * n
    for i in range(n - 1, -1, -1):
        s = b[i]
        for j in range(i + 1, n):
            s -= A[i][j] * x[j]
        x[i] = s / A[i][i]
    return x

def solved(A: Matrix, b: Vector) -> float:
    return sum(v * v for v in solve(A, b))
#: solved([[4.0, 1.0], [2.0, 3.0]], [1.0, 2.0])

def haversine(lat1, lon1, lat2, lon2, radius=6371.0):
    p1, p2 = math.radians(lat1), math.radians(lat2)
    dphi = p2 - p1
    dl = math.radians(lon2 - lon1)
    a = math.sin(dphi / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dl / 2) ** 2
    return 2 * radius * math.asin(sqrt(a))
#: haversine(10.0, 20.0, 30.0, 50.0)

def pairwise_energy(points: list[tuple[float, float]], k: float = 1.0):
    e = 0.0
    for i in range(len(points)):
        for j in range(i):
            (x1, y1), (x2, y2) = points[i], points[j]
            e += k / math.hypot(x1 - x2, y1 - y2)
    return e
#: pairwise_energy([(0.0, 0.0), (1.0, 0.5), (0.3, 2.0)])

def path_length(points):
    return sum(math.dist(p, q) for p, q in zip(points, points[1:]))
#: path_length([(0.0, 0.0), (1.0, 0.5), (0.3, 2.0)])

def centroid_x(points):
    xs = [p[0] for p in points]
    return sum(xs) / len(xs)
#: centroid_x([(0.0, 0.0), (1.0, 0.5), (0.3, 2.0)])

def rk4(y: float, k: float, h: float, steps: int):
    def f(t, y):
        return -k * y + math.sin(t)
    t = 0.0
    for _ in range(steps):
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
    return y
#: rk4(1.0, 0.5, 0.1, 4)

def collatzish(x, n):
    while n != 1:
        if n % 2 == 0:
            n //= 2
            x = x * 1.1
        else:
            n = 3 * n + 1
            x = x + 0.5
    return x
#: collatzish(1.0, 6)

def piecewise(x, knots, values):
    for i in range(len(knots) - 1):
        if knots[i] <= x < knots[i + 1]:
            t = (x - knots[i]) / (knots[i + 1] - knots[i])
            return values[i] * (1 - t) + values[i + 1] * t
    return values[-1]
#: piecewise(0.5, [0.0, 0.4, 1.0], [1.0, 2.0, 5.0])

def moving_average(xs, w):
    return sum(sum(xs[i:i + w]) / w for i in range(len(xs) - w + 1))
#: moving_average([1.0, 2.0, 4.0, 8.0], 2)

def cumulative(xs):
    total, out = 0.0, []
    for x in xs:
        total += x
        out.append(total)
    return out[-1] * out[0]
#: cumulative([1.0, 2.0, 4.0])

def config(x, cfg: dict):
    return cfg["gain"] * x + cfg.get("bias", 0.0)
#:wrt=x config(1.0, {"gain": 2.0})

def params_dict(theta: Dict[str, float], x: float) -> float:
    return theta["w"] * x + theta["b"]
#: params_dict({"w": 2.0, "b": 1.0}, 3.0)

def update(theta, lr):
    new = {k: theta[k] - lr * theta[k] for k in ("a", "b")}
    return new["a"] * new["b"]
#: update({"a": 2.0, "b": 1.0}, 0.1)

def compose(*fs):
    def run(x):
        for f in fs:
            x = f(x)
        return x
    return run
pipeline = compose(math.sin, math.exp, lambda t: t * t)
def piped(x):
    return pipeline(x)
#: piped(0.4)

def tail(x, *, scale: float = 2.0, shift=0.0):
    return scale * x + shift
#: tail(1.0, scale=3.0)
def calls_tail(x):
    return tail(x, shift=x * x)
#: calls_tail(2.0)
def fold(xs):
    return ft.reduce(operator.mul, xs) + sum(map(operator.mul, xs, xs[1:]))
#: fold([1.5, 2.0, 3.0])
def prodpairs(xs, ys):
    return sum(a * b for a, b in it.product(xs, ys))
def guard(x: float) -> float:
    if x <= 0:
        raise ValueError("x must be positive")
    assert x < 100
    return math.log(x)
#: guard(2.0)
def tern(x, n: Optional[int] = None):
    n = 3 if n is None else n
    return x ** n
#: tern(2.0)
def docstringed(x: "float", y: 'float' = 1.0) -> "float":
    """Doc."""
    return x * y
#: docstringed(2.0)
def walrus(x):
    if (y := x * x) > 1:
        return y
    return x
#: walrus(2.0)
def lists_of(a, b):
    rows = [[a, b], [b, a]]
    return sum(r[0] * r[1] for r in rows) + rows[0][1]
#: lists_of(2.0, 3.0)
def max_margin(scores, correct):
    others = [s for i, s in enumerate(scores) if i != correct]
    return max(others) - scores[correct]
#: max_margin([1.0, 2.0, 3.0], 0)
def interp(x: float, table: tuple[tuple[float, float], ...]) -> float:
    for (x0, y0), (x1, y1) in zip(table, table[1:]):
        if x0 <= x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return 0.0
#: interp(0.5, ((0.0, 1.0), (0.7, 3.0), (1.0, 2.0)))
def bsearch(target, lo, hi):
    for _ in range(30):
        mid = (lo + hi) / 2
        if mid * mid < target:
            lo = mid
        else:
            hi = mid
    return mid * target
def earth(h):
    return EARTH.gravity * h + EARTH.mass
#: earth(2.0)
def infinite(x):
    best = math.inf
    for v in (x, x * x, 2 * x):
        if v < best:
            best = v
    lo = -float("inf")
    return best if lo < best else lo
#: infinite(0.3)
def quadratic(a, b, c):
    d = b * b - 4 * a * c
    if d < 0:
        return 0.0
    r1, r2 = (-b + sqrt(d)) / (2 * a), (-b - sqrt(d)) / (2 * a)
    return max(r1, r2)
#: quadratic(1.0, -3.0, 2.0)
