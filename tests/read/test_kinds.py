"""Kinds of results and of parameters."""

from __future__ import annotations

import pytest

from symdiff.read.kinds import result_kind
from symdiff.read.values import join, kind_of
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    NOTHING,
    OBJECT,
    OPTIONAL,
    REAL,
    TEXT,
    Const,
    Global,
    ListOf,
    Var,
)


@pytest.mark.parametrize(
    "op, kinds, expected",
    [
        ("add", (REAL, INTEGER), REAL),
        ("add", (INTEGER, INTEGER), INTEGER),
        ("add", (BOOLEAN, BOOLEAN), INTEGER),
        ("mul", (REAL, COMPLEX), COMPLEX),
        ("truediv", (INTEGER, INTEGER), REAL),
        ("floordiv", (INTEGER, INTEGER), INTEGER),
        ("floordiv", (REAL, INTEGER), REAL),
        ("pow", (INTEGER, INTEGER), INTEGER),
        ("neg", (BOOLEAN,), INTEGER),
        ("lt", (REAL, REAL), BOOLEAN),
        ("not", (REAL,), BOOLEAN),
        ("invert", (INTEGER,), INTEGER),
        ("and", (REAL, INTEGER), REAL),
        ("cond", (BOOLEAN, INTEGER, REAL), REAL),
        ("add", (TEXT, TEXT), TEXT),
        ("mod", (TEXT, REAL), TEXT),
        ("add", (ListOf(REAL), ListOf(INTEGER)), ListOf(REAL)),
        ("mul", (ListOf(REAL), INTEGER), ListOf(REAL)),
        ("add", (OBJECT, INTEGER), OBJECT),
        ("add", (OBJECT, REAL), REAL),
        ("add", (OPTIONAL, INTEGER), REAL),
        ("math.sin", (INTEGER,), REAL),
        ("abs", (INTEGER,), INTEGER),
        ("abs", (REAL,), REAL),
        ("max", (INTEGER, REAL), REAL),
        ("len", (ListOf(REAL),), INTEGER),
        ("math.floor", (REAL,), INTEGER),
        ("of.nobody", (REAL,), OBJECT),
    ],
)
def test_kinds_of_results_are_those_of_python(op, kinds, expected):
    assert result_kind(op, kinds) == expected


def test_an_integer_to_a_negative_power_is_real():
    assert result_kind("pow", (INTEGER, INTEGER), negative_power=True) is REAL


@pytest.mark.parametrize(
    "value, expected",
    [
        (True, BOOLEAN),
        (1, INTEGER),
        (1.0, REAL),
        (1j, COMPLEX),
        ("a", TEXT),
        (None, NOTHING),
        ([1.0, 2], ListOf(REAL)),
        ([1, 2], ListOf(INTEGER)),
        ([], OBJECT),
        ({}, OBJECT),
        (Const(2), INTEGER),
        (Var("x", COMPLEX), COMPLEX),
        (Global("K", REAL), REAL),
    ],
)
def test_kinds_of_values(value, expected):
    assert kind_of(value) == expected


@pytest.mark.parametrize(
    "a, b, expected",
    [
        (REAL, REAL, REAL),
        (BOOLEAN, INTEGER, INTEGER),
        (INTEGER, REAL, REAL),
        (REAL, COMPLEX, COMPLEX),
        (REAL, NOTHING, OPTIONAL),
        (OPTIONAL, INTEGER, OPTIONAL),
        (ListOf(INTEGER), ListOf(REAL), ListOf(REAL)),
        (REAL, OBJECT, REAL),
        (TEXT, REAL, OBJECT),
        (ListOf(REAL), REAL, OBJECT),
    ],
)
def test_a_value_of_one_kind_or_another(a, b, expected):
    assert join(a, b) == expected
    assert join(b, a) == expected
