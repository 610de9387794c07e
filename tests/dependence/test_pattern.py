"""Patterns found from the stages: exact for stencils, never too small for any program."""

from __future__ import annotations

import copy
import importlib
import itertools
import linecache
import warnings
from typing import Any

import numpy as np
import pytest

import symdiff
from strategies import Program, program_of_seed
from symdiff.dependence.pattern import followed
from symdiff.generate import Selection, find

MODULES = [
    importlib.import_module(f"programs.{name}")
    for name in ("arrays_in_place", "arrays_in_containers", "arrays_at_work")
]
RECURSIVE = ("recursion_arrays", "quicksort")
CASES = [
    (function, args, i)
    for module in MODULES
    for function, args, wrt in module.PROGRAMS
    for i in wrt
    if getattr(args[i], "shape", ())
    and args[i].dtype == float
    and function.__name__ not in RECURSIVE
]
IDS = [f"{function.__name__}-{i}" for function, _, i in CASES]


def slices(x):
    out = 3 * x - x**3
    out[1:] -= x[:-1]
    out[:-1] -= 2 * x[1:]
    return out


def loops(x):
    n = len(x)
    out = np.zeros(n)
    for i in range(n):
        out[i] = x[i] ** 2
        if i > 0:
            out[i] -= x[i - 1]
        if i < n - 1:
            out[i] = out[i] - 2 * x[i + 1] * x[i]
    return out


def lists(x):
    out = [x[0]]
    for a, b in zip(x[:-1], x[1:], strict=True):
        out.append(a * b)
    return np.array(out)


def rolled(x):
    return np.roll(x, 1) - 2 * np.sin(x) + np.roll(x, -1)


def padded(x):
    y = np.concatenate([[0.0], x, [1.0]])
    return y[2:] - 2 * y[1:-1] ** 2 + y[:-2]


def differences(x):
    return np.append(np.diff(x) ** 2, x[-1])


def chosen(x):
    return np.where(x > 0.5, x * np.roll(x, 1), np.maximum(x, 0.2))


def plane(x):
    u = x.reshape(3, -1)
    out = 4 * u**2
    out[1:] -= u[:-1]
    out[:, :-1] -= u[:, 1:].T.copy().T
    return out.ravel()


