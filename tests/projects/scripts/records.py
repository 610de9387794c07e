import math
from dataclasses import dataclass, field
from typing import NamedTuple, Sequence, Optional, TypedDict, Callable
import enum

DAYS = 365
YEAR = 1.0 * DAYS
RATES = {"low": 0.01, "high": 0.05}
LAWS = [math.sin, math.cos]
TABLE = [1.0, 2.5, 3.5]
MATRIX = ((1.0, 2.0), (3.0, 4.0))
BY_NAME = {"sin": math.sin, "sq": lambda t: t * t}

class Color(enum.Enum):
    RED = 1
    BLUE = 2

class Weight(float, enum.Enum):
    A = 1.5
    B = 2.5

class Mode(enum.IntEnum):
    FAST = 1
    SLOW = 2

@dataclass
class Option:
    spot: float
    strike: float
    sigma: float = 0.2
    kind: str = "call"

    def moneyness(self) -> float:
        return self.spot / self.strike

    @property
    def variance(self):
        return self.sigma ** 2

class Point(NamedTuple):
    x: float
    y: float = 1.0

    def norm(self):
        return math.sqrt(self.x ** 2 + self.y ** 2)

class Params(TypedDict):
    rate: float
    years: float

def interest(rates, principal):
    return principal * (1 + rates["low"]) ** 3 - principal * (1 + rates["high"])
#: interest({"low": 0.1, "high": 0.3}, 100.0)

def interest_loop(rates, principal):
    table = {}
    for name in ("low", "high"):
        table[name] = principal * (1 + rates[name]) ** 3
    return table["high"] - table["low"]
#: interest_loop({"low": 0.1, "high": 0.3}, 100.0)

def grown(p: Params, x: float) -> float:
    return x * (1 + p["rate"]) ** p["years"]
#: grown({"rate": 0.1, "years": 3.0}, 100.0)

def value(option: Option, t: float) -> float:
    return option.moneyness() * math.exp(-option.variance * t) + option.spot
#:wrt=t value(Option(3.0, 2.0), 1.5)

def dist(p: Point, q: Point) -> float:
    return math.hypot(p.x - q.x, p.y - q.y) + p.norm()
#: dist(Point(1.0, 2.0), Point(3.0, 1.5))

def by_law(x):
    return LAWS[0](x) * LAWS[1](x) + BY_NAME["sq"](x)
#: by_law(0.3)

def by_table(x):
    return sum(c * x ** i for i, c in enumerate(TABLE)) + MATRIX[1][0] * x
#: by_table(0.3)

def by_rates(x):
    return x * RATES["low"] + x ** 2 * RATES["high"] * YEAR
#: by_rates(0.3)

def colored(x, c=Color.RED):
    if c is Color.RED:
        return x * c.value
    return x * x
#: colored(0.3)

def moded(x, mode: Mode = Mode.FAST):
    if mode == Mode.SLOW:
        return x * x * Mode.SLOW
    return x * Color.BLUE.value * Weight.A.value
#: moded(0.3)

def opt(x: float, scale: Optional[float] = None, shift: float | None = None):
    if scale is None:
        scale = 2.0
    if shift is not None:
        x = x + shift
    return x * x * scale
#: opt(0.3)
#: opt(0.3, 2.0, 3.0)

def opt_default(x, opts=None):
    opts = opts or {}
    return x * opts.get("scale", 2.0)
#: opt_default(0.3)

def poly(x: float, coeffs: Sequence[float]) -> float:
    out = 0.0
    for c in reversed(coeffs):
        out = out * x + c
    return out
#: poly(0.3, [1.0, 2.0, 3.0])

def area(pts: Sequence[tuple[float, float]]) -> float:
    s = 0.0
    for (x0, y0), (x1, y1) in zip(pts, [*pts[1:], pts[0]]):
        s += x0 * y1 - x1 * y0
    return 0.5 * s
#: area([(0.0, 0.0), (1.0, 0.2), (0.9, 1.1)])

def weighted(w: dict[str, float], x: float):
    return sum(w.values()) * x
#: weighted({"a": 1.0, "b": 3.0}, 0.3)

def integrate(f: Callable[[float], float], a: float, b: float, n: int = 10) -> float:
    h = (b - a) / n
    return h * sum(f(a + (i + 0.5) * h) for i in range(n))

def gauss(a: float, b: float):
    return integrate(lambda t: math.exp(-t * t), a, b)
#: gauss(0.1, 0.9)
