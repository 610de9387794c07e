"""Fourier transforms of numpy.fft and scipy.fft.

The matrix of a discrete Fourier transform is symmetric: the adjoint of a transform is the same
transform of the adjoint.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import inspect
from typing import Any

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.matrices import conj
from symdiff.rules.arrays.nodes import Node, call, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import plus, times
from symdiff.stages import COMPLEX, REAL, ArrayOf, Dim, Kind

OTHER_NORM = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}
ONLY = {"out": (None,), "plan": (None,)}


def _options(**given):
    """The keywords that are not left to their defaults."""
    return {k: v for k, v in given.items() if v is not None and not (k == "axis" and v == -1)}


def _with_length(dims, axis, length: Dim):
    if dims is None or not isinstance(axis, int):
        return None
    made = list(dims)
    made[axis] = length
    return tuple(made)


def _length(n) -> Dim:
    return n if isinstance(n, int) else None


def _along_one(x, n, axis) -> Kind:
    return ArrayOf(COMPLEX, x.dims if n is None else _with_length(x.dims, axis, _length(n)))


def _half(x, n, axis) -> Kind:
    """The kind of a transform of real numbers: n // 2 + 1 coefficients."""
    length = n if isinstance(n, int) else None
    if n is None and x.dims is not None and isinstance(axis, int):
        dim = x.dims[axis]
        length = dim if isinstance(dim, int) else None
    return ArrayOf(COMPLEX, _with_length(x.dims, axis, None if length is None else length // 2 + 1))


def _doubled(x, n, axis) -> Kind:
    """The kind of what is transformed back to real numbers."""
    if n is not None:
        return ArrayOf(REAL, _with_length(x.dims, axis, _length(n)))
    if x.dims is None or not isinstance(axis, int):
        return ArrayOf(REAL, None)
    return ArrayOf(REAL, _with_length(x.dims, axis, times(plus(x.dims[axis], -1), 2)))


def _complex(x) -> Kind:
    return ArrayOf(COMPLEX, x.dims)


def _swapped(norm, function):
    if isinstance(norm, Node):
        raise NotDifferentiable(f"the norm of {function}() must be written out in the call")
    return {"norm": OTHER_NORM[norm]}


# --- along one axis ------------------------------------------------------------------------------


def _transform(module, name, rest):
    """Register fft or ifft."""
    function = f"{module}.{name}"

    def rule(x, n=None, axis=-1, norm=None, *_, ans, dout):
        made = call(function, dout, **_options(axis=axis, norm=norm))
        if n is None:
            return made
        return helper("cropped_or_padded", made, x, axis, kind=_complex(x))

    _register(
        function, rule, lambda x, n=None, axis=-1, norm=None, *_: _along_one(x, n, axis), rest
    )


def _of_real(module, name, rest):
    """Register rfft, which is half of fft, or ihfft, which is half of ifft."""
    function, inverse = f"{module}.{name}", name == "ihfft"
    whole = f"{module}.{'ifft' if inverse else 'fft'}"

    def rule(x, n=None, axis=-1, norm=None, *_, ans, dout):
        if n is None:
            size = x.shape[axis]
            return np.real(call(whole, dout, size, **_options(axis=axis, norm=norm)))
        padded = call(whole, dout, n, **_options(axis=axis, norm=norm))
        return helper("cropped_or_padded", np.real(padded), x, axis, kind=ArrayOf(REAL, x.dims))

    _register(function, rule, lambda x, n=None, axis=-1, norm=None, *_: _half(x, n, axis), rest)


def _to_real(module, name, rest):
    """Register irfft, or hfft, which is its opposite in sign and scale."""
    function, hermitian = f"{module}.{name}", name == "hfft"

    def rule(x, n=None, axis=-1, norm=None, *_, ans, dout):
        way = _swapped(norm, function) if hermitian else {"norm": norm}
        half = call(f"{module}.ihfft", dout, **_options(axis=axis, **way))
        if hermitian:
            half = conj(half)
        return helper("both_halves", half, x, dout, axis, kind=_complex(x))

    _register(function, rule, lambda x, n=None, axis=-1, norm=None, *_: _doubled(x, n, axis), rest)


# --- along several axes --------------------------------------------------------------------------


def _many(module, name, rest):
    function, default = f"{module}.{name}", (-2, -1) if name.endswith("2") else None

    def rule(x, s=None, axes=default, norm=None, *_, ans, dout):
        more = {} if axes == default else {"axes": axes}
        if s is None:
            return call(function, dout, **more, **_options(norm=norm))
        if axes is None:
            more = {"axes": tuple(range(-len(s), 0))} if isinstance(s, (tuple, list)) else more
        if not more and default is None:
            raise NotDifferentiable(f"{function}() with a shape but without axes")
        made = call(function, dout, **more, **_options(norm=norm))
        along = more.get("axes", default)
        return helper("cropped_or_padded", made, x, along, kind=_complex(x))

    def kind(x, s=None, axes=default, norm=None, *_):
        return _complex(x) if s is None else ArrayOf(COMPLEX, x.dims and (None,) * len(x.dims))

    _register(function, rule, kind, rest, axes=default)


def _many_of_real(module, name, rest):
    function, default = f"{module}.{name}", (-2, -1) if name.endswith("2") else None

    def rule(x, s=None, axes=default, norm=None, *_, ans, dout):
        return helper("rfftn_adjoint", x, s, axes, norm, dout, kind=ArrayOf(REAL, x.dims))

    def kind(x, s=None, axes=default, norm=None, *_):
        return ArrayOf(COMPLEX, x.dims and (None,) * len(x.dims))

    _register(function, rule, kind, rest, axes=default)


def _many_to_real(module, name, rest):
    function, default = f"{module}.{name}", (-2, -1) if name.endswith("2") else None

    def rule(x, s=None, axes=default, norm=None, *_, ans, dout):
        return helper("irfftn_adjoint", x, s, axes, norm, dout, kind=_complex(x))

    def kind(x, s=None, axes=default, norm=None, *_):
        return ArrayOf(REAL, x.dims and (None,) * len(x.dims))

    _register(function, rule, kind, rest, axes=default)


def _register(function, rule, kind, rest, axes=None):
    """Register a rule with the names that the parameters have in the module, and those that the
    module's functions have besides."""
    several = "s" in inspect.signature(rule).parameters
    names: dict[str, Any] = {"x" if function.startswith("scipy") else "a": inspect.Parameter.empty}
    names |= {"s": None, "axes": axes} if several else {"n": None, "axis": -1}
    names |= dict.fromkeys(("norm", *rest))
    rule.__signature__ = inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)
            for name, default in names.items()
        ]
    )
    only = {name: allowed for name, allowed in ONLY.items() if name in rest}
    array(function, kind=kind, linear=True, only=only)(rule)


