"""Programs with classes of their own: vectors, dual numbers, shapes, machines, data classes."""

import abc
import dataclasses
import enum
import functools
import math
from dataclasses import dataclass, field
from typing import NamedTuple


class Vec:
    """A vector in space, with operators."""

    __slots__ = ("x", "y", "z")

    def __init__(self, x, y=0.0, z=0.0):
        self.x, self.y, self.z = x, y, z

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vec(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor):
        if isinstance(factor, Vec):
            return self.x * factor.x + self.y * factor.y + self.z * factor.z
        return Vec(self.x * factor, self.y * factor, self.z * factor)

    __rmul__ = __mul__

    def __truediv__(self, divisor):
        return self * (1 / divisor)

    def __neg__(self):
        return Vec(-self.x, -self.y, -self.z)

    def __abs__(self):
        return math.sqrt(self * self)

    def __iter__(self):
        yield self.x
        yield self.y
        yield self.z

    def __getitem__(self, index):
        return (self.x, self.y, self.z)[index]

    def __len__(self):
        return 3

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y and self.z == other.z

    def __bool__(self):
        return abs(self) > 0

    @classmethod
    def along(cls, axis, length=1.0):
        return cls(*(length if i == axis else 0.0 for i in range(3)))

    @staticmethod
    def dot(a, b):
        return sum(p * q for p, q in zip(a, b))

    @property
    def unit(self):
        return self / abs(self)


def reflected(a, b, c):
    ray, normal = Vec(a, b, c), Vec(1.0, 2.0, c).unit
    out = ray - 2 * (ray * normal) * normal
    return out[0] * 3 + out.y - abs(out) * len(out)


def vector_protocols(a, b):
    v = Vec(a, b, a * b)
    total = sum(p * p for p in v)
    x, y, z = v
    if v and v != Vec.along(1, b):
        total += Vec.dot(v, -v) * x
    return total + max(y, z) + math.hypot(*v)


class Dual:
    """Forward mode, differentiated in reverse."""

    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    @staticmethod
    def lift(x):
        return x if isinstance(x, Dual) else Dual(x)

    def __add__(self, other):
        other = Dual.lift(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    __radd__ = __add__

    def __mul__(self, other):
        other = Dual.lift(other)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    __rmul__ = __mul__

    def __sub__(self, other):
        return self + -1 * Dual.lift(other)

    def __pow__(self, n):
        return Dual(self.value**n, n * self.value ** (n - 1) * self.slope)

    def sin(self):
        return Dual(math.sin(self.value), math.cos(self.value) * self.slope)

    def __lt__(self, other):
        return self.value < Dual.lift(other).value

    def __repr__(self):
        return f"{self.value} + {self.slope} e"


def slope_of_slope(x, a):
    t = Dual(x, 1.0)
    y = 3 * t**2 + a * t.sin() * t - 2
    if y < 0:
        y = y * y
    return y.slope + 0.1 * y.value


class Shape(abc.ABC):
    scale = 2.0
    registry = {"unit": 1.0}

    @abc.abstractmethod
    def area(self):
        """The area."""

    def scaled(self):
        return self.area() * self.scale * type(self).scale * self.registry["unit"]


class Circle(Shape):
    PI = math.pi

    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return self.PI * self.radius**2


class Ring(Circle):
    scale = 0.5

    def __init__(self, radius, hole):
        super().__init__(radius)
        self.hole = hole

    def area(self):
        return super().area() - self.PI * self.hole**2


def total_area(r, h):
    shapes = [Circle(r), Ring(r, h), Circle(h)]
    total = sum(shape.scaled() for shape in shapes)
    for shape in shapes:
        if isinstance(shape, Ring):
            total -= shape.hole
        elif isinstance(shape, Shape):
            total *= 1.1
    return total


@dataclass
class Body:
    mass: float
    position: tuple[float, float]
    speed: float = 0.0
    tags: list = field(default_factory=list)

    def kinetic(self):
        return 0.5 * self.mass * self.speed**2

    @property
    def momentum(self):
        return self.mass * self.speed


def collision(m, v):
    a = Body(m, (0.0, 0.0), v)
    b = Body(mass=2.0, position=(1.0, v))
    common = (a.momentum + b.momentum) / (a.mass + b.mass)
    after = dataclasses.replace(a, speed=common)
    b.speed = common
    b.tags.append(common)
    mass, position, speed, tags = dataclasses.astuple(b)
    return after.kinetic() + b.kinetic() + speed * position[1] + b.tags[0]


@dataclass(frozen=True, order=True)
class Money:
    amount: float
    currency: str = "eur"

    def __add__(self, other):
        assert self.currency == other.currency
        return dataclasses.replace(self, amount=self.amount + other.amount)

    def __radd__(self, other):
        return self if other == 0 else Money(other) + self


def wallet(a, b):
    coins = [Money(a), Money(b), Money(a * b)]
    whole = sum(coins)
    richest = max(coins)
    return whole.amount * dataclasses.asdict(richest)["amount"]


class Point(NamedTuple):
    x: float
    y: float = 0.0

    @classmethod
    def polar(cls, r, angle):
        return cls(r * math.cos(angle), r * math.sin(angle))

    def turned(self, angle):
        c, s = math.cos(angle), math.sin(angle)
        return self._replace(x=c * self.x - s * self.y, y=s * self.x + c * self.y)

    @property
    def norm(self):
        return math.hypot(*self)

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)


