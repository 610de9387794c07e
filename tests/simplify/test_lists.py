"""Values that the user's own list holds are not kept beside it."""

from __future__ import annotations

import math

from differences import assert_right, procedures_of
from symdiff.stages import Push, steps, verify


def noted(x, n):
    seen = []
    for _ in range(n):
        seen.append(x)
        x = x * x * 0.5 + math.sin(x)
    return x + seen[-1]


def changed(x, n):
    seen = []
    for _ in range(n):
        seen.append(x)
        x = x * x * 0.5 + math.sin(x)
    seen[0] = 2.0 * x
    return x * seen[0] + sum(seen)


def in_an_arm(x, n):
    seen = []
    for i in range(n):
        if i % 2:
            seen.append(x)
        x = x * x * 0.5 + math.sin(x)
    return x + sum(seen)


def pushes(function, *args):
    made = verify(procedures_of(function, *args)["simplified"])
    assert_right(function, *args)
    return [s for s in steps(made.body) if isinstance(s, Push)]


def test_a_list_that_holds_what_is_kept_serves_for_it():
    assert not pushes(noted, 0.7, 4)


def test_a_list_that_changes_does_not():
    assert pushes(changed, 0.7, 4)
    assert pushes(in_an_arm, 0.7, 4)
