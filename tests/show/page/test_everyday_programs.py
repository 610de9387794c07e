"""The pages of everyday programs: what they compute is what the generated Python computes."""

from __future__ import annotations

import importlib
import json
import math
from importlib.resources import files

import pytest

from javascript import run
from symdiff.api import generated
from symdiff.errors import SymdiffError
from symdiff.show.page.describing import program
from symdiff.show.page.making import page
from symdiff.show.page.placing import PlacedRows
from symdiff.show.values import ones
from symdiff.write.javascript import runtime
from symdiff.write.javascript_expressions import NotInJavaScript

FILES = (
    "control", "everyday", "finance", "geodesy", "graphics", "numerics", "objects", "physics",
    "statistics",
)  # fmt: skip
CASES = [
    pytest.param(f, args, id=f"{name}-{f.__name__}")
    for name in FILES
    for f, args in importlib.import_module(f"programs.{name}").PROGRAMS
]
TAPE = files("symdiff.show.page").joinpath("tape.js").read_text(encoding="utf-8")


def flat(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [x for v in value for x in flat(v)]
    return [value]


def close(found, wanted):
    scale = max([1e-6, *(abs(w) for w in wanted)])
    return all(
        math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12 * scale)
        for a, b in zip(found, wanted, strict=True)
    )


@pytest.mark.parametrize(("function", "args"), CASES)
def test_page_of(function, args):
    try:
        made = generated(function, at=args)
    except SymdiffError:
        pytest.skip("has no gradient with respect to all parameters")
    text = page(made, args)
    assert text.startswith("<!DOCTYPE html>") and text.count("</script>") == 2
    flat_procedure, wrt = made.elementary()
    rows = PlacedRows(flat_procedure, wrt)
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    try:
        computing = program(made, flat_procedure, rows)
    except NotInJavaScript:
        assert not data["live"] and data["result"]
        return
    nodes = ["tape.input()" if param["differentiated"] else "0" for param in data["params"]]
    given = json.dumps([param["value"] for param in data["params"]])
    found = run(
        f"{runtime()}{TAPE} const program = (() => {{ {computing} }})();"
        f"const tape = new Tape(); const nodes = [{', '.join(nodes)}];"
        f"const [values, results] = program.record(tape, {given}, nodes);"
        "const { adjoints } = tape.backward(results.filter((n) => n));"
        "const gradient = nodes.filter((n) => n).map((n) => adjoints[n]);"
        f"return [values, gradient, program.gradient({given})];"
    )
    ones_too = {name: ones(function(*args)) for name in made.own_parameters}
    value, gradient = made.function(*args, **ones_too)
    assert close(flat(found[2]), flat([value, gradient]))
    assert close(flat(found[0]), flat(value))
    assert close(flat(found[1]), flat(gradient))
