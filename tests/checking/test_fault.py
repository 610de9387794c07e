import math

import pytest

import symdiff
from checking.corpus import PAIRS
from symdiff.checking import FromCallable, FromText, check

CORPUS = {f.__name__: (f, text, args) for f, text, args, _ in PAIRS}


@pytest.mark.parametrize(
    "name, right, spoilt",
    [
        ("notes", "dh = -dk * k * k", "dh = -dk * k"),
        ("notes", "dx += dg", "dx -= dg"),
        ("kepler", "dE += dq * e * s", "dE += dq * e * c"),
        ("kepler", "de -= dr * s", "de += dr * s"),
        ("long_loop", "dx += dx * k * math.cos(x + i)", "dx += dx * k * math.sin(x + i)"),
        ("overwritten", "da += db * math.exp(a)", "da += math.exp(a)"),
        ("two_results", "dtheta = ds * c", "dtheta = ds * s"),
        ("branches", "        dx += dz\n", "        dx += dz * 2\n"),
    ],
)
def test_the_first_line_at_fault_is_named(name, right, spoilt):
    f, text, args = CORPUS[name]
    assert right in text
    example = check(FromCallable(f), text.replace(right, spoilt), at=args).counterexample
    assert example.text.startswith(spoilt.strip())
    assert example.detail


def test_where_no_line_can_be_told_there_is_still_a_counterexample():
    text = "def f_grad(x):\n    return x * x, 3 * x\n"
    example = check(FromText("def f(x):\n    return x * x\n", "f"), text, at=(1.5,)).counterexample
    assert (example.line, example.point) == (0, "x = 1.5")
    assert (example.expected, example.got) == ("3", "4.5")


def test_adjoints_that_are_not_called_as_usual_are_known():
    def f(x):
        dx = math.sin(x)
        return dx * dx

    text = symdiff.source(f, at=(0.7,))
    right, spoilt = "x_bar = dx_bar * math.cos(x)", "x_bar = dx_bar * math.sin(x)"
    example = check(FromCallable(f), text.replace(right, spoilt), at=(0.7,)).counterexample
    assert right in text and example.text.startswith(spoilt)
