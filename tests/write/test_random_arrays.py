"""What is written for arrays computes what the steps say, where nothing is ever updated."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from support import function_of, run
from symdiff.simplify import simplify
from symdiff.stages import verify
from symdiff.write import write
from write.random_arrays import ArrayMaker


def given():
    rng = np.random.default_rng(1)
    u, v, w = rng.normal(size=(3, 4))
    return [u, v, rng.normal(size=(4, 4)), 0.3, [w, u + v]]


def close(got, want):
    if isinstance(want, (tuple, list)):
        return type(got) is type(want) and len(got) == len(want) and all(map(close, got, want))
    return np.shape(got) == np.shape(want) and np.allclose(got, want, equal_nan=True)


@pytest.mark.parametrize("seed", range(400))
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
def test_the_text_does_what_the_procedure_does(seed):
    made = verify(ArrayMaker(seed).procedure())
    want = run(made, *given())
    simple = verify(simplify(made))
    assert close(run(simple, *given()), want)
    for each in (made, simple):
        text = write(each).text
        args = given()
        before = copy.deepcopy(args)
        got = function_of(each)(*args)
        assert close(got, want), text
        assert close(args, before), text
        adjoints = got[1]
        for i, adjoint in enumerate(adjoints):
            others = [*args[:3], *args[4], *adjoints[:i]]
            assert not any(np.shares_memory(adjoint, other) for other in others), text
            if adjoint.ndim:
                adjoint[...] = 1.0
