"""The price of a call option; its derivatives are what traders call the Greeks."""

import math


def normal(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def call(spot, strike, years, rate, volatility):
    spread = volatility * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
    d2 = d1 - spread
    return spot * normal(d1) - strike * math.exp(-rate * years) * normal(d2)
