"""Values as they are shown."""

from __future__ import annotations

import numpy as np
import pytest

from symdiff.show.numbers import Summary, held, shown


@pytest.mark.parametrize(
    "value, text",
    [
        (1.5456448841066441, "1.54564"),
        (-0.0, "0"),
        (1e-12, "1e-12"),
        (True, "True"),
        (7, "7"),
        (None, "None"),
        (1 - 2.5j, "1-2.5j"),
        ("label", "'label'"),
        ([0.1, 2], "[0.1, 2]"),
        ((0.5,), "(0.5,)"),
        ({"a": 1 / 3}, "{'a': 0.333333}"),
        ([0.0] * 20, "[0, 0, 0, 0, 0, 0, 0, 0, 0, … 11 more]"),
        (float("nan"), "nan"),
        (np.float64(0.1), "0.1"),
        (np.array(2.5), "2.5"),
        (np.array([[1.0, 2.0], [3.0, 1 / 3]]), "[[1, 2], [3, 0.333333]]"),
        (np.arange(30.0).reshape(10, 3), "10×3 from 0 to 29"),
        (np.array([1.0] * 10 + [np.nan]), "11 numbers from 1 to 1, 1 not finite"),
        (object(), "object"),
    ],
)
def test_values_have_six_digits_and_fit_a_line(value, text):
    assert shown(value) == text


def test_what_is_held_stays_as_it_was():
    small, large = np.zeros(3), np.arange(1000.0)
    before = held(small)
    small[0] = 1.0
    assert before[0] == 0.0
    assert held(large) == Summary((1000,), 0.0, 999.0)
    items = [np.zeros(2)]
    copy = held(items)
    items[0][0] = 5.0
    assert copy[0][0] == 0.0
    assert held([1.0] * 5000) == Summary((5000,), 1.0, 1.0)


def test_summaries_of_what_has_no_order_tell_the_shape():
    assert shown(held(np.zeros((20, 20), complex))) == "20×20"
    assert shown(held(np.full(200, np.nan))) == "200 numbers, 200 not finite"
