"""Programs of quants and accountants: trees, cash flows, implied values."""

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple


class Option(NamedTuple):
    strike: float
    years: float
    kind: str = "call"


@dataclass
class Market:
    spot: float
    rate: float
    vol: float

    def forward(self, years):
        return self.spot * math.exp(self.rate * years)

    @property
    def variance(self):
        return self.vol**2


def phi(z):
    return math.erfc(-z / math.sqrt(2)) / 2


def price(option, market):
    forward = market.forward(option.years)
    total = market.variance * option.years
    d1 = (math.log(forward / option.strike) + total / 2) / math.sqrt(total)
    d2 = d1 - math.sqrt(total)
    sign = 1 if option.kind == "call" else -1
    discount = math.exp(-market.rate * option.years)
    return sign * discount * (forward * phi(sign * d1) - option.strike * phi(sign * d2))


def straddle(spot, rate, vol):
    market = Market(spot, rate, vol)
    call = Option(strike=100.0, years=0.5)
    put = call._replace(kind="put")
    return price(call, market) + price(put, market)


def binomial_put(spot, strike, rate, vol, years, steps):
    """An American put on the tree of Cox, Ross and Rubinstein."""
    dt = years / steps
    up = math.exp(vol * math.sqrt(dt))
    down = 1 / up
    p = (math.exp(rate * dt) - down) / (up - down)
    discount = math.exp(-rate * dt)
    values = [max(strike - spot * up**j * down ** (steps - j), 0.0) for j in range(steps + 1)]
    for i in range(steps - 1, -1, -1):
        for j in range(i + 1):
            hold = discount * (p * values[j + 1] + (1 - p) * values[j])
            exercise = strike - spot * up**j * down ** (i - j)
            values[j] = max(hold, exercise)
    return values[0]


def implied_vol(target, spot, strike, years):
    vol = 0.3
    for _ in range(50):
        root = vol * math.sqrt(years)
        d1 = math.log(spot / strike) / root + root / 2
        value = spot * phi(d1) - strike * phi(d1 - root)
        vega = spot * math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi) * math.sqrt(years)
        step = (value - target) / vega
        vol -= step
        if abs(step) < 1e-12:
            return vol
    raise ArithmeticError("no convergence")


def net_present_value(rate, flows):
    return sum(flow / (1 + rate) ** t for t, flow in enumerate(flows))


def internal_rate(flows, guess=0.1):
    rate = guess
    for _ in range(100):
        value = net_present_value(rate, flows)
        slope = sum(-t * flow / (1 + rate) ** (t + 1) for t, flow in enumerate(flows))
        new = rate - value / slope
        if abs(new - rate) < 1e-13:
            break
        rate = new
    return new


def mortgage(principal, rate, months):
    """Interest paid over the life of a loan, month by month."""
    monthly = rate / 12
    payment = principal * monthly / (1 - (1 + monthly) ** -months)
    paid = 0.0
    balance = principal
    month = 0
    while month < months:
        interest = balance * monthly
        paid += interest
        balance -= payment - interest
        month += 1
    return paid


def bond_duration(coupon, yield_, years):
    flows = [coupon] * (years - 1) + [coupon + 100.0]
    weights = [c * math.exp(-yield_ * (t + 1)) for t, c in enumerate(flows)]
    return sum((t + 1) * w for t, w in enumerate(weights)) / sum(weights)


def progressive_tax(income, allowance):
    brackets = ((10_000.0, 0.10), (30_000.0, 0.2), (60_000.0, 0.35), (math.inf, 0.45))
    taxable = max(income - allowance, 0.0)
    tax, lower = 0.0, 0.0
    for upper, rate in brackets:
        if taxable <= lower:
            break
        tax += (min(taxable, upper) - lower) * rate
        lower = upper
    return tax


def drawdown(returns):
    """The deepest fall of a portfolio from its peak so far."""
    wealth = list(accumulate((1 + r for r in returns), lambda a, b: a * b))
    peak, worst = wealth[0], 0.0
    for w in wealth:
        peak = max(peak, w)
        worst = max(worst, 1 - w / peak)
    return worst


PROGRAMS = [
    (straddle, (103.0, 0.03, 0.22)),
    (binomial_put, (95.0, 100.0, 0.04, 0.3, 0.75, 6)),
    (implied_vol, (11.3, 100.0, 105.0, 1.2)),
    (net_present_value, (0.07, [-100.0, 30.0, 45.0, 60.0])),
    (internal_rate, ([-100.0, 30.0, 45.0, 60.0],)),
    (mortgage, (250_000.0, 0.045, 24)),
    (bond_duration, (4.5, 0.05, 7)),
    (progressive_tax, (47_000.0, 9_500.0)),
    (drawdown, ([0.02, -0.05, -0.01, 0.04, -0.03, 0.1],)),
]
