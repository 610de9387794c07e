"""The price of a European call."""

import math


def cdf(d):
    return 0.5 * (1.0 + math.erf(d / math.sqrt(2.0)))


def black_scholes(spot, strike, rate, sigma, time):
    d1 = (math.log(spot / strike) + (rate + 0.5 * sigma**2) * time) / (sigma * math.sqrt(time))
    d2 = d1 - sigma * math.sqrt(time)
    return spot * cdf(d1) - strike * math.exp(-rate * time) * cdf(d2)
