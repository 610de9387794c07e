"""The schedule of checkpointed loops runs as few rounds as any with as many states."""

from __future__ import annotations

import functools

import pytest

from symdiff.rules.schedule import checkpoints


@functools.cache
def fewest(rounds, free):
    """The fewest rounds to run, so that each state is at hand in turn, the last one first."""
    if rounds == 1:
        return 0
    if free == 1:
        return rounds * (rounds - 1) // 2
    return min(m + fewest(rounds - m, free - 1) + fewest(m, free) for m in range(1, rounds))


def reversed_sweep(n, keep):
    """The rounds that run before each one is reversed, and the most states kept at a time."""
    kept = checkpoints(0, n, keep)
    states = [(i, kept[i]) for i in range(n) if i in kept]
    run, most = n, len(states)
    for i in reversed(range(n)):
        start, free = states.pop()
        kept = checkpoints(start, i, free)
        states += [(j, kept[j]) for j in range(start, i) if j in kept]
        run, most = run + i - start, max(most, len(states))
    assert not states
    return run, most


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 7, 10, 13, 20, 33, 48, 60])
@pytest.mark.parametrize("keep", [1, 2, 3, 4, 6, 9, 60, 100])
def test_no_schedule_runs_fewer_rounds_with_as_many_states(n, keep):
    run, most = reversed_sweep(n, keep)
    assert most <= keep
    assert run == fewest(n + 1, keep)


def test_with_enough_states_no_round_runs_again():
    assert reversed_sweep(50, 50) == (50, 50)


@pytest.mark.parametrize("n", [100, 2500, 10000])
def test_the_root_of_the_rounds_is_enough_to_run_each_three_times_at_most(n):
    keep = int(n**0.5)
    run, most = reversed_sweep(n, keep)
    assert most <= keep
    assert run < 3 * n


def test_a_sweep_that_was_left_early_is_reversed_from_where_it_ended():
    kept = checkpoints(0, 100, 4)
    states = [(i, kept[i]) for i in range(30) if i in kept]
    seen = []
    for i in reversed(range(30)):
        start, free = states.pop()
        kept = checkpoints(start, i, free)
        states += [(j, kept[j]) for j in range(start, i) if j in kept]
        assert len(states) <= 4
        seen.append(start <= i)
    assert all(seen) and not states


def test_no_state_at_all_is_refused():
    with pytest.raises(ValueError, match="one state"):
        checkpoints(0, 3, 0)
