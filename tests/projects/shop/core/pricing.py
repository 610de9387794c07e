from __future__ import annotations
from dataclasses import dataclass, field
from typing import Protocol, Sequence, NamedTuple
from abc import ABC, abstractmethod
import math
from .tax import tax, discount
from . import tax as tax_module
from .. import core

class Priced(Protocol):
    def total(self) -> float: ...

@dataclass
class Item:
    price: float
    count: int = 1
    kind: str = "other"
    def total(self) -> float:
        return self.price * self.count

class Line(NamedTuple):
    price: float
    weight: float

class Shape(ABC):
    @abstractmethod
    def area(self) -> float: ...
    def cost(self, rate):
        return self.area() * rate
class Circle(Shape):
    def __init__(self, r):
        super().__init__()
        self.r = r
    def area(self):
        return math.pi * self.r ** 2
class Ring(Circle):
    def __init__(self, r, hole):
        super().__init__(r)
        self.hole = hole
    def area(self):
        return super().area() - math.pi * self.hole ** 2

def price(item: Item, shipping: float = 4.0) -> float:
    net = item.total()
    return discount(net + tax(net, "book")) + shipping
#: price(Item(150.0, 2))
def lines(first: Line, second: Line, k):
    total = 0.0
    for line in (first, second):
        total += line.price * line.weight ** k
    return total
#: lines(Line(1.0, 2.0), Line(3.0, 4.0), 1.5)
def ring(r: float, hole: float) -> float:
    return Ring(r, hole).cost(2.0) + Circle(hole).cost(1.0)
#: ring(2.0, 1.0)
def by_module(x):
    return core.tax(x) * core.RATES["food"]
#: by_module(2.0)
def basket(prices: Sequence[float], counts: Sequence[int]) -> float:
    return sum(discount(p * n) for p, n in zip(prices, counts))
#: basket([10.0, 300.0], [2, 3])