for _module, _rest in (
    ("numpy.fft", ("out",)),
    ("scipy.fft", ("overwrite_x", "workers", "plan")),
):
    for _name in ("fft", "ifft"):
        _transform(_module, _name, _rest)
    for _name in ("rfft", "ihfft"):
        _of_real(_module, _name, _rest)
    for _name in ("irfft", "hfft"):
        _to_real(_module, _name, _rest)
    for _name in ("fft2", "ifft2", "fftn", "ifftn"):
        _many(_module, _name, _rest)
    for _name in ("rfft2", "rfftn"):
        _many_of_real(_module, _name, _rest)
    for _name in ("irfft2", "irfftn"):
        _many_to_real(_module, _name, _rest)


# --- shifts --------------------------------------------------------------------------------------


def shifted_kind(x, axes=None) -> Kind:
    return ArrayOf(x.item, x.dims)


@array("numpy.fft.fftshift", "scipy.fft.fftshift", kind=shifted_kind, linear=True)
def fftshift(x, axes=None, *, ans, dout):
    return np.fft.ifftshift(dout, **_options(axes=axes))


@array("numpy.fft.ifftshift", "scipy.fft.ifftshift", kind=shifted_kind, linear=True)
def ifftshift(x, axes=None, *, ans, dout):
    return np.fft.fftshift(dout, **_options(axes=axes))
