import operator
from fractions import Fraction

import pytest

from checking.running import Laboratory
from symdiff.checking.graph import tree_size
from symdiff.checking.number import Symbolic, number


def test_a_float_is_the_decimal_fraction_that_is_written():
    assert number(0.1).args == (Fraction(1, 10),)
    assert number(0.1) + number(0.2) == number(0.3)
    assert number(1e-12).args == (Fraction(1, 10**12),)


@pytest.mark.parametrize("literal", [3.141592653589793, 0.3989422804014327, 1.1283791670955126])
def test_rounded_literals_of_known_constants_are_read_as_these(literal):
    assert number(literal).op != "const"
    assert float(number(literal).value) == literal


def test_a_rounded_third_is_a_third():
    assert number(0.3333333333333333).args == (Fraction(1, 3),)


@pytest.mark.parametrize(
    "op",
    [
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.pow,
        operator.floordiv,
        operator.mod,
    ],
)
@pytest.mark.parametrize("a, b", [(2.5, 0.75), (7.3, 1.1), (0.4, 3.0)])
def test_operators_are_those_of_floats(op, a, b):
    x, y = Laboratory().inputs(a, b)
    for left, right in ((x, y), (x, b), (a, y)):
        assert float(number(op(left, right)).value) == pytest.approx(op(a, b))


def test_comparisons_are_decided_by_the_value_and_noted():
    lab = Laboratory()
    x, y = lab.inputs(1.0, 2.0)
    assert x < y and not x > 1.5 and x != y and x <= 1
    assert [d.relation for d in lab.run.decisions] == ["<", ">", "!=", "<="]
    assert [d.truth for d in lab.run.decisions] == [True, False, True, True]
    assert number(1) < number(2)
    assert len(lab.run.decisions) == 4


def test_the_absolute_value_of_zero_is_a_kink():
    lab = Laboratory()
    (x,) = lab.inputs(0.0)
    abs(x)
    assert lab.run.kinks == 1


def test_an_integer_part_can_be_an_index_and_fixes_the_path():
    lab = Laboratory()
    (x,) = lab.inputs(2.7)
    assert [10, 20, 30][lab.lifter.lift(int)(x)] == 30
    assert list(range(round(x))) == [0, 1, 2]
    assert all(d.relation == "==" for d in lab.run.decisions)
    with pytest.raises(TypeError):
        range(x)


@pytest.mark.parametrize(
    "bad, error",
    [
        (lambda x: 1 / (x - x), ZeroDivisionError),
        (lambda x: (x - x) ** -1, ZeroDivisionError),
        (lambda x: (-x) ** 0.5, ValueError),
        (lambda x: x**5000, OverflowError),
        (lambda x: float(x), TypeError),
        (lambda x: x + "a", TypeError),
    ],
)
def test_what_fails_for_floats_fails(bad, error):
    (x,) = Laboratory().inputs(3.0)
    with pytest.raises(error):
        bad(x)


def test_sizes_are_counted_without_writing_the_tree_out():
    (x,) = Laboratory().inputs(1.0)
    for _ in range(200):
        x = x + x
    assert tree_size(x) == 2**201 - 1


def test_a_number_prints_as_a_float():
    (x,) = Laboratory().inputs(0.25)
    assert (repr(x), f"{x:.1f}") == ("0.25", "0.2")
    assert isinstance(x, Symbolic)
