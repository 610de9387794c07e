import inspect
import itertools
import random

from checking.running import Laboratory
from symdiff.checking.inputs import Point, describe, exact
from symdiff.checking.sample import Sampler, across
from symdiff.stages import INTEGER


def sampler(f, *at, **kinds):
    return Sampler(describe(inspect.signature(f), kinds, at or None, None, lambda value: value))


def drawn(sampler, count=100):
    return list(itertools.islice(sampler.points(), count))


def test_the_same_points_are_drawn_every_time():
    first, second = (drawn(sampler(lambda x, y: None)) for _ in range(2))
    assert first == second
    assert len(set(first)) == len(first)


def test_points_are_of_all_signs_and_scales_and_include_zeros():
    reals = [p.reals for p in drawn(sampler(lambda x, y: None))]
    assert {(x > 0, y > 0) for x, y in reals} == {(a, b) for a in (0, 1) for b in (0, 1)}
    assert min(abs(x) for x, _ in reals if x) < 0.02 and max(x for x, _ in reals) > 100
    assert (0, 0) in reals and any(x == 0 != y for x, y in reals)


def test_points_are_drawn_near_the_one_given_and_around_constants():
    source = sampler(lambda x: None, 5000.0)
    source.add_special(-77.0)
    reals = [float(p.reals[0]) for p in drawn(source)]
    assert sum(4000 < x < 6000 for x in reals) > 10
    assert any(-79 < x < -75 for x in reals)


def test_integers_are_tried_one_after_the_other():
    source = sampler(lambda x, n: None, n=INTEGER)
    assert {p.choices for p in drawn(source)} == {(n,) for n in range(6)}


def test_steps_lead_across_a_comparison():
    lab = Laboratory()
    x, y = lab.inputs(0.5, 0.25)
    assert not x * x * y > 3
    (decision,) = lab.run.decisions
    points = list(across(decision, [x, y], Point((exact(0.5), exact(0.25))), random.Random(1)))
    assert any(a * a * b > 3 for a, b in (p.reals for p in points))
