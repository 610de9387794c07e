"""What is written, and what is simplified, computes what the steps say."""

from __future__ import annotations

import copy
import math

import pytest

from support import function_of, run
from symdiff.simplify import simplify
from symdiff.stages import verify
from symdiff.write import write
from write.random_procedures import Maker


def close(got, want):
    if isinstance(want, (tuple, list)):
        return type(got) is type(want) and len(got) == len(want) and all(map(close, got, want))
    if math.isnan(want):
        return math.isnan(got)
    return math.isclose(got, want, rel_tol=1e-6, abs_tol=1e-6) or min(abs(got), abs(want)) > 1e12


@pytest.mark.parametrize("seed", range(300))
def test_the_text_does_what_the_procedure_does(seed):
    made = verify(Maker(seed).procedure())
    given = {"x": 0.7, "y": -1.3, "dx": 0.4, "L": [1.0, 2.0, -0.5]}
    args = [given[p.name] for p in made.params]
    try:
        want = run(made, *copy.deepcopy(args))
    except OverflowError:
        return
    simple = verify(simplify(made))
    assert close(run(simple, *copy.deepcopy(args)), want)
    for each in (made, simple):
        text = write(each).text
        assert max(map(len, text.splitlines())) <= 100
        assert close(function_of(each)(*args), want), text
    assert args == [given[p.name] for p in made.params] and given["L"] == [1.0, 2.0, -0.5]
