"""Neighbouring loops of the reverse sweep that become one, those that must not, and adjoints that
are stored in the place of being added to and cleared."""

from __future__ import annotations

import linecache
import os
import random
from typing import Any

import numpy as np
import pytest

import symdiff
from compiled_text import U, assert_gradients_agree, flat, run, written
from random_loops import program
from symdiff.compiled.accesses import Access, origins
from symdiff.compiled.first import store_first
from symdiff.compiled.neighbours import _comes_first, fuse_neighbours
from symdiff.errors import NotDifferentiable
from symdiff.stages import REAL, Apply, ArrayOf, Const, Procedure, Stage, Var, verify

EXAMPLES = int(os.environ.get("SYMDIFF_EXAMPLES", "0"))


def reverse(function: Any) -> str:
    """The reverse sweep over an array of nine numbers, which is right."""
    assert_gradients_agree(function, (U, 9))
    return written(function, (U, 9)).split("# backward")[1]


def loops(function: Any) -> int:
    return reverse(function).count("for i in ")


# --- loops that become one -----------------------------------------------------------------------


def same_range(x, n):
    y, z = np.zeros(n), np.zeros(n)
    for _ in range(3):
        for i in range(n):
            z[i] = y[i] * x[i]
        for i in range(n):
            y[i] = z[i] * z[i] + x[i]
    return y.sum()


def in_parts(x, n):
    y, z, w = np.zeros(n), np.zeros(n), np.zeros(n)
    for _ in range(3):
        z[0] = x[0]
        for i in range(1, n):
            z[i] = x[i] * y[i - 1]
        for i in range(n):
            w[i] = y[i] + z[i] * 0.5
        for i in range(n):
            y[i] = w[i] * x[i]
    return y.sum()


def an_element_back(x):
    y, z, w = np.zeros(len(x)), np.zeros(len(x)), np.zeros(len(x))
    for _ in range(3):
        for i in range(len(x)):
            w[i] = y[i] * 0.5 + x[i]
        z[0] = x[0]
        for i in range(1, len(x)):
            z[i] = x[i] * w[i - 1]
        for i in range(len(x)):
            y[i] += 0.5 * z[i]
    return y[len(x) - 1]


def test_what_the_first_loop_leaves_is_at_hand_in_the_second():
    assert loops(same_range) == 1
    assert "dz[i]" not in reverse(same_range)


def test_the_first_round_of_the_longer_loop_is_written_by_itself():
    text = written(an_element_back, (U,)).split("# backward")[1]
    assert_gradients_agree(an_element_back, (U,))
    assert text.count("for i in range(1, ") == 1 and text.count("for i in ") == 2, text
    assert "dw[i_minus_1] = " in text and "dw[i] = 0.0" not in text, text


def test_that_there_is_a_first_round_must_be_known():
    def not_known(x, n):
        y, z = np.zeros(n), np.zeros(n)
        for _ in range(3):
            for i in range(1, n):
                z[i] = x[i] * y[i - 1]
            for i in range(n):
                y[i] += z[i] * 0.5 + x[i]
        return y.sum()

    assert loops(not_known) == 2


# --- loops that must stay two --------------------------------------------------------------------


def later_elements(x, n):
    y, z = x.copy(), np.zeros(n)
    for _ in range(3):
        for i in range(1, n):
            z[i] = y[i - 1] * x[i]
        for i in range(1, n):
            y[i] = z[i - 1] * z[i] + x[i]
    return y.sum()


def the_other_way_round(x, n):
    y, z = x.copy(), np.zeros(n)
    for _ in range(3):
        for i in range(n):
            z[i] = y[i] * x[i]
        for i in range(1, n):
            y[i] = y[i - 1] * z[i] + x[i]
    return y.sum()


def a_number_between(x, n):
    y, z = x.copy(), np.zeros(n)
    for _ in range(3):
        s = 0.0
        for i in range(n):
            z[i] = y[i] * x[i]
            s += z[i]
        for i in range(n):
            y[i] = z[i] * s
    return y.sum()


def left_early(x, n):
    y, z = x.copy(), np.zeros(n)
    for _ in range(3):
        for i in range(n):
            if x[i] > 0.9:
                break
            z[i] = y[i] * x[i]
        for i in range(n):
            y[i] = z[i] * z[i] + x[i]
    return y.sum()


