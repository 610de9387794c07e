"""Minimum cuts, against all cuts of small graphs."""

from __future__ import annotations

import itertools
import random

import pytest

from symdiff.differentiate.mincut import INFINITE, Network


def network(size, edges):
    made = Network()
    for _ in range(size - 2):
        made.node()
    for a, b, capacity in edges:
        made.connect(a, b, capacity)
    return made


def weight(side, edges):
    return sum(c for a, b, c in edges if side[a] and not side[b])


def all_cuts(size):
    for rest in itertools.product((False, True), repeat=size - 2):
        yield [True, False, *rest]


@pytest.mark.parametrize("seed", range(10))
def test_no_cut_of_a_random_graph_is_smaller(seed):
    draw = random.Random(seed)
    for _ in range(30):
        size = draw.randint(2, 8)
        pairs = [(a, b) for a in range(size) for b in range(size) if a != b]
        chosen = draw.sample(pairs, draw.randint(0, len(pairs)))
        edges = [(a, b, draw.choice([0, 1, 2, 5, 9, INFINITE])) for a, b in chosen]
        side = network(size, edges).source_side()
        assert side[0] and not side[1]
        assert weight(side, edges) == min(weight(cut, edges) for cut in all_cuts(size))


@pytest.mark.parametrize("seed", range(10))
def test_of_equal_cuts_the_one_nearest_to_the_sink_is_taken(seed):
    draw = random.Random(seed)
    for _ in range(30):
        size = draw.randint(2, 7)
        pairs = [(a, b) for a in range(size) for b in range(size) if a != b]
        edges = [(*pair, draw.randint(1, 2)) for pair in draw.sample(pairs, len(pairs) // 2)]
        side = network(size, edges).source_side()
        least = weight(side, edges)
        equal = [cut for cut in all_cuts(size) if weight(cut, edges) == least]
        assert side == [any(column) for column in zip(*equal, strict=True)]


def test_parallel_edges_add_up():
    edges = [(0, 2, 3), (2, 1, 1), (2, 1, 1)]
    assert network(3, edges).source_side() == [True, False, True]
    assert network(3, [*edges, (2, 1, 2)]).source_side() == [True, False, False]


def test_what_is_not_connected_to_the_sink_stays_with_the_source():
    assert network(4, [(0, 2, 1)]).source_side() == [True, False, True, True]


def test_a_long_chain_is_no_trouble():
    size = 3000
    made = network(
        size, [(0, 2, 5), *((i, i + 1, 5) for i in range(2, size - 1)), (size - 1, 1, 4)]
    )
    assert made.source_side() == [True, False, *[True] * (size - 2)]
