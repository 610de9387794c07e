"""The schedule of checkpointed loops runs as few rounds as any with as many states."""

from __future__ import annotations

import functools

import pytest

from symdiff.rules.schedule import checkpoint_gap


@functools.cache
def fewest(rounds, free):
    """The fewest rounds to run, so that each state is at hand in turn, the last one first."""
    if rounds == 1:
        return 0
    if free == 1:
        return rounds * (rounds - 1) // 2
    return min(m + fewest(rounds - m, free - 1) + fewest(m, free) for m in range(1, rounds))


def run(states, start, stop, last, free):
    """Run the rounds from `start` to `stop`, keeping states so that `last` can be reversed."""
    due = start
    for i in range(start, stop):
        if i == due:
            states.append((i, free))
            due += checkpoint_gap(last - i, free)
            free -= 1


def reversed_sweep(n, keep, ended=None):
    """The rounds that run, and the most states that are kept at a time."""
    ended = n if ended is None else ended
    states = []
    run(states, 0, ended, n, keep)
    rounds, most = ended, len(states)
    for i in reversed(range(ended)):
        start, free = states.pop()
        run(states, start, i, i, free)
        rounds, most = rounds + i - start, max(most, len(states))
    assert not states
    return rounds, most


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 7, 10, 13, 20, 33, 48, 60])
@pytest.mark.parametrize("keep", [1, 2, 3, 4, 6, 9, 60, 100])
def test_no_schedule_runs_fewer_rounds_with_as_many_states(n, keep):
    rounds, most = reversed_sweep(n, keep)
    assert most <= keep
    assert rounds == fewest(n + 1, keep)


def test_with_enough_states_no_round_runs_again():
    assert reversed_sweep(50, 50) == (50, 50)


@pytest.mark.parametrize("n", [100, 2500, 10000])
def test_the_root_of_the_rounds_is_enough_to_run_each_three_times_at_most(n):
    keep = int(n**0.5)
    rounds, most = reversed_sweep(n, keep)
    assert most <= keep
    assert rounds < 3 * n


def test_a_sweep_that_was_left_early_keeps_no_more():
    rounds, most = reversed_sweep(100, 4, ended=30)
    assert rounds >= 30 and most <= 4


def test_no_state_at_all_is_refused():
    with pytest.raises(ValueError, match="one state"):
        checkpoint_gap(3, 0)