def energy(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


STENCILS = [
    slices, loops, lists, rolled, padded, differences, chosen, plane, symdiff.grad(energy),
]  # fmt: skip


def true_pattern(function, args, argnum=0):
    jacobian = symdiff.jacobian(function, argnum)(*copy.deepcopy(args))
    size = np.size(args[argnum])
    return np.reshape(jacobian, (np.size(jacobian) // max(size, 1), size)) != 0


def pattern(function, args, argnum=0):
    made = find(function, Selection(argnum), "jvp", args, {})
    return followed(made, args, {}).toarray()


@pytest.mark.parametrize("function", STENCILS, ids=lambda f: f.__name__)
def test_patterns_of_stencils_are_exact(function):
    x = np.linspace(0.3, 0.9, 12)
    found = symdiff.jacobian(function, sparsity="auto")(x)
    dense = symdiff.jacobian(function)(x)
    np.testing.assert_allclose(found.toarray(), dense, rtol=1e-13)
    wanted = dense != 0
    if function is chosen:
        wanted |= np.eye(12, dtype=bool) | np.roll(np.eye(12, dtype=bool), -1, 1)
    np.testing.assert_array_equal(pattern(function, (x,)), wanted)


@pytest.mark.parametrize("function", [slices, loops, rolled], ids=lambda f: f.__name__)
def test_ten_thousand_unknowns_take_a_handful_of_sweeps(function):
    x = np.linspace(0.3, 0.9, 10_000)
    derived = symdiff.jacobian(function, sparsity="auto")
    found = derived(x)
    assert found.nnz <= 30_000
    ((_, columns, _),) = derived._coloured.values()
    assert columns.max() <= 4
    np.testing.assert_allclose(
        found @ np.ones(10_000), symdiff.jvp(function, (x,), (np.ones(10_000),))[1]
    )


def test_arguments_are_untouched():
    def f(x):
        x[1:] *= x[:-1]
        return x

    x = np.arange(1.0, 5.0)
    symdiff.jacobian(f, sparsity="auto")(x)
    np.testing.assert_array_equal(x, np.arange(1.0, 5.0))


def test_views_taken_before_a_store_keep_their_dependence():
    def f(x):
        y = x * 1.0
        head = y[:2].copy()
        z = y
        z[0] = x[3] * 2
        return np.concatenate([head, y])

    x = np.arange(1.0, 5.0)
    np.testing.assert_array_equal(pattern(f, (x,)), true_pattern(f, (x,)))


def kept(derived):
    return len(derived._coloured)


def test_a_pattern_serves_other_points_of_the_same_shape():
    derived = symdiff.jacobian(slices, sparsity="auto")
    for x in (np.ones(4), np.arange(4.0), np.ones(5)):
        derived(x)
    assert kept(derived) == 2


def shifted(x, k):
    return x * np.roll(x, k)


def test_integers_among_the_arguments_have_patterns_of_their_own():
    x = np.arange(1.0, 6.0)
    derived = symdiff.jacobian(shifted, sparsity="auto")
    for k in (1, 2, 1):
        np.testing.assert_array_equal(derived(x, k).toarray(), symdiff.jacobian(shifted)(x, k))
    assert kept(derived) == 2


def branching(x):
    return x * x[0] if x[0] > 2 else x * x[1]


def picked(x):
    return x * x[np.argmax(x)]


def turned(x):
    return x[np.argsort(x)] ** 2


def counted(x):
    out = x * 1.0
    for _ in range(int(x[0])):
        out = out * np.roll(x, 1)
    return out


def left(x):
    out = x * 1.0
    total = 0.0
    while total < 3:
        total += x[0]
        out = np.roll(out, 1) * x
    return out


@pytest.mark.parametrize("function", [branching, picked, turned, counted, left])
def test_what_depends_on_real_numbers_is_found_anew(function):
    derived = symdiff.jacobian(function, sparsity="auto")
    for x in (np.array([1.0, 2.0, 4.0, 3.0]), np.array([3.0, 2.5, 0.5, 1.0])):
        np.testing.assert_allclose(derived(x).toarray(), symdiff.jacobian(function)(x))
    assert kept(derived) == 0


K = [1, 2]
SHIFT = 1


def by_globals(x):
    return x * np.roll(x, SHIFT)


def test_globals_are_looked_at_again(monkeypatch):
    x = np.arange(1.0, 6.0)
    derived = symdiff.jacobian(by_globals, sparsity="auto")
    for shift in (1, 2):
        monkeypatch.setitem(globals(), "SHIFT", shift)
        np.testing.assert_array_equal(derived(x).toarray(), symdiff.jacobian(by_globals)(x))


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="automatic"):
        symdiff.jacobian(slices, sparsity="automatic")(np.ones(3))


def test_a_hessian_finds_its_pattern():
    x = np.linspace(0.3, 0.9, 8)
    found = symdiff.hessian(energy, sparsity="auto")(x)
    assert found.nnz == 22
    np.testing.assert_allclose(found.toarray(), symdiff.hessian(energy)(x), rtol=1e-12)


def test_errors_of_the_function_are_its_own():
    def f(x):
        if x[0] > 0:
            raise RuntimeError("positive")
        return x

    with pytest.raises(RuntimeError, match="positive"):
        symdiff.jacobian(f, sparsity="auto")(np.ones(3))


@symdiff.custom_vjp
def ruled(x):
    return x * 1.0


@ruled.pullback
def _(x, *, out, cotangent):
    return np.flip(cotangent)


def test_a_function_with_a_rule_depends_on_all_of_its_arguments():
    x = np.arange(1.0, 5.0)
    found = symdiff.jacobian(lambda x: ruled(x) * 2.0, mode="reverse", sparsity="auto")(x)
    np.testing.assert_array_equal(found.toarray() != 0, np.eye(4)[::-1] != 0)
    assert pattern(lambda x: ruled(x) * 1.0, (x,)).all()


@pytest.mark.parametrize("function, args, argnum", CASES, ids=IDS)
def test_gradients_of_programs_depend_on_no_more(function: Any, args: Any, argnum: int) -> None:
    """The pattern of each Hessian holds all that is other than zero in it."""
    gradient = symdiff.grad(function, argnum)
    try:
        true = np.reshape(
            symdiff.hessian(function, argnum)(*copy.deepcopy(args)), (args[argnum].size,) * 2
        )
        true = true != 0
    except (symdiff.SymdiffError, TypeError, ValueError) as error:
        pytest.skip(f"no Hessian: {str(error).splitlines()[0]}")
    found = pattern(gradient, copy.deepcopy(args), argnum)
    assert found.shape == true.shape and not (true & ~found).any()


def in_one_array(program: Program) -> tuple[Any, tuple[Any, ...]]:
    """A program of numbers as a function of one array, and of the other arguments."""
    reals = [i for i, a in enumerate(program.args) if isinstance(a, float)]
    names = [f"x[{reals.index(i)}]" if i in reals else f"a{i}" for i in range(len(program.args))]
    others = [i for i in range(len(program.args)) if i not in reals]
    text = f"{program.text}\nimport numpy as np\n\n"
    text += f"def g(x{''.join(f', a{i}' for i in others)}):\n"
    text += f"    return np.array(f({', '.join(names)}))\n"
    path = "<random program in one array>"
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    space: dict[str, Any] = {"__name__": "random_program"}
    exec(compile(text, path, "exec"), space)
    x = np.array([program.args[i] for i in reals])
    return space["g"], (x, *(program.args[i] for i in others))


@pytest.mark.parametrize("seed", range(40))
def test_random_programs_depend_on_no_more(seed: int) -> None:
    for s in itertools.count(seed, 1000):
        function, args = in_one_array(program_of_seed(s, 6))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                true = true_pattern(function, args)
            break
        except (ArithmeticError, ValueError, symdiff.SymdiffError):
            continue
    found = pattern(function, args)
    assert found.shape == true.shape and not (true & ~found).any()
