"""Many directions through one forward sweep: each column is what one direction alone gives."""

from __future__ import annotations

import numpy as np
import pytest

import test_random_programs as random_programs
from strategies import program_of_seed
from support import op, run
from symdiff.compiled.vector.mode import along_many
from symdiff.differentiate.pushforward import pushforward
from symdiff.differentiate.together import NotTogether
from symdiff.generate import Selection, find
from symdiff.generate.results import structures_of
from symdiff.simplify import simplify
from symdiff.stages import (
    INTEGER,
    REAL,
    ArrayOf,
    Carried,
    Loop,
    Param,
    Procedure,
    Stage,
    Var,
    verify,
)  # fmt: skip
from symdiff.write import write

VECTOR = ArrayOf(REAL, (3,))


def leaves(value):
    if isinstance(value, tuple):
        return [leaf for part in value for leaf in leaves(part)]
    return [] if value is None else [value]


def columns(function, args, dots):
    """The tangents along one direction after the other."""
    each = [leaves(function(*args, *(d[..., k] for d in dots))) for k in range(dots[0].shape[-1])]
    return [np.stack(column, -1) for column in zip(*each, strict=True)]


def wide(seed):
    """The tangents of a random program in many directions, what it is to give, and its text."""
    program = program_of_seed(seed)
    if not random_programs.has_derivative(program):
        return None
    function = random_programs.function_of(program)
    reals = tuple(i for i, a in enumerate(program.args) if isinstance(a, float))
    made = find(function, Selection(reals), "jvp", program.args, {})
    structures = structures_of(made.reading, made.chosen)
    alone = pushforward(made.reading.procedure, structures, made.chosen, with_value=False)
    own = {p.name for p in alone.params} - {p.name for p in made.reading.procedure.params}
    try:
        together = verify(along_many(alone, own))
    except NotTogether:
        return None
    dots = np.random.default_rng(seed).normal(size=(len(reals), 3))
    want = columns(lambda *a: made.function(*a)[1], program.args, dots)
    found = []
    for each in (together, verify(simplify(together))):
        text = write(each, live=True)
        names = dict(function.__globals__)
        exec(text.text, names)
        found.append(leaves(names[text.name](*program.args, *dots)))
    return found, want


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_random_programs_have_the_same_tangents_in_many_directions():
    made = [each for each in map(wide, range(80)) if each is not None]
    assert len(made) > 30
    for found, want in made:
        for got in found:
            assert len(got) == len(want)
            for g, w in zip(got, want, strict=True):
                np.testing.assert_allclose(np.broadcast_to(g, w.shape), w, rtol=1e-9, atol=1e-9)


def pushed(body, result):
    """A procedure that is linear in the vector and the number that it is given."""
    params = [Param("v", V), Param("s", S)]
    return Procedure("f", params, body, result)


V, S = Var("v", VECTOR), Var("s", REAL)


def is_right(procedure):
    verify(procedure)
    rng = np.random.default_rng(2)
    dots = [rng.normal(size=(3, 4)), rng.normal(size=4)]
    want = columns(lambda *a: run(procedure, *a), (), dots)
    together = verify(along_many(procedure, ("v", "s")))
    names = {}
    exec(write(together).text, names)
    for got in (run(together, *dots), names["f"](*dots)):
        for g, w in zip(leaves(got), want, strict=True):
            np.testing.assert_allclose(g, w)


def test_two_versions_that_are_made_of_one_array_stay_apart():
    a, b = Var("a", VECTOR), Var("b", VECTOR)
    first = Stage(a, op("setitem", V, 0, S))
    second = Stage(b, op("setitem", V, 1, S))
    is_right(pushed([first, second], op("tuple", a, b)))


def test_a_version_that_is_read_later_stays():
    a, b, c = (Var(name, VECTOR) for name in "abc")
    x = Var("x")
    body = [
        Stage(a, op("setitem", V, 0, S)),
        Stage(b, op("setitem", a, 1, S)),
        Stage(x, op("getitem", a, 1)),
        Stage(c, op("setitem", b, 2, x)),
    ]
    is_right(pushed(body, op("tuple", a, c)))


def test_carried_numbers_that_change_places_stay_apart():
    x, y, z = Var("x"), Var("y"), Var("z")
    body = [Stage(z, op("add", x, y))]
    first = Var("first")
    carried = [Carried(x, S, y), Carried(y, first, z)]
    loop = Loop(carried, body, target=Var("i", INTEGER), iterable=op("range", 5))
    is_right(pushed([Stage(first, op("mul", S, 2.0)), loop], op("tuple", x, y)))


def test_one_number_in_two_rows():
    x, y, z, first = Var("x"), Var("y"), Var("z"), Var("first")
    body = [Stage(z, op("add", x, op("mul", y, 3.0)))]
    carried = [Carried(x, S, z), Carried(y, first, z)]
    loop = Loop(carried, body, target=Var("i", INTEGER), iterable=op("range", 3))
    is_right(pushed([Stage(first, op("getitem", V, 1)), loop], op("tuple", x, y)))
