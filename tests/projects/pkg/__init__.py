"""The package."""
from . import helpers
from .consts import *
from .consts import TWO_PI as TAU
import pkg.sub
def df(x):
    return helpers.double(x) * TAU
#: df(0.3)
