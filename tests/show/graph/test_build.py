"""The dependency graph of procedures."""

from __future__ import annotations

import symdiff
from show import procedures
from symdiff.show import Stages
from symdiff.show.graph import Box, build
from symdiff.show.graph.flat import flat_edges
from symdiff.stages import INTEGER


def graph(procedure):
    inputs = [p.var for p in procedure.params if p.var.kind is not INTEGER]
    return build(Stages(procedure, inputs).made)


def graph_of(function, **at):
    return build(symdiff.stages(function, **at).made)


def edges(root):
    return [(e.source.name, e.target.name, e.again) for e in flat_edges(root)]


def test_the_notes_have_two_inputs_and_eight_stages():
    root = graph(procedures.notes())
    nodes = list(root.nodes())
    assert [n.kind for n in nodes] == ["input"] * 2 + ["stage"] * 8
    assert [n.name for n in nodes if n.mark] == ["x", "y"]
    assert [n.name for n in nodes if n.is_result] == ["f"]
    assert ("x", "g", False) in edges(root) and ("sigma_y", "g", False) in edges(root)
    assert len(edges(root)) == 12


def test_loops_are_boxes_whose_variables_go_round():
    root = graph(procedures.kepler())
    (loop,) = [item for item in root.items if isinstance(item, Box)]
    assert loop.kind == "loop" and loop.head == "while |step| > 1e-12:"
    assert [p.label for p in loop.inputs] == ["E", "e"]
    assert [(a.name, b.name) for a, b in loop.returns] == [("E", "E")]
    assert ("E", "t", True) in edges(root) and ("M", "t", False) in edges(root)
    assert [n.label for n in root.nodes() if n.is_result] == ["return E"]


def test_arms_of_a_branch_are_boxes_side_by_side():
    root = graph(procedures.branches())
    (branch,) = [item for item in root.items if isinstance(item, Box)]
    assert branch.kind == "branch" and [p.label for p in branch.outputs] == ["z"]
    assert [arm.head for arm in branch.items] == ["if x > 1:", "elif y > 1:", "else:"]
    assert [(a, b) for a, b, _ in edges(root) if b == "t" and a == "z"] == [("z", "t")] * 3


def test_edges_stay_within_their_box():
    for made in (procedures.kepler, procedures.branches, procedures.growing_list):
        for box in graph(made()).boxes():
            inside = {*box.inputs, *box.outputs}
            for item in box.items:
                inside |= {*item.inputs, *item.outputs} if isinstance(item, Box) else {item}
            assert all(e.source in inside and e.target in inside for e in box.edges)


def test_what_no_stage_reads_is_left_out():
    def f(x: float, n: int, unused: float):
        count = n * 2
        label = "a" + str(count)
        print(label)
        return x * count

    names = [n.name for n in graph_of(f).nodes()]
    assert "label" not in names and "unused" not in names and "count" in names


def newton(a: float, n: int):
    x = a
    for _ in range(n):
        x = 0.5 * (x + a / x)
    return x


def test_calls_are_boxes_with_what_they_do():
    def f(a: float, b: float):
        return newton(a, 3) * newton(b, 2)

    root = graph_of(f)
    calls = [box for box in root.boxes() if box.kind == "call"]
    assert [box.head for box in calls] == ["newton(a, 3)", "newton(b, 2)"]
    assert all([b.kind for b in call.boxes()] == ["call", "loop"] for call in calls)


def power(base: float, n: int):
    if n == 0:
        return 1.0
    return base * power(base, n - 1)


def test_recursive_calls_are_single_nodes():
    def f(x: float):
        return power(x, 3) + x

    (call,) = [n for n in graph_of(f).nodes() if n.kind == "call"]
    assert "power(x, 3)" in call.label


def test_values_stand_at_nodes():
    def f(x: float):
        y = x * x
        return y * x

    nodes = {n.name: n for n in graph_of(f, at=(3.0,)).nodes()}
    assert (nodes["x"].value, nodes["x"].adjoint) == ("3", "27")
    assert (nodes["y"].value, nodes["y"].adjoint) == ("9", "3")


def test_arms_in_which_nothing_happens_are_left_out():
    def f(x: float, y: float):
        z = x
        for _ in range(3):
            if z < y:
                z = z * y
            if z > 7:
                pass
            else:
                z = z + 1
        return z

    root = graph_of(f)
    heads = [box.head for box in root.boxes() if box.kind == "arm"]
    assert heads == ["if z < y:", "if not z > 7:"]
    assert [n.label for n in root.nodes()] == ["x", "y", "z = z·y", "z = z + 1", "return z"]
    assert ("x", "result", False) in edges(root) and ("z", "z", True) in edges(root)


def test_values_of_another_name_are_copied_in_their_arm():
    def f(x: float):
        if x > 0:
            y = x
        else:
            y = -x
            y = y * y
        return y * x

    labels = [n.label for n in graph_of(f).nodes()]
    assert "y = x" in labels and "y = y₁·y₁" in labels
