"""Polynomials, and what is computed like their products: convolutions of one axis."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.matrices import conj, of_dims
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import joined_item, plus
from symdiff.stages import ArrayOf, Kind

LETTERS = {0: "valid", 1: "same", 2: "full"}


def _full(a, v, mode) -> Kind:
    length = None
    if mode == "full" and a.dims and v.dims:
        length = plus(plus(a.dims[0], v.dims[0]), -1)
    return ArrayOf(joined_item((a.kind, v.kind)), (length,))


def _literal(mode, function):
    if isinstance(mode, Node):
        raise NotDifferentiable(f"the mode of {function}() must be written out in the call")
    return LETTERS.get(mode, mode)


@array(
    "numpy.convolve", multilinear=True, wrt="a v", kind=lambda a, v, mode="full": _full(a, v, mode)
)
def convolve(a, v, mode="full", *, ans, dout):
    mode = _literal(mode, "numpy.convolve")
    if mode == "full" and a.rank == v.rank == 1:
        return np.convolve(dout, v[::-1], "valid"), np.convolve(dout, a[::-1], "valid")
    return (
        helper("convolve_adjoint", a, v, mode, dout, kind=ArrayOf(dout.item, a.dims)),
        helper("convolve_adjoint", v, a, mode, dout, kind=ArrayOf(dout.item, v.dims)),
    )


@array(
    "numpy.correlate",
    multilinear=True,
    wrt="a v",
    kind=lambda a, v, mode="valid": _full(a, v, mode),
)
def correlate(a, v, mode="valid", *, ans, dout):
    mode = _literal(mode, "numpy.correlate")
    if mode == "full" and a.rank == v.rank == 1:
        return np.convolve(dout, conj(v), "valid"), conj(np.correlate(a, conj(dout), "valid"))
    return (
        helper("correlate_adjoint_of_first", a, v, mode, dout, kind=ArrayOf(dout.item, a.dims)),
        helper("correlate_adjoint_of_second", a, v, mode, dout, kind=ArrayOf(dout.item, v.dims)),
    )


def polyval_kind(p, x) -> Kind:
    return of_dims(joined_item((p.kind, x.kind)), x.dims)


@array("numpy.polyval", wrt="p x", kind=polyval_kind)
def polyval(p, x, *, ans, dout):
    dx = dout * np.polyval(np.polyder(p), x)
    if x.rank == 0:
        return dout * x ** np.arange(p.size - 1, -1, -1), dx
    if x.rank == 1:
        return dout @ np.vander(x, p.size), dx
    return np.ravel(dout) @ np.vander(np.ravel(x), p.size), dx


@array("numpy.polyder", linear=True, kind=lambda p, m=1: ArrayOf(p.item, (None,)))
def polyder(p, m=1, *, ans, dout):
    return helper("polyder_adjoint", p, m, dout, kind=ArrayOf(dout.item, p.dims))


@array("numpy.polymul", multilinear=True, wrt="a1 a2", kind=lambda a1, a2: _full(a1, a2, "full"))
def polymul(a1, a2, *, ans, dout):
    return convolve(a1, a2, ans=ans, dout=dout)


def vander_kind(x, N=None, increasing=False) -> Kind:  # noqa: N803
    rows = x.dims[0] if x.dims else None
    columns = rows if N is None else N if isinstance(N, int) else None
    return ArrayOf(x.item, (rows, columns))


@array("numpy.vander", kind=vander_kind)
def vander(x, N=None, increasing=False, *, ans, dout):  # noqa: N803
    return helper("vander_adjoint", x, increasing, dout, kind=ArrayOf(dout.item, x.dims))
