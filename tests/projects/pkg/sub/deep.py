from .. import helpers as H
from . import sibling
from ..consts import *
from ..helpers import double as twice, _private
from pkg.sub.sibling import sib
import pkg
import pkg.helpers
def deep_fn(x, k=TWO_PI):
    return H.double(x) + sibling.sib(x) * SCALE + twice(x) * _private(x) * k
#: deep_fn(0.3)
def by_pkg(x):
    return pkg.helpers.double(x) + pkg.TAU * x + sib(x)
#: by_pkg(0.3)
def star_law(x):
    return LAWS["sin"](x)
#: star_law(0.3)
def local_import(x):
    return x * SCALE
#: local_import(0.3)
