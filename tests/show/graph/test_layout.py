"""The layered layout: nothing on top of anything else, edges from left to right."""

from __future__ import annotations

import itertools
import math
import random

import pytest

import symdiff
from show import procedures
from show.graph.test_build import graph, newton
from symdiff.show.graph import Port, build, layout
from symdiff.show.graph.heights import heights
from symdiff.show.graph.model import Box
from symdiff.show.graph.ordering import ordered


def wild(seed, count=60):
    """A straight-line function with random reads, and loops and branches here and there."""
    pick = random.Random(seed)
    names, lines = ["x", "y"], ["def f(x: float, y: float):"]
    for i in range(count):
        a, b = pick.choice(names[-12:]), pick.choice(names)
        lines.append(f"    v{i} = {a} * {b} + {pick.random():.3f}")
        names.append(f"v{i}")
        if i % 15 == 7:
            lines += [f"    for _ in range(3):\n        v{i} = v{i} * {a} + {b}"]
        if i % 15 == 11:
            lines += [
                f"    if {a} > {b}:\n        v{i} = {a} * {b}\n    else:\n        v{i} = -v{i}"
            ]
    lines.append(f"    return {' + '.join(names[-3:])}")
    return "\n".join(lines)


def of_text(text, tmp_path):
    from symdiff.read.static import load

    file = tmp_path / "wild.py"
    file.write_text(text)
    return build(symdiff.stages(load(f"{file}:f")).made)


def overlap(a, b):
    return (
        a.x < b.x + b.width and b.x < a.x + a.width
        and a.y < b.y + b.height and b.y < a.y + a.height
    )  # fmt: skip


def within(inner, outer):
    return (
        outer.x <= inner.x and inner.x + inner.width <= outer.x + outer.width
        and outer.y <= inner.y and inner.y + inner.height <= outer.y + outer.height
    )  # fmt: skip


def checked(root, **how):
    drawing = layout(root, **how)
    rects = [*drawing.nodes.values(), *drawing.zones.values(), *drawing.ports.values()]
    for a, b in itertools.combinations(rects, 2):
        assert not overlap(a, b)
    for box in root.boxes():
        inside = [i for i in box.items if isinstance(i, Box)]
        for one, other in itertools.combinations(inside, 2):
            assert not overlap(drawing.boxes[one], drawing.boxes[other])
        if box in drawing.boxes:
            own = drawing.boxes[box]
            for item in box.items:
                placed = drawing.boxes[item] if isinstance(item, Box) else drawing.nodes[item]
                assert within(placed, own)
            for node, rect in drawing.nodes.items():
                if node not in set(box.nodes()):
                    assert not overlap(rect, own)
    return drawing


@pytest.mark.parametrize("seed", range(6))
def test_nothing_overlaps(seed, tmp_path):
    root = of_text(wild(seed), tmp_path)
    drawing = checked(root, room=seed % 2 == 0)
    for rect in [*drawing.nodes.values(), *drawing.zones.values(), *drawing.boxes.values()]:
        assert rect.x >= 0 and rect.x + rect.width <= drawing.width
        assert rect.y >= 0 and rect.y + rect.height <= drawing.height


@pytest.mark.parametrize(
    "made", [procedures.notes, procedures.kepler, procedures.branches, procedures.growing_list]
)
def test_edges_run_from_left_to_right_and_touch_their_ends(made):
    drawing = layout(graph(made()), room=True)
    for edge, points in drawing.paths:
        assert all(a[0] <= b[0] for a, b in itertools.pairwise(points))
        if not isinstance(edge.target, Port):
            rect = drawing.nodes[edge.target]
            assert points[-1] == (rect.x, rect.y + rect.height / 2)


def test_edges_pass_between_nodes(tmp_path):
    root = of_text(wild(3), tmp_path)
    drawing = layout(root)
    for edge, points in drawing.paths:
        for (x, y), (to_x, to_y) in itertools.pairwise(points):
            if y != to_y:
                continue  # a curve, in the gap between two layers
            for node, rect in drawing.nodes.items():
                if node not in (edge.source, edge.target) and rect.y < y < rect.y + rect.height:
                    assert to_x <= rect.x or rect.x + rect.width <= x


def test_two_hundred_stages_take_a_moment(tmp_path):
    root = of_text(wild(1, 200), tmp_path)
    assert len(list(root.nodes())) > 200
    checked(root)


def test_the_same_graph_is_drawn_the_same_way():
    def f(a: float):
        return newton(a, 3) * math.sin(a)

    drawings = [layout(build(symdiff.stages(f).made)) for _ in range(2)]
    assert [list(d.nodes.values()) for d in drawings[:1]] == [
        list(d.nodes.values()) for d in drawings[1:]
    ]


def test_crossings_that_can_be_avoided_are():
    links = [(0, 0.0, 3, 0.0), (1, 0.0, 4, 0.0), (2, 0.0, 5, 0.0)]
    layers = ordered([[0, 1, 2], [5, 4, 3]], links)
    assert [layers[1].index(b) for a, _, b, _ in links] == [layers[0].index(a) for a, *_ in links]


def test_a_chain_is_level():
    tops = heights(
        [[0], [1], [2]], [10.0, 20.0, 10.0], lambda a, b: 5.0,
        [(0, 5.0, 1, 10.0, 1.0), (1, 10.0, 2, 5.0, 1.0)],
    )  # fmt: skip
    assert tops[0] + 5.0 == pytest.approx(tops[1] + 10.0) == pytest.approx(tops[2] + 5.0)
