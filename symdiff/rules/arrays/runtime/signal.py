"""Functions that generated files bring along: adjoints of convolutions of any number of axes."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code=call-overload
from __future__ import annotations

import numpy as np
import scipy.signal


def full_convolution(in1, in2, mode, dout):
    """The adjoint of the whole convolution of in1 and in2, from that of the part that is had in
    the modes full, same and valid."""
    first, second = np.array(np.shape(in1)), np.array(np.shape(in2))
    before = 0 * first
    if mode == "same":
        before = (second - 1) // 2
    elif mode == "valid":
        before = np.minimum(first, second) - 1
    after = first + second - 1 - before - np.array(np.shape(dout))
    return np.pad(dout, np.stack([before, after], axis=1))


def convolution_adjoint_of_first(in1, in2, mode, dout):
    """The adjoint of in1 in scipy.signal.convolve(in1, in2, mode)."""
    return scipy.signal.convolve(full_convolution(in1, in2, mode, dout), np.flip(in2), "valid")


def convolution_adjoint_of_second(in1, in2, mode, dout):
    """The adjoint of in2 in scipy.signal.convolve(in1, in2, mode)."""
    return scipy.signal.convolve(full_convolution(in1, in2, mode, dout), np.flip(in1), "valid")


def with_margins(x, lengths, mode, cval, origin):
    """An array with the margins that a filter of scipy.ndimage sees."""
    modes = {
        "reflect": "symmetric", "grid-mirror": "symmetric", "mirror": "reflect",
        "nearest": "edge", "wrap": "wrap", "grid-wrap": "wrap",
        "constant": "constant", "grid-constant": "constant",
    }  # fmt: skip
    origins = np.broadcast_to(origin, len(lengths))
    for axis, length in enumerate(lengths):
        before = length // 2 + origins[axis]
        widths = np.zeros((np.ndim(x), 2), dtype=int)
        widths[axis, 0], widths[axis, 1] = before, length - 1 - before
        chosen = modes[mode if isinstance(mode, str) else mode[axis]]
        if chosen == "constant":
            x = np.pad(x, widths, chosen, constant_values=cval)
        else:
            x = np.pad(x, widths, chosen)
    return x


def filter_adjoint_of_padded(x, weights, mode, origin, dout):
    """The adjoints of the elements of x, and of the constant around it, in
    scipy.ndimage.correlate(x, weights, mode=mode, origin=origin)."""
    numbers = np.reshape(np.arange(np.size(x)), np.shape(x))
    numbers = with_margins(numbers, np.shape(weights), mode, np.size(x), origin)
    padded = scipy.signal.convolve(dout, weights)
    made = np.zeros(np.size(x) + 1, padded.dtype)
    np.add.at(made, np.ravel(numbers), np.ravel(padded))
    return made


def filter_adjoint_of_input(x, weights, cval, mode, origin, dout):
    """The adjoint of x in scipy.ndimage.correlate(x, weights, None, mode, cval, origin)."""
    return np.reshape(filter_adjoint_of_padded(x, weights, mode, origin, dout)[:-1], np.shape(x))


def filter_adjoint_of_margin(x, weights, cval, mode, origin, dout):
    """The adjoint of cval in scipy.ndimage.correlate(x, weights, None, mode, cval, origin)."""
    return filter_adjoint_of_padded(x, weights, mode, origin, dout)[-1]


def filter_adjoint_of_weights(x, weights, cval, mode, origin, dout):
    """The adjoint of weights in scipy.ndimage.correlate(x, weights, None, mode, cval, origin)."""
    padded = with_margins(x, np.shape(weights), mode, cval, origin)
    return scipy.signal.convolve(padded, np.flip(dout), "valid")


def reversed_origin(weights, origin):
    """Where the centre of a filter is after it is reversed: convolve is correlate with that."""
    return -np.array(origin) - (np.array(np.shape(weights)) % 2 == 0)


def reversed_filter_adjoint_of_input(x, weights, cval, mode, origin, dout):
    """The adjoint of x in scipy.ndimage.convolve(x, weights, None, mode, cval, origin)."""
    origin = reversed_origin(weights, origin)
    return filter_adjoint_of_input(x, np.flip(weights), cval, mode, origin, dout)


def reversed_filter_adjoint_of_margin(x, weights, cval, mode, origin, dout):
    """The adjoint of cval in scipy.ndimage.convolve(x, weights, None, mode, cval, origin)."""
    origin = reversed_origin(weights, origin)
    return filter_adjoint_of_margin(x, np.flip(weights), cval, mode, origin, dout)


def reversed_filter_adjoint_of_weights(x, weights, cval, mode, origin, dout):
    """The adjoint of weights in scipy.ndimage.convolve(x, weights, None, mode, cval, origin)."""
    origin = reversed_origin(weights, origin)
    return np.flip(filter_adjoint_of_weights(x, np.flip(weights), cval, mode, origin, dout))
