"""The benchmarks of GradBench: messages are answered, what has become slower is told."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("scipy")

from benchmarks.gradbench import report
from benchmarks.gradbench.driver import answers
from benchmarks.gradbench.evals import lse
from benchmarks.gradbench.running import Row, row


def asked(*messages):
    lines = [json.dumps({"id": i, **message}) for i, message in enumerate(messages)]
    return [json.loads(line) for line in answers(lines)]


def test_the_messages_of_an_eval_are_answered():
    x = [0.0, 1.0, 3.0]
    given = {"x": x, "min_runs": 3, "min_seconds": 0.0}
    evaluate = {"kind": "evaluate", "module": "lse", "function": "gradient", "input": given}
    start, define, found, end = asked(
        {"kind": "start", "eval": "lse"}, {"kind": "define", "module": "lse"}, evaluate,
        {"kind": "analysis", "of": 2, "valid": True},
    )  # fmt: skip
    assert start == {"id": 0, "tool": "symdiff"}
    assert define == {"id": 1, "success": True}
    assert end == {"id": 3}
    np.testing.assert_allclose(found["output"], np.exp(x) / np.sum(np.exp(x)))
    assert [t["name"] for t in found["timings"]] == ["compile"] + ["evaluate"] * 3


def test_what_is_not_there_is_told():
    (unknown, none) = asked(
        {"kind": "define", "module": "raytracer"},
        {"kind": "evaluate", "module": "lse", "function": "hessian", "input": {"x": [1.0]}},
    )
    assert not unknown["success"] and "raytracer" in unknown["error"]
    assert not none["success"] and "hessian" in none["error"]


def test_a_derivative_is_verified_before_it_is_timed():
    (found,) = lse.EVALS
    made = row(found, 50, first=True, rivals=False)
    assert not made.failed and made.seconds["derivative"] > 0
    wrong = lse.Task("gradient", lambda x: x, list)
    made = row(lse.Eval(**{**vars(found), "derivative": wrong}), 50, first=True, rivals=False)
    assert made.failed.startswith("AssertionError") and not made.seconds


def test_what_is_slower_than_before_is_told_unless_all_is():
    def measured(primal, derivative):
        return [Row("lse", "50", seconds={"primal": primal, "derivative": derivative})]

    before = measured(1.0, 2.0)
    assert not report.slower(measured(3.0, 6.0), before)
    assert not report.slower(measured(1.0, 2.4), before)
    (told,) = report.slower(measured(1.0, 4.0), before)
    assert told.startswith("lse 50") and told.endswith("2.0 times")
    assert report.slower([Row("lse", "50", failed="refused")], before) == ["lse 50: refused"]
