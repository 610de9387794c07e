"""What Python would raise for certain is raised where it is reached, and stops nobody else."""

import pytest

import symdiff


def by_method(x, method="plain", table=None):
    if method == "table":
        low, high = table
        return x * table[0] + table.scale * high(low)
    if method == "sum":
        return x + sum(v for v in table)
    if method == "limit":
        if table <= 2:
            return x
        return 3 * x
    return x * x


@pytest.mark.parametrize("method", ["table", "sum", "limit"])
def test_a_branch_for_which_an_argument_is_missing_raises_when_it_is_taken(method):
    assert symdiff.grad(by_method)(3.0) == 6.0
    with pytest.raises(TypeError) as expected:
        by_method(3.0, method)
    with pytest.raises(TypeError, match=str(expected.value).replace("(", r"\(")):
        symdiff.grad(by_method)(3.0, method)
    assert symdiff.check(by_method, (3.0, "plain"), argnums="x").status == "proved"


def test_attributes_of_nothing_raise_what_python_raises():
    def scaled(x, unit=None):
        return x * x if x > 0 else x * unit.scale

    assert symdiff.grad(scaled)(3.0) == 6.0
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'scale'"):
        symdiff.grad(scaled)(-3.0)


def test_what_follows_a_certain_raise_is_not_read():
    def needs(x, method="plain", limit=None):
        if method == "limited":
            if limit is None:
                raise ValueError("no limit")
            while limit.of(x):
                x = limit.step(x)
        return x * x

    assert symdiff.grad(needs)(3.0) == 6.0
    with pytest.raises(ValueError, match="no limit"):
        symdiff.grad(needs)(3.0, "limited")


def test_conditions_that_can_only_turn_out_one_way_are_decided():
    def shifted(x, phase=None, rate=None):
        if x > 1 and phase and rate:
            x = x * phase.shift / rate.of(x)
        if not (x > 1 and phase is not None) or x < -1:
            return 4 * x * x
        return (x + phase.shift) ** 2

    assert "phase" not in symdiff.source(shifted, "x").partition("# forward")[2].replace(
        "if phase is not None", ""
    ).replace("default of phase", "")
    assert symdiff.grad(shifted)(3.0) == 24.0


def test_a_function_that_raises_on_every_path_still_does():
    def unset(x, scale=None):
        if scale is None:
            raise ValueError("scale")
        return x * scale

    def always(x):
        return unset(x) * 2

    for function in (unset, always):
        with pytest.raises(ValueError, match="scale"):
            symdiff.grad(function)(3.0)
    assert symdiff.grad(unset)(3.0, 2.0) == 2.0


def test_a_helper_that_raises_in_one_arm_leaves_the_other():
    def refused(x, why=None):
        if why is None:
            raise ValueError(x)
        return why * x

    def guarded(x):
        return (refused(x) + 1) * x if x < 0 else x * x

    assert symdiff.grad(guarded)(3.0) == 6.0
    with pytest.raises(ValueError, match="-3.0"):
        symdiff.grad(guarded)(-3.0)


def test_a_function_with_a_loop_that_always_raises_leaves_the_other_path():
    def tell(x):
        digits = 0
        for i in range(3):
            digits += i
        raise ValueError(digits)

    def checked(x):
        return tell(x) + 1 if x < 0 else x * x

    assert symdiff.grad(checked)(2.0) == 4.0
    with pytest.raises(ValueError, match="3"):
        symdiff.grad(checked)(-2.0)