def a_view(x, n):
    y, z = x.copy(), np.zeros(n)
    w = z[1:]
    for _ in range(3):
        for i in range(n - 1):
            z[i] = y[i] * x[i]
        for i in range(n - 1):
            y[i] = w[i] * z[i] + x[i]
    return y.sum()


def a_fixed_element(x, n):
    y, z = x.copy(), np.zeros(n)
    for _ in range(3):
        for i in range(n):
            z[i] = y[i] * x[i]
        for i in range(n):
            y[i] = z[i] * z[2] + x[i]
    return y.sum()


def another_range(x, n):
    y, z = x.copy(), np.zeros(n)
    for _ in range(3):
        for i in range(n - 1):
            z[i] = y[i] * x[i]
        for i in range(n):
            y[i] = z[i] * z[i] + x[i]
    return y.sum()


def nothing_shared(x, n):
    y, z = x.copy(), x.copy()
    for _ in range(3):
        for i in range(n):
            z[i] = z[i] * z[i]
        for i in range(n):
            y[i] = y[i] * y[i]
    return y.sum() + z.sum()


@pytest.mark.parametrize(
    "function",
    [
        later_elements,
        the_other_way_round,
        a_number_between,
        left_early,
        a_view,
        a_fixed_element,
        another_range,
        nothing_shared,
    ],
)
def test_loops_that_stay_two(function):
    assert loops(function) >= 2


def test_rounds_that_meet_in_an_element_keep_their_order():
    array = Var("array", ArrayOf(REAL, (None,)))

    def access(by: int, reads: bool, changes: bool) -> Access:
        return Access(array, {0: by}, reads, changes)

    reading, storing = access(0, True, False), access(0, False, True)
    assert _comes_first(reading, storing, is_upward=False)
    assert _comes_first(reading, access(-1, False, True), is_upward=True)
    assert not _comes_first(reading, access(-1, False, True), is_upward=False)
    assert not _comes_first(reading, access(1, False, True), is_upward=True)
    assert not _comes_first(reading, access(-1, True, True), is_upward=True)
    assert not _comes_first(storing, access(-1, True, False), is_upward=True)
    assert not _comes_first(storing, Access(array, {}), is_upward=True)


def test_an_array_and_its_views_have_an_origin_in_common():
    kind = ArrayOf(REAL, (None,))
    x, made, view, version, other = (Var(name, kind) for name in "xmvwo")
    all_but_one = Apply("slice", (Const(1), Const(None), Const(None)))
    stages = {
        made: Stage(made, Apply("numpy.zeros_like", (x,))),
        view: Stage(view, Apply("getitem", (version, all_but_one))),
        version: Stage(version, Apply("setitem", (made, Const(0), Const(1.0)))),
        other: Stage(other, Apply("copy", (version,))),
    }
    assert origins(view, stages) == origins(version, stages) == {made}
    assert origins(other, stages) == {other}


# --- what is stored, and what is cleared ---------------------------------------------------------


def test_what_is_added_to_zeros_is_stored_and_not_cleared():
    text = reverse(in_parts)
    assert "= 0.0" not in text, text


def test_what_differs_from_round_to_round_is_cleared():
    def longer_and_longer(x, n):
        y, w, z = x.copy(), np.zeros(n), np.zeros(n)
        for k in range(2, n):
            for i in range(k):
                w[i] = y[i] * x[i]
            z[0] = x[0]
            for i in range(1, k):
                z[i] = w[i - 1] * x[i]
            for i in range(k):
                y[i] = z[i] * x[i]
        return y.sum()

    assert "dw[i] = 0.0" in reverse(longer_and_longer)


def test_what_stores_fewer_elements_than_are_read_needs_the_others_cleared():
    def fewer(x, n):
        y, w, z, s = x.copy(), np.zeros(n), np.zeros(n), 0.0
        for _ in range(3):
            for i in range(n):
                w[i] = y[i] * x[i]
            s += y[0] * y[1]  # the loops are no neighbours
            for i in range(n):
                z[i] = w[i] * x[i]
            for i in range(n):
                w[i] = z[i] * z[i] + y[i]
            z[0] = x[0]
            for i in range(1, n):
                z[i] = w[i - 1] * x[i]
            for i in range(n):
                y[i] = z[i] * x[i]
        return y.sum() + s

    assert "dw[i] = 0.0" in reverse(fewer)


