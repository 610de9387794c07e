"""Calls of procedures are reversed by a forward and a backward function each."""

from __future__ import annotations

import ast
import linecache
import math

import numpy as np

import symdiff
from differences import assert_right, procedures_of
from support import run
from symdiff.stages import Call, steps, verify


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def simpson(a, low, high, depth):
    def f(t):
        return math.exp(-t * t) * a

    def refine(low, high, at_low, at_middle, at_high, depth):
        middle = (low + high) / 2
        left, right = f((low + middle) / 2), f((middle + high) / 2)
        whole = (high - low) / 6 * (at_low + 4 * at_middle + at_high)
        halves = (high - low) / 12 * (at_low + 4 * left + 2 * at_middle + 4 * right + at_high)
        if depth <= 0 or abs(halves - whole) < 1e-4:
            return halves
        return refine(low, middle, at_low, left, at_middle, depth - 1) + refine(
            middle, high, at_middle, right, at_high, depth - 1
        )

    return refine(low, high, f(low), f((low + high) / 2), f(high), depth)


def horner(x, *coefficients):
    if not coefficients:
        return 0.0
    first, *rest = coefficients
    return first + x * horner(x, *rest)


def two_results(x, n):
    def both(a, b, n):
        if n == 0:
            return a, b
        a, b = both(b * x, a + b, n - 1)
        return a * b, b

    p, q = both(x, 1.0, n)
    return p - q


def test_recursive_functions_have_their_slopes():
    assert_right(power, 1.3, 6)
    assert_right(simpson, 1.7, 0.0, 0.4, 6)
    assert_right(two_results, 0.8, 3)
    assert_right(horner, 2.0, 1.0, 3.0, 4.0)


def test_the_forward_function_keeps_only_what_the_backward_one_reads():
    def rod(k, rounds):
        u = np.zeros(5)
        shown = np.zeros(3)
        for i in range(rounds):
            shown[i] = u[2]
            u[1:] += k * (1.0 - u[:-1])
        return shown

    def misfit(k, rounds):
        return np.sum(rod(k, rounds) ** 2)

    made = symdiff.value_and_grad(misfit)
    slope = (misfit(0.3 + 1e-6, 3) - misfit(0.3 - 1e-6, 3)) / 2e-6
    assert math.isclose(made(0.3, 3)[1], slope, rel_tol=1e-6)
    text = made._function((0.3, 3), {}).__code__.co_filename
    assert "shown_kept" not in "".join(linecache.getlines(text))


def functions(text):
    return [n.name for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]


def test_a_forward_and_a_backward_function_are_written():
    assert functions(symdiff.source(power, argnums=0))[-1] == "power_grad"
    assert {"power_forward", "power_backward"} <= set(functions(symdiff.source(power, argnums=0)))


def test_every_procedure_is_well_formed_after_every_pass():
    for function, args in (
        (power, (1.3, 4)),
        (simpson, (1.7, 0.0, 0.4, 3)),
        (two_results, (0.8, 3)),
    ):
        for made in procedures_of(function, *args).values():
            verify(made)
            for callee in made.callees.values():
                verify(callee)


def test_the_pair_gives_value_and_adjoints():
    callees = procedures_of(power, 1.5, 4)["simplified"].callees
    value, kept = run(callees["power_forward"], 1.5, 4)
    assert value == power(1.5, 4)
    assert run(callees["power_backward"], 1.5, 4, kept, 2.0) == 2.0 * 4 * 1.5**3


def test_one_pair_serves_every_call_that_asks_for_the_same():
    def f(x, y, n):
        def rec(a, b, n):
            return a * b if n == 0 else rec(a * b, b, n - 1) + rec(b, a, n - 1)

        return rec(x, y, n) * rec(y, x, n)

    made = procedures_of(f, 0.7, 1.2, 2)["simplified"]
    called = {s.callee for s in steps(made.body) if isinstance(s, Call)}
    assert called == {"rec_forward", "rec_backward"}
    assert_right(f, 0.7, 1.2, 2)


def test_a_call_asks_for_the_adjoints_of_its_active_arguments_only():
    text = symdiff.source(simpson, argnums=0)
    names = {}
    exec(text, names)
    _, slope = names["simpson_grad"](1.7, 0.0, 0.4, 3)
    assert slope == symdiff.grad(simpson)(1.7, 0.0, 0.4, 3)
    assert "Adjoints of (low" not in text


def test_of_functions_that_call_each_other_one_is_a_procedure():
    def f(x, n):
        def even(v, k):
            return v * x if k == 0 else odd(v * 1.1, k - 1)

        def odd(v, k):
            return v + x if k == 0 else even(math.sin(v) + x, k - 1)

        return even(x, n)

    found = set(procedures_of(f, 0.5, 4)["simplified"].callees)
    assert {"even_forward", "even_backward"} <= found
    assert_right(f, 0.5, 5)


def test_passive_calls_are_not_reversed():
    def f(x, n):
        def factorial(k):
            return 1 if k <= 1 else k * factorial(k - 1)

        return sum(x**k / factorial(k) for k in range(n))

    text = symdiff.source(f, argnums=0)
    assert "factorial" in functions(text) and "factorial_backward" not in text
    assert_right(f, 0.5, 6)


def test_a_recursive_call_in_an_augmented_assignment_runs_in_its_place():
    def tree(x, n):
        total = x
        if n > 0:
            total += tree(x * 0.5, n - 1)
            total *= tree(x + 1, n - 1)
        return total

    assert_right(tree, 0.7, 3)


def test_users_names_are_not_taken():
    def power_forward(x, n):
        return x if n == 0 else x * power_forward(x, n - 1)

    assert_right(power_forward, 1.3, 3)

    def f(x, kept, dout):
        return kept * x * dout if kept < 1 else f(x * dout, kept - 1, dout) + kept

    assert_right(f, 0.7, 2.5, 1.1)


def test_a_procedure_read_while_its_caller_was_half_read_is_read_again():
    def h(v, u, depth):
        if depth <= 0:
            return math.sin(u) + v
        s = 0
        return s * h(sum([s for i in range(0)]), v * u, depth - 1) - h(u, u, depth - 2)

    assert_right(h, 0.7, 0.4, 3)
