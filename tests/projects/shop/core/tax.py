import logging
from ._rates import RATES, STEPS, DEBUG
log = logging.getLogger(__name__)
def tax(amount: float, kind: str = "other") -> float:
    return amount * RATES[kind]
#: tax(10.0)
#: tax(10.0, "food")
def discount(total: float) -> float:
    rate = 0.0
    for limit, r in STEPS:
        if total >= limit:
            rate = r
    log.debug("rate %s", rate)
    return total * (1 - rate)
#: discount(200.0)
def logged(x):
    if DEBUG:
        print("x", x)
    return x * 2
#: logged(2.0)