def test_what_is_read_after_all_rounds_is_cleared():
    def begun_with(x, n):
        y, z = x.copy(), x * x
        for _ in range(3):
            for i in range(n):
                z[i] = y[i] * x[i]
            s = y[0]
            for i in range(n):
                y[i] = s * z[i]
        return y.sum()

    assert "dz[i] = 0.0" in reverse(begun_with)


def test_what_is_read_twice_is_cleared():
    def twice(x, n):
        y, z = x.copy(), np.zeros(n)
        for _ in range(3):
            for i in range(1, n):
                z[i] = y[i] * x[i]
            for i in range(1, n):
                z[i] = z[i] * x[i - 1]
            for i in range(n):
                y[i] = z[i] * x[i]
        return y.sum()

    reverse(twice)


def test_what_every_round_adds_to_one_element_is_added():
    def one_element(x, n):
        y = np.zeros(n)
        for k in range(n):
            y = np.zeros(n)
            y[0] = x[0] * k
        return y.sum() * x[1]

    def sums(x, n):
        y = x.copy()
        s = y[1] * x[1]
        for _ in range(n):
            s += y[0] * y[0]
        return s

    reverse(one_element)
    assert "dy[0] += " in reverse(sums)


def test_more_elements_may_be_touched_than_the_first_loop_stores():
    def more(x, n):
        y, z = x.copy(), np.zeros(n)
        for _ in range(3):
            for i in range(n):
                z[i] = y[i] * x[i]
            for i in range(n):
                y[i] = z[i] * 0.5
            for i in range(1, n - 1):
                y[i] += z[i + 1] * x[i]
        return y.sum()

    reverse(more)


# --- random programs -----------------------------------------------------------------------------


def slopes(function: Any, args: tuple[Any, ...]) -> list[float]:
    """The gradient in two arrays and a number, by complex steps."""
    found = []
    for at in range(3):
        for i in range(np.size(args[at])):
            moved = [np.array(a, complex) for a in args[:3]]
            moved[at].ravel()[i] += 1e-30j
            found.append(function(*moved[:2], complex(moved[2]), args[3]).imag / 1e-30)
    return found


def assert_right(seed: int) -> str:
    """The text for a program, which is right; nothing if the program is refused."""
    source, names = program(seed), {"np": np}
    file = f"<random loops {seed}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    exec(compile(source, file, "exec"), names)
    function: Any = names["f"]
    rng = np.random.default_rng(seed)
    args = (rng.uniform(0.3, 0.9, 6), rng.uniform(0.3, 0.9, 6), 0.3, 2)
    value = function(*args)
    if not abs(value) < 1e6:
        return ""
    try:
        text = written(function, args)
    except (NotDifferentiable, symdiff.errors.UnsupportedSyntax, symdiff.errors.Offences):
        return ""
    found = run(text, "f_grad", args)
    np.testing.assert_allclose(found[0], value, rtol=1e-12, err_msg=source)
    expected = slopes(function, args)
    np.testing.assert_allclose(
        flat(found[1]), expected, rtol=1e-8, atol=1e-10, err_msg=source + text
    )
    return text


@pytest.fixture
def verified(monkeypatch):
    """Both passes make well-formed procedures; the names of those in which loops became one."""
    fused: list[str] = []

    def storing(procedure: Procedure) -> Procedure:
        return verify(store_first(procedure))

    def fusing(procedure: Procedure) -> Procedure:
        made = verify(fuse_neighbours(procedure))
        if made.body is not procedure.body:
            fused.append(procedure.name)
        return made

    monkeypatch.setattr("symdiff.compiled.first.store_first", storing)
    monkeypatch.setattr("symdiff.compiled.neighbours.fuse_neighbours", fusing)
    return fused


@pytest.mark.parametrize("part", range(4))
def test_random_loops(part, verified):
    start = random.randrange(10**9) if EXAMPLES else 20_000
    count = EXAMPLES // 4 or 40
    texts = [assert_right(seed) for seed in range(start + part, start + 4 * count, 4)]
    assert sum(map(bool, texts)) > 0.8 * len(texts)
    assert len(verified) > 0.05 * len(texts)
