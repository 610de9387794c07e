"""Exception classes of the user's: raised as they are, and written along where they are printed."""

import math
import runpy

import pytest

import symdiff


class NotConverged(Exception):
    """The method did not converge."""  # told with the last step

    def __init__(self, message, rounds=0):
        super().__init__(message)
        self.rounds = rounds


class OutOfRange(ValueError):
    pass


def root(a):
    if a < 0:
        raise OutOfRange(f"no root of {a}")
    if a == 0:
        raise OutOfRange
    x = a
    for _ in range(20):
        step = (x * x - a) / (2 * x)
        x -= step
        if abs(step) < 1e-12:
            return x
    raise NotConverged("no root", rounds=20)


def test_the_users_exceptions_leave_the_derivative():
    assert symdiff.grad(root)(2.0) == pytest.approx(0.5 / math.sqrt(2.0))
    with pytest.raises(OutOfRange, match="no root of -2.0"):
        symdiff.grad(root)(-2.0)
    with pytest.raises(OutOfRange):
        symdiff.grad(root)(0.0)
    with pytest.raises(NotConverged) as caught:
        symdiff.grad(root)(1e300)
    assert caught.value.rounds == 20


def test_a_printed_module_has_them(tmp_path):
    text = symdiff.source(root)
    assert text.count("class NotConverged(Exception):") == 1
    assert "# told with the last step" in text
    path = tmp_path / "printed.py"
    path.write_text(text)
    names = runpy.run_path(str(path))
    with pytest.raises(names["OutOfRange"]):
        names["root_grad"](-2.0)


def test_a_class_that_is_made_in_a_function_is_raised_too():
    class Local(Exception):
        pass

    def limited(x):
        if x > 3:
            raise Local("too large")
        return x * x

    assert symdiff.grad(limited)(2.0) == 4.0
    with pytest.raises(Local):
        symdiff.grad(limited)(4.0)


def test_a_base_class_stands_above_the_class_that_it_is_the_base_of():
    text = symdiff.source(derived)
    assert text.index("class NotConverged") < text.index("class Diverged(NotConverged)")
    with pytest.raises(Diverged):
        symdiff.grad(derived)(-1.0)


class Diverged(NotConverged):
    pass


def derived(x):
    if x < 0:
        raise Diverged("diverged")
    return math.sqrt(x)