def spiral(r, angle):
    p = Point.polar(r, angle)
    total = Point(0.0)
    for _ in range(4):
        p = p.turned(angle)
        total = total + p
    fields = total._asdict()
    return total.norm * fields["x"] - total[1]


class Mode(enum.Enum):
    LINEAR = 1
    SQUARE = 2
    WAVE = "wave"

    def apply(self, x):
        if self is Mode.LINEAR:
            return x
        return x * x if self == Mode.SQUARE else math.sin(x)


def by_mode(x, y):
    total = Mode.WAVE.apply(x) * Mode.SQUARE.value
    for mode in Mode:
        total += mode.apply(x * y)
    return total


class Polynomial:
    def __init__(self, *coefficients):
        self.coefficients = list(coefficients)

    def __call__(self, x):
        result = 0.0
        for c in reversed(self.coefficients):
            result = result * x + c
        return result

    def derivative(self):
        return Polynomial(*(k * c for k, c in enumerate(self.coefficients) if k))

    def __add__(self, other):
        from_both = zip(self.coefficients, other.coefficients)
        return Polynomial(*[a + b for a, b in from_both])

    def __contains__(self, x):
        return abs(self(x)) < 1e-9

    def __setitem__(self, k, value):
        self.coefficients[k] = value


def newton_step(a, b, x):
    p = Polynomial(a, b, 1.0)
    p[2] = a * b
    step = 0.0 if x in p else p(x) / p.derivative()(x)
    return x - step * (p + p)(x)


class Pid:
    """A controller with state."""

    def __init__(self, p, i, d):
        self.gains = (p, i, d)
        self.integral = self.last = 0.0

    def __call__(self, error, dt):
        self.integral += error * dt
        slope = (error - self.last) / dt
        self.last = error
        return sum(g * e for g, e in zip(self.gains, (error, self.integral, slope)))


def controlled(p, i, d):
    pid, state = Pid(p, i, d), 0.0
    for _ in range(20):
        state += 0.1 * (pid(1.0 - state, 0.1) - state)
    return state


class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)
        return self

    def pop(self):
        return self.items.pop()

    def __len__(self):
        return len(self.items)


def reverse_polish(x, y, program="x y * x + 2 y - *"):
    stack = Stack()
    for token in program.split():
        if token in "+-*":
            b, a = stack.pop(), stack.pop()
            stack.push(a + b if token == "+" else a - b if token == "-" else a * b)
        else:
            stack.push({"x": x, "y": y}.get(token, 2.0))
    return stack.pop()


def scaled_by(factor):
    def decorator(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return factor * function(*args, **kwargs)

        return wrapper

    return decorator


@scaled_by(3.0)
def cube(x):
    return x**3


def decorated(x):
    @scaled_by(x)
    def square(t):
        return t * t

    return cube(x) + square(2.0 * x)


@functools.singledispatch
def size(value):
    return value * value


@size.register
def _(value: tuple):
    return sum(value)


def dispatched(x, y):
    return size((x, y)) * size(x)


class Tree:
    def __init__(self, value, *children):
        self.value, self.children = value, children

    def total(self):
        return self.value + 0.5 * sum(child.total() for child in self.children)


def tree_sum(x, y):
    tree = Tree(x, Tree(y, Tree(x * y)), Tree(2.0))
    return tree.total()


class Temperature:
    def __init__(self, celsius):
        self._celsius = celsius

    @property
    def fahrenheit(self):
        return self._celsius * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value):
        self._celsius = (value - 32) * 5 / 9


def warmed(c):
    t = Temperature(c)
    t.fahrenheit = t.fahrenheit * 1.1
    return t._celsius


def matched(x, y):
    total = 0.0
    for shape in [("circle", x), ("box", x, y), ("point",), ("box", y, 1.0)]:
        match shape:
            case ("circle", r):
                total += math.pi * r**2
            case ("box", w, h) if h != 1.0:
                total += w * h
            case ("box", w, _):
                total -= w
            case _:
                total += 1.0
    return total


def command(x, op="grow"):
    match op:
        case "shrink" | "halve":
            return x / 2
        case "grow":
            return x * x
        case _:
            raise ValueError(op)


def pattern_on_point(x, y):
    match Point(x, y):
        case Point(x=0.0):
            return y
        case Point(a, b):
            return a * b


PROGRAMS = [
    (reflected, (1.0, 2.0, 0.5)), (vector_protocols, (1.5, 0.7)), (slope_of_slope, (0.8, 1.2)),
    (total_area, (2.0, 0.5)), (collision, (1.5, 3.0)), (wallet, (2.0, 3.0)), (spiral, (1.2, 0.4)),
    (by_mode, (0.8, 1.2)), (newton_step, (1.0, -3.0, 0.2)), (controlled, (0.8, 0.3, 0.05)),
    (reverse_polish, (1.5, 0.7)), (decorated, (1.3,)), (dispatched, (1.3, 0.4)),
    (tree_sum, (1.3, 0.4)), (warmed, (21.0,)), (matched, (1.3, 0.4)), (command, (1.3,)),
    (pattern_on_point, (1.3, 0.4)),
]  # fmt: skip
