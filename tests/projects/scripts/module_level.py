from __future__ import annotations
import math
import functools
import sys
try:
    import numpy as np
except ImportError:
    np = None
try:
    from fastmath_not_there import sin
except ImportError:
    from math import sin
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from somewhere import Thing
    import other as oth

G = 6.67e-2
M = 5.0
MU = G * M
R0, R1 = 1.0, 2.5
(P, Q), S = (1.0, 2.0), 3.0
HALF: float = 0.5
A = B = 2.0
DEG = math.pi / 180
COEFFS = [1.0, MU, 3.0]
GRID = [[1.0, 2.0], [3.0, 4.0]]
LAWS = [math.sin, math.cos]
PAIRS = [(math.sin, 1.0), (math.cos, 2.0)]
def square(t): return t * t
def cube(t): return t ** 3
BY_NAME = {"sq": square, "cu": cube, "tan": math.tanh}
NESTED = {"a": {"x": 1.0}, "b": [1.0, 2.0]}
SQUARES = [i * i for i in range(4)]
N = len(COEFFS)
BIG = max(COEFFS)
sq = square
dbl = lambda t: 2 * t
plus3 = functools.partial(lambda a, b: a + b, 3.0)
__all__ = ["f"]
VERSION = "1.0"
if sys.version_info >= (3, 8):
    FAST = 2.0
else:
    FAST = 3.0
if np is not None:
    HAVE = True
else:
    HAVE = False

def f(x):
    return MU * x + R0 * R1 * x ** 2
#: f(0.3)
def g(x):
    return P * x + Q * S * HALF * A * B * x * x * DEG
#: g(0.3)
def h(x):
    return sum(c * x ** i for i, c in enumerate(COEFFS)) + GRID[1][0] * x
#: h(0.3)
def laws(x):
    return LAWS[0](x) * LAWS[1](x)
#: laws(0.3)
def all_laws(x):
    t = 0.0
    for law in LAWS:
        t += law(x)
    return t
#: all_laws(0.3)
def gen_laws(x):
    return sum(law(x) for law in LAWS)
#: gen_laws(0.3)
def pairs(x):
    return sum(w * fn(x) for fn, w in PAIRS)
#: pairs(0.3)
def by_name(x):
    return BY_NAME["sq"](x) + BY_NAME["tan"](x)
#: by_name(0.3)
def by_kind(x, kind="cu"):
    return BY_NAME[kind](x)
#: by_kind(0.3)
def every(x):
    return sum(fn(x) for fn in BY_NAME.values())
#: every(0.3)
def nested(x):
    return NESTED["a"]["x"] * x + NESTED["b"][1] * x * x
#: nested(0.3)
def squares(x):
    return sum(s * x for s in SQUARES) + N * x + BIG * x
#: squares(0.3)
def others(x):
    return sq(x) + dbl(x) + plus3(x)
#: others(0.3)
def fast(x):
    return FAST * x
#: fast(0.3)
def fallback(x):
    return sin(x)
#: fallback(0.3)
def redefined(x):
    return x
def redefined(x):
    return x * x
#: redefined(0.3)
if HAVE:
    def in_if(x):
        return x * 2
else:
    def in_if(x):
        return x * 3

def deco(k):
    def wrap(fn):
        @functools.wraps(fn)
        def inner(*args, **kw):
            return k * fn(*args, **kw)
        return inner
    return wrap
def plain(fn):
    @functools.wraps(fn)
    def inner(*args):
        return fn(*args) + 1.0
    return inner
def register(fn):
    return fn
@deco(3.0)
def decorated(x, y=2.0):
    return x * y
#: decorated(0.3)
#: decorated(0.3, 4.0)
@plain
def plus1(x):
    return x * x
#: plus1(0.3)
@register
@deco(k=2.0)
@plain
def stacked(x):
    return x * x
#: stacked(0.3)
@functools.lru_cache(maxsize=None)
def cached(x):
    return x * x
#: cached(0.3)
def calls_decorated(x):
    return decorated(x) + plus1(x) * stacked(x) + cached(x)
#: calls_decorated(0.3)
class Vec:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __add__(self, o):
        return Vec(self.x + o.x, self.y + o.y)
    def __mul__(self, k):
        return Vec(self.x * k, self.y * k)
    __rmul__ = __mul__
    def dot(self, o):
        return self.x * o.x + self.y * o.y
    @property
    def norm(self):
        return math.sqrt(self.dot(self))
    @norm.setter
    def norm(self, v):
        self.x = v
        self.y = 0.0
    @classmethod
    def unit(cls, a):
        return cls(math.cos(a), math.sin(a))
    @staticmethod
    def half(t):
        return t / 2
    SCALE = 3.0
    def scaled(self):
        return self.norm * self.SCALE
def vec(x, y):
    v = Vec(x, y) + Vec.unit(x) * Vec.half(y)
    w = 2.0 * v
    return v.norm * w.dot(v) + v.scaled()
#: vec(0.3, 0.4)
def setter(x):
    v = Vec(x, x)
    v.norm = x * x
    return v.norm + v.y
#: setter(0.5)
#: Vec.half(0.5)
class Model:
    """with attributes"""
    def __init__(self, a: float, b: float):
        self.a, self.b = a, b
    def energy(self, x):
        return self.a * x * x + self.b * x
    @classmethod
    def total(cls, x, y):
        return x * y
#: Model.total(0.5, 0.3)
def outer(x):
    def inner(y):
        return y * y
    return inner(x)
#: outer(0.5)
def big_default(x, k=MU, c=HALF * 2):
    return x * k * c
#: big_default(0.5)
def default_list(x, cs=(1.0, 2.0)):
    return sum(c * x for c in cs)
#: default_list(0.5)
if __name__ == "__main__":
    print(f(1.0))
    G = 3.0
async def later(x):
    return x
