"""The parts of complex numbers.

The adjoint of z is what pairs with a tangent as Re(sum(dz * z_dot)), without conjugation.
"""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.nodes import np
from symdiff.rules.arrays.registry import array, ufunc
from symdiff.rules.arrays.ufuncs import pi
from symdiff.rules.shapes import elementwise_kind
from symdiff.stages import COMPLEX, REAL, Kind


def part(val) -> Kind:
    return elementwise_kind([val.kind], REAL if val.item is COMPLEX else val.item)


@array("numpy.real", kind=part, view="maybe", linear=True, spreads=True)
def real(val, *, ans, dout):
    return dout


@array("numpy.imag", kind=part, view="maybe", linear=True, spreads=True)
def imag(val, *, ans, dout):
    return -1j * dout if val.item is COMPLEX else None


@array(
    "numpy.real_if_close", kind=lambda a, tol=100: a.kind, view="maybe", spreads=True, linear=True
)
def real_if_close(a, tol=100, *, ans, dout):
    return dout


@array("numpy.conj", "numpy.conjugate", kind=lambda x: x.kind, linear=True, spreads=True)
def conjugate(x, *, ans, dout):
    return np.conj(dout) if x.item is COMPLEX else dout


@array("ndarray.conjugate", kind=lambda x: x.kind, linear=True, spreads=True)
def method_conjugate(x, *, ans, dout):
    return dout.conjugate() if x.item is COMPLEX else dout


@ufunc("numpy.angle", wrt="z", kind=lambda z, deg=False: elementwise_kind([z.kind], REAL))
def angle(z, deg=False, *, ans):
    if z.item is not COMPLEX:
        return 0.0
    turn = -1j / z
    if deg in (False, True):
        return turn * (180 / pi) if deg else turn
    return turn * np.where(deg, 180 / pi, 1.0)
