"""The graph as SVG, DOT and Mermaid."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

import symdiff
from show import procedures
from show.graph.test_build import graph
from symdiff.show.graph import dot, mermaid, svg
from symdiff.stages import Apply, Global, Stage, Var

SVG = "{http://www.w3.org/2000/svg}"


def hostile():
    x, y = Var("x"), Var("y")
    name = '"]; </text><script>alert(1)</script> <b> & `q` -->'
    body = [Stage(y, Apply("mul", (x, Global(name))))]
    return graph(procedures.procedure("f", [x], body, y))


def groups(root, kind):
    return [g for g in root.iter(f"{SVG}g") if kind in g.get("class", "").split()]


def test_nodes_can_be_found_by_the_numbers_of_their_stages():
    root = ET.fromstring(svg(graph(procedures.notes())))
    assert [g.get("data-stage") for g in groups(root, "stage")] == list("12345678")
    assert [g.get("data-input") for g in groups(root, "input")] == ["x", "y"]
    assert [g.get("data-stage") for g in groups(root, "result")] == ["8"]
    assert [g.get("data-input") for g in groups(root, "fork")] == ["x", "y"]
    ends = {(p.get("data-from"), p.get("data-to")) for p in root.iter(f"{SVG}path")}
    assert {("x", "2"), ("1", "2"), ("7", "8")} <= ends


def test_values_and_adjoints_have_classes_of_their_own():
    def f(x: float):
        return x * x * x

    root = ET.fromstring(symdiff.stages(f, at=(2.0,)).graph("svg"))
    told = {k: [t.text for t in root.iter(f"{SVG}text") if t.get("class") == k]
            for k in ("value", "adjoint")}  # fmt: skip
    assert told == {"value": ["2", "4", "8"], "adjoint": ["12", "2", "1"]}


def test_there_is_room_for_values_that_come_later():
    root = ET.fromstring(svg(graph(procedures.notes()), room=True, standalone=False))
    assert len([t for t in root.iter(f"{SVG}text") if t.get("class") == "value"]) == 10
    assert not list(root.iter(f"{SVG}style"))


def test_light_and_dark_are_in_the_style():
    text = svg(graph(procedures.notes()))
    assert "prefers-color-scheme: dark" in text and "http://www.w3.org/2000/svg" in text
    assert not re.search(r"(href|src|url)\s*[=(]", text)


def test_text_of_the_users_is_text():
    text = svg(hostile())
    assert "<script" not in text
    (label,) = [t.text for t in ET.fromstring(text).iter(f"{SVG}text") if t.get("class") == "label"
                and "script" in t.text]  # fmt: skip
    assert "</text><script>" in label
    chart = mermaid(hostile())
    assert not re.search(r'"[^"\n]*[<>`][^"\n]*"', chart) and chart.count('"') % 2 == 0
    quoted = re.sub(r'\\"', "", dot(hostile()))
    assert quoted.count('"') % 2 == 0 and '\\"]; <' in dot(hostile())


def test_dot_has_clusters_and_dashed_edges_for_loops():
    text = dot(graph(procedures.kepler()), "kepler")
    assert text.startswith('digraph "kepler" {') and text.count("{") == text.count("}")
    assert 'subgraph cluster_1 {\n    label="while |step| > 1e-12:"' in text
    assert "v_E -> v_t [style=dashed, constraint=false];" in text
    assert "v_M -> v_t;" in text


def test_mermaid_has_subgraphs():
    text = mermaid(graph(procedures.branches()))
    assert text.startswith("flowchart LR\n")
    assert text.count("subgraph") == text.count("\n  end") + text.count("\n    end") == 4
    assert 'v_x["x"]:::forkinput' in text and "v_x --> v_z" in text


@pytest.mark.parametrize("kind", ["dot", "mmd", "svg"])
def test_values_are_in_every_format(kind):
    def f(x: float):
        return x * x

    text = symdiff.stages(f, at=(3.0,)).graph(kind)
    assert ">9<" in text and ">6<" in text


def test_unknown_formats_are_refused():
    def f(x: float):
        return x * x

    with pytest.raises(ValueError, match="no graph in the format 'png'"):
        symdiff.stages(f).graph("png")
