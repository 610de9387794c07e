import math

TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)


def black_scholes_grad(spot, strike, rate, sigma, time):
    """Value of black_scholes and its gradient with respect to (spot, strike, rate, sigma, time).

    Written by symdiff 0.1.0 from black_scholes.py:10.
    """
    # forward
    spot_over_strike = spot / strike               # 1
    total = rate + 0.5 * sigma ** 2                # 2
    sqrt_time = math.sqrt(time)                    # 3
    product = sigma * sqrt_time                    # 4 (*)
    d1 = (math.log(spot_over_strike) + total * time) / product  # 5 (*)
    d2 = d1 - product                              # 6
    sqrt_2 = math.sqrt(2.0)
    d1_over_sqrt_2 = d1 / sqrt_2                   # 7 (*)
    cdf = 0.5 * (1.0 + math.erf(d1_over_sqrt_2))   # 8
    spot_times_cdf = spot * cdf                    # 9 (*)
    exp_product = math.exp(-rate * time)           # 10 (*)
    product_1 = strike * exp_product               # 11 (*)
    d2_over_sqrt_2 = d2 / sqrt_2                   # 12
    cdf_1 = 0.5 * (1.0 + math.erf(d2_over_sqrt_2))  # 13
    value = spot_times_cdf - product_1 * cdf_1     # 14
    # backward
    dcdf = -product_1                              # 14
    product_1 = 0.5 * dcdf * TWO_OVER_SQRT_PI * math.exp(-d2_over_sqrt_2 * d2_over_sqrt_2)  # 13
    dd2 = product_1 / sqrt_2                       # 12
    dstrike = -cdf_1 * exp_product                 # 11 (*)
    product_1 = -cdf_1 * strike * exp_product      # 10 (*)
    dtime = -product_1 * rate
    drate = -product_1 * time
    dspot = cdf                                    # 9 (*)
    dcdf = spot
    product_1 = 0.5 * dcdf * TWO_OVER_SQRT_PI * math.exp(-d1_over_sqrt_2 * d1_over_sqrt_2)  # 8
    dd1 = product_1 / sqrt_2                       # 7 (*)
    dd1 += dd2                                     # 6 (*)
    dsigma = -dd2 * sqrt_time
    choice = 0.5 / sqrt_time if sqrt_time else math.inf
    dtime -= dd2 * sigma * choice
    dd1_over_product = dd1 / product               # 5
    negative_times_d1 = -dd1_over_product * d1
    dsigma += negative_times_d1 * sqrt_time        # 4 (*)
    dtime += negative_times_d1 * sigma * choice    # 3 (*)
    product = dd1_over_product * time              # 5 (*)
    dtime += dd1_over_product * total
    drate += product                               # 2 (*)
    dsigma += product * sigma
    ratio_over_strike = dd1_over_product / spot_over_strike / strike  # 1 (*)
    dspot += ratio_over_strike
    dstrike -= ratio_over_strike * spot_over_strike
    return value, (dspot, dstrike, drate, dsigma, dtime)
