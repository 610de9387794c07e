"""How functions of NumPy are called: where the value goes, and which elements are computed."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from symdiff.errors import SymdiffError

A = np.array([0.3, -0.7, 1.1])
B = np.array([[0.5, -1.2, 0.8], [0.1, 2.0, -0.4], [1.5, 0.2, -0.9]])


def positional_out(x):
    out = x * 1.5
    np.sin(x, out)
    return np.sum(out * x)


def positional_out_of_a_step(x):
    out = x * 1.5
    np.floor(x, out)
    return np.sum(out * x)


def positional_out_of_a_reduction(x):
    out = np.zeros(3)
    np.sum(np.outer(x, x), 1, None, out)
    return np.sum(out**2)


def rounded_into(x):
    out = x * 1.5
    np.round(x, 1, out)
    return np.sum(out * x)


def out_in_a_tuple(x):
    out = x * 1.5
    np.exp(x, out=(out,), casting="unsafe")
    return np.sum(out * x)


def where_it_is_right(x):
    return np.sum(np.log(x, out=np.zeros_like(x), where=x > 0) * x)


def steps_where(x):
    out = x * 2.0
    np.trunc(3 * x, where=x > 0, out=out)
    return np.sum(out * x)


def quotients_where(x):
    return np.sum(np.divide(1.0, x - 0.3, out=x * 2.0, where=x != 0.3) ** 2)


def outer_of_any_ufunc(x):
    return np.sum(np.maximum.outer(x, x**2) * np.logaddexp.outer(x, x))


def flattened_by_columns(x):
    return np.sum(np.outer(x, x**2).flatten("F") * np.arange(9))


def view_by_einsum(x):
    y = x * 1.5
    same = np.einsum("i->i", y)
    return np.sum(same * y)


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize(
    "function",
    [
        positional_out, positional_out_of_a_step, positional_out_of_a_reduction, rounded_into,
        out_in_a_tuple, where_it_is_right, steps_where, quotients_where, outer_of_any_ufunc,
        flattened_by_columns, view_by_einsum,
    ],
)  # fmt: skip
def test_what_a_call_stores_has_its_derivative(function):
    x = A.copy() if function is not rounded_into else A + 0.02
    value, gradient = symdiff.value_and_grad(function)(x)
    assert value == function(x)
    steps = 1e-6 * np.eye(3)
    if function is quotients_where:
        steps[0] = 0.0  # where the condition flips
        gradient[0] = 0.0
    expected = [(function(x + s) - function(x - s)) / 2e-6 for s in steps]
    np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-8)


def multiplied_at(x):
    out = x * 1.5
    np.multiply.at(out, [0, 0], 2.0)
    return np.sum(out)


def sine_at(x):
    out = x * 1.5
    np.sin.at(out, [0])
    return np.sum(out)


def store_into_an_einsum(x):
    y = x * 1.5
    np.einsum("i->i", y)[0] = 2.0
    return np.sum(y)


def first_power(x):
    m = np.outer(x, x)
    same = np.linalg.matrix_power(m, 1)
    m *= 2.0
    return np.sum(same)


def accumulated_out(x):
    out = x * 1.5
    np.add.reduceat(np.ones(3), [0, 1, 2], out=out)
    return np.sum(out)


@pytest.mark.parametrize(
    "function", [multiplied_at, sine_at, store_into_an_einsum, first_power, accumulated_out]
)
def test_what_is_changed_unseen_is_refused(function):
    function(A)
    with pytest.raises(SymdiffError):
        symdiff.grad(function)(A)


JOINED = {
    "stack": lambda items: np.stack(items),
    "hstack": lambda items: np.hstack(items),
    "vstack": lambda items: np.vstack(items),
    "column_stack": lambda items: np.column_stack(items),
    "sum": lambda items: np.sum(items) * np.ones(3),
    "mean": lambda items: np.mean(items, axis=0) * np.ones(3),
    "dot": lambda items: np.dot(items, np.ones(3)),
}


@pytest.mark.parametrize("name", JOINED)
def test_a_list_of_numbers_is_an_array_to_functions(name):
    join = JOINED[name]

    def function(x, n):
        items = [x[i] ** 2 for i in range(n)]
        return np.sum(join(items) ** 2)

    expected = [
        (function(A + s, 3) - function(A - s, 3)) / 2e-6 for s in 1e-6 * np.eye(3)
    ]
    np.testing.assert_allclose(symdiff.grad(function)(A, 3), expected, rtol=1e-7, atol=1e-8)


def indexed_by_a_tuple(x):
    index = []
    for k in range(2):
        index.append(np.array([0, k]))
    return np.sum(np.outer(x, x)[tuple(index)])


def test_a_tuple_of_any_length_is_no_index_array():
    with pytest.raises(SymdiffError, match="can't be an index"):
        symdiff.grad(indexed_by_a_tuple)(A)


def named_results(x):
    m = np.outer(x, x) + np.diag(x)
    return (
        np.sum(np.linalg.eigh(m).eigenvalues ** 2) + np.linalg.svd(m).S[0]
        + np.linalg.slogdet(m).logabsdet + np.linalg.qr(m).R[0, 0]
    )  # fmt: skip


def test_results_have_names():
    value, gradient = symdiff.value_and_grad(named_results)(A)
    assert value == named_results(A)
    expected = [(named_results(A + s) - named_results(A - s)) / 2e-6 for s in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)
