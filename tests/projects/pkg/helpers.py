import math
from pkg import consts
from pkg.consts import SCALE
import pkg.consts as c2
import pkg.consts
def double(x): return 2 * x
def both(x): return double(x) * SCALE + consts.SCALE * c2.OFFSET * x + pkg.consts.TWO_PI * x
#: both(0.3)
def _private(x): return x ** 2
