"""Convolutions of any number of axes: scipy.signal and scipy.ndimage."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.matrices import conj
from symdiff.rules.arrays.nodes import Node, call, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import joined_item, plus
from symdiff.stages import COMPLEX, ArrayOf, Kind, Var


def convolution_kind(in1, in2, mode="full", *_, **__) -> Kind:
    item = joined_item((in1.kind, in2.kind))
    if in1.dims is None or in2.dims is None or isinstance(mode, Node):
        return ArrayOf(item, None)
    if mode == "same":
        return ArrayOf(item, in1.dims)
    if mode != "full":
        return ArrayOf(item, (None,) * len(in1.dims))
    pairs = zip(in1.dims, in2.dims, strict=True)
    return ArrayOf(item, tuple(plus(plus(n, m), -1) for n, m in pairs))


def _reversed(a):
    return a[::-1] if a.rank == 1 else np.flip(a)


def _convolution(function, in1, in2, mode, dout):
    """The adjoints of in1 and in2 in their convolution."""
    if mode == "full":
        da = call(function, dout, _reversed(in2), "valid")
        db = call(function, dout, _reversed(in1), "valid")
        return _like(da, in1), _like(db, in2)
    return (
        helper("convolution_adjoint_of_first", in1, in2, mode, dout, kind=_kind(dout, in1)),
        helper("convolution_adjoint_of_second", in1, in2, mode, dout, kind=_kind(dout, in2)),
    )


def _kind(dout, x) -> Kind:
    return ArrayOf(dout.item, x.dims)


def _like(made, x):
    return Node(made.expr, ArrayOf(made.item, x.dims))


@array("scipy.signal.convolve", multilinear=True, wrt="in1 in2", kind=convolution_kind)
def convolve(in1, in2, mode="full", method="auto", *, ans, dout):
    return _convolution("scipy.signal.convolve", in1, in2, mode, dout)


@array(
    "scipy.signal.fftconvolve", "scipy.signal.oaconvolve", multilinear=True, wrt="in1 in2",
    kind=convolution_kind, only={"axes": (None,)},
)  # fmt: skip
def fftconvolve(in1, in2, mode="full", axes=None, *, ans, dout):
    return _convolution("scipy.signal.fftconvolve", in1, in2, mode, dout)


@array(
    "scipy.signal.convolve2d", multilinear=True, wrt="in1 in2", kind=convolution_kind,
    only={"boundary": ("fill",), "fillvalue": (0, 0.0)},
)  # fmt: skip
def convolve2d(in1, in2, mode="full", boundary="fill", fillvalue=0, *, ans, dout):
    return _convolution("scipy.signal.convolve", in1, in2, mode, dout)


@array("scipy.signal.correlate", multilinear=True, wrt="in1 in2", kind=convolution_kind)
def correlate(in1, in2, mode="full", method="auto", *, ans, dout):
    da, db = _convolution("scipy.signal.convolve", in1, _reversed(conj(in2)), mode, dout)
    return _like(da, in1), _like(_reversed(conj(db)), in2)


# --- scipy.ndimage -------------------------------------------------------------------------------


def filtered_kind(input, weights, *_, **__) -> Kind:  # noqa: A002
    item = COMPLEX if weights.item is COMPLEX else input.item
    return ArrayOf(item, input.dims)


PLAIN = {"output": (None,), "axes": (None,)}


def _filtered(name, input, weights, cval, *options):  # noqa: A002
    dout = options[-1]
    rest = (input, weights, cval, *options)
    literal = not isinstance(cval.expr, Var)
    return (
        helper(f"{name}_adjoint_of_input", *rest, kind=_kind(dout, input)),
        helper(f"{name}_adjoint_of_weights", *rest, kind=_kind(dout, weights)),
        None if literal else helper(f"{name}_adjoint_of_margin", *rest, kind=dout.item),
    )


@array("scipy.ndimage.correlate", wrt="input weights cval", kind=filtered_kind, only=PLAIN)
def ndimage_correlate(
    input, weights, output=None, mode="reflect", cval=0.0, origin=0, axes=None, *, ans, dout  # noqa: A002
):  # fmt: skip
    return _filtered("filter", input, weights, cval, mode, origin, dout)


@array("scipy.ndimage.convolve", wrt="input weights cval", kind=filtered_kind, only=PLAIN)
def ndimage_convolve(
    input, weights, output=None, mode="reflect", cval=0.0, origin=0, axes=None, *, ans, dout  # noqa: A002
):  # fmt: skip
    return _filtered("reversed_filter", input, weights, cval, mode, origin, dout)
