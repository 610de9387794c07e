import math
import typing as t
from sim.physics.forces import Spring, drag, GRAVITY as g
from sim.physics import forces as F
import sim.physics.integrators as integ

class Config(t.TypedDict, total=False):
    k: float
    c: float

Params = t.Dict[str, float]
Vec3 = t.Tuple[float, float, float]

def energy(x: float, v: float, cfg: Config) -> float:
    return 0.5 * v ** 2 + Spring(cfg["k"]).energy(x) + g * x + cfg["c"] * 0
#: energy(0.5, 0.2, {"k": 2.0, "c": 0.1})
def fall(h: float, v: float, n: int = 5, dt: float = 0.1) -> float:
    return integ.euler(lambda y, w: -g - F.drag(w), h, v, n, dt)[0]
#: fall(10.0, 1.0)
def norm(v: Vec3) -> float:
    x, y, z = v
    return math.sqrt(x * x + y * y + z * z)
#: norm((1.0, 2.0, 2.0))
def cross_x(a: Vec3, b: Vec3):
    return a[1] * b[2] - a[2] * b[1]
#: cross_x((1.0, 2.0, 2.0), (3.0, 1.0, 4.0))
def scaled(p: Params, x: float):
    return p["a"] * x + p["b"]
#: scaled({"a": 2.0, "b": 1.0}, 3.0)
def best(xs: t.Sequence[float], default: t.Optional[float] = None):
    top = default if default is not None else 0.0
    for x in xs:
        if x > top:
            top = x
    return top * 2
#: best([1.0, 3.0])
#: best([1.0, 3.0], 5.0)
