"""Generated derivatives of array programs are proved or agree, and wrong ones are found."""

import re

import numpy as np
import pytest
from numpy import ndarray

import symdiff
from checking.array_corpus import EXAMPLES, PROGRAMS, gather, heat, kinks, logistic
from symdiff.checking import FromCallable, check

FLIPPED = {"*": "/", "+": "-", "-": "+", "@": "*"}
OPERATOR = re.compile(r"(?<=[\w)\]] )[*+@-](?= [\w(-])")
NAMED = {"logistic", "gaussian"}  # whose lines at fault are told


def ids(case):
    return getattr(case, "__name__", None)


def generated(f, args):
    return symdiff.source(f, at=args)


@pytest.mark.parametrize("f, args", PROGRAMS, ids=ids)
def test_array_programs_check_out(f, args):
    report = symdiff.check(f, at=args)
    assert report and report.method == "symbols", str(report)
    assert report.digits >= 30
    assert report.seconds < 15


@pytest.mark.parametrize("name", ["logistic", "broadcast", "gather", "kinks"])
def test_small_ones_are_proved(name):
    f = next(f for f, _ in PROGRAMS if f.__name__ == name)
    report = symdiff.check(f, at=EXAMPLES[name])
    assert report.status == "proved", str(report)
    assert "proved" in str(report).splitlines()[1]


def spoilt():
    for f, args in PROGRAMS:
        text = generated(f, args)
        spots = [m.start() for m in OPERATOR.finditer(text, text.index("# backward"))]
        for i in spots[:: max(1, len(spots) // 5)]:
            line = text[:i].count("\n") + 1
            changed = text[:i] + FLIPPED[text[i]] + text[i + 1 :]
            yield pytest.param(f, changed, args, line, id=f"{f.__name__}-{line}-{i}")


@pytest.mark.parametrize("f, text, args, line", list(spoilt()))
def test_a_spoilt_operator_is_found(f, text, args, line):
    report = symdiff.check(f, at=args, source=text)
    assert not report and report.status == "wrong", str(report)
    assert report.counterexample is not None
    if f.__name__ in NAMED:
        assert abs(report.counterexample.line - line) <= 1, str(report)


WRONG = {
    "a view for a copy": ("du = 2 * u", "du = u\n    du *= 2.0\n    du = du[:]\n    u[0] = 1.0"),
    "a contribution left out": ("du[2:] +=", "du[2:] + "),
    "another element": ("du[2:] +=", "du[:-2] +="),
    "a gradient of another shape": ("(du, float(dk))", "(du[:-1], dk)"),
    "a number for an array": ("(du, float(dk))", "(dk, dk)"),
    "memory that was not set": ("du = 2 * u", "du = np.empty_like(u)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_arrays_is_found(case):
    text = generated(heat, EXAMPLES["heat"])
    old, new = WRONG[case]
    assert old in text
    changed = text.replace(old, new)
    if case == "a view for a copy":
        changed = changed.replace("u[0] = 1.0", "du[0] = 1.0")
    report = symdiff.check(heat, at=EXAMPLES["heat"], source=changed)
    assert report.status == "wrong", str(report)


def test_an_argument_that_is_changed_is_the_caller_s_own():
    x = np.array([1.0, 2.0, 3.0])

    def f(x):
        x *= 2.0
        x[0] = x[1] * x[2]
        return np.sum(x)

    assert symdiff.check(f, at=(x,))
    assert x.tolist() == [1.0, 2.0, 3.0]


def test_the_report_says_how_arrays_always_compared():
    def f(x):
        return np.sum(np.where(x > -1e6, x * x, x))

    report = symdiff.check(f, at=(np.array([1.0, 2.0]),))
    assert report.status == "agrees"
    assert "always true" in str(report)


def test_points_with_arrays_are_shown():
    text = generated(logistic, EXAMPLES["logistic"])
    report = symdiff.check(logistic, at=EXAMPLES["logistic"], source=text.replace("2.0 *", "3.0 *"))
    assert "w = [" in str(report) and "X = [[" in str(report)
    assert "with respect to w[" in str(report)
    big = (np.ones(2), np.ones((20, 2)), np.ones(20), 0.5)
    report = symdiff.check(logistic, at=big, source=text.replace("2.0 *", "3.0 *"))
    assert "X = an array of shape (20, 2)" in str(report)


def test_arrays_of_integers_are_as_given():
    report = symdiff.check(gather, at=EXAMPLES["gather"])
    assert "shown for index = [0, 2, 2]" in str(report)


def test_without_an_example_the_report_asks_for_one():
    report = symdiff.check(kinks)
    assert report.status == "unknown" and "example" in report.reason and "'x'" in report.reason


def test_pullbacks_of_arrays_are_checked():
    def f(x, y):
        return np.outer(x, y), np.sum(x)

    x, y = np.array([1.0, 2.0]), np.array([0.5, -1.0, 2.0])
    text = symdiff.source(f, mode="pullback", at=(x, y))
    assert check(FromCallable(f), text, at=(x, y), seconds=5)
    broken = re.sub(r"(?m)^(    dx = .*)$", r"\1 * 2", text, count=1)
    assert check(FromCallable(f), broken, at=(x, y), seconds=5).status == "wrong"


def test_arrays_copied_before_they_change_are_checked_as_copies():
    def f(x):
        y, before = np.zeros(2), []
        for _ in range(3):
            before.append(y.copy())
            y[1] += x[1] * y[0]
            y[0] += x[0]
        return y[1] + before[1][0] * before[2][0]

    assert symdiff.check(f, at=(np.array([0.1, 0.4]),)).status == "proved"


def test_the_decorator_checks_arrays():
    @symdiff.differentiable
    def f(x):
        return np.sum(np.exp(x) * x)

    assert f.check(at=(np.array([0.5, -1.0]),)).status == "proved"


def test_functions_that_return_arrays_are_checked_by_their_pullbacks():
    def f(x):
        return np.cumsum(x * x)

    report = symdiff.check(f, at=(np.array([0.5, -1.0, 2.0]),))
    assert report.status == "proved" and report.generated == "f_pullback"


def test_a_function_may_ask_for_arrays_by_their_class():
    def energy(x, kind=ndarray):
        return np.sum(x**3) if isinstance(x, kind) and isinstance(x, ndarray) else x

    report = symdiff.check(energy, (np.array([1.0, 2.0]),))
    assert report.status == "proved", str(report)
