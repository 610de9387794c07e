import package
import package.near as near
from package import double as d2, near as n2
from package.near import *
def f(x): return package.double(x) + near.double(x) + d2(x) + n2.triple(x) + triple(x)
#: f(0.3)
