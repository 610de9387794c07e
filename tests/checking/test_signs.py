import pytest

from checking.running import Laboratory
from symdiff.checking.functions import math_module
from symdiff.checking.signs import Signs

m = math_module()


@pytest.mark.parametrize(
    "form, sign",
    [
        (lambda x, y: m.sqrt(x), 1),
        (lambda x, y: m.exp(x) + y * y, 1),
        (lambda x, y: -m.exp(y), -1),
        (lambda x, y: x, 0),
        (lambda x, y: x - y, 0),
        (lambda x, y: m.exp(x) - y * y, 0),
        (lambda x, y: (x + y) ** 2 / m.exp(x), 1),
        (lambda x, y: m.tanh(x * x) - 0, 1),
        (lambda x, y: x**3, 0),
    ],
)
def test_signs_by_form(form, sign):
    x, y = Laboratory().inputs(0.5, 0.25)
    assert Signs([]).sign(form(x, y)) == sign


def test_what_was_evaluated_is_known():
    x, y = Laboratory().inputs(0.5, 0.25)
    signs = Signs([m.log(x * y) + x**y])
    assert signs.sign(x * y) == 1
    assert signs.sign(x) == 1
    assert signs.sign(y) == 0
