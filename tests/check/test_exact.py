import ast

from check.running import Laboratory
from symdiff.check.exact import rewrite
from symdiff.check.number import number


def run(text, lab=None, **names):
    lab = lab or Laboratory()
    tree = rewrite(ast.parse(text), lab.world, "generated")
    names["__builtins__"] = lab.world.names
    exec(compile(tree, "<test>", "exec"), names)
    return names


def test_literals_and_quotients_are_exact():
    names = run(
        "a = 0.1 + 0.2 - 0.3\nb = 1 / 3 * 3 - 1\nc = 2 ** -2 * 4 - 1\nd = 1\nd /= 3\nd = d * 3 - 1"
    )
    assert all(number(names[n]).value == 0 for n in "abcd")


def test_integers_stay_integers():
    names = run("a = [1, 2, 3][2 ** 1]\nb = 7 // 2\nc = 2 ** 100")
    assert (names["a"], names["b"], names["c"]) == (3, 3, 2**100)


def test_annotations_and_decorators_are_not_evaluated():
    names = run(
        "@nowhere\ndef f(x: undefined = 1) -> undefined:\n    y: undefined = x\n    return y"
    )
    assert names["f"]() == 1


def test_the_arms_of_every_test_are_known_and_noted():
    lab = Laboratory()
    text = """def f(x):
    if x > 1:
        return x
    return -x if x < 0 else [t for t in (x,) if t]
"""
    f = run(text, lab)["f"]
    assert [(a.line, a.test) for a, _ in lab.world.arms] == [(2, "x > 1"), (4, "x < 0"), (4, "t")]
    f(*lab.inputs(0.5))
    assert {(a.line, a.outcome) for a in lab.run.taken.values()} == {
        (2, False),
        (4, False),
        (4, True),
    }
    assert all(a.depends for pair in lab.world.arms for a in pair)


def test_an_arm_that_needs_two_values_to_be_equal_is_told_from_others():
    lab = Laboratory()
    f = run("def f(x):\n    return 1 / x if x else 0.0\n", lab)["f"]
    f(*lab.inputs(0.5))
    ((_, zero),) = lab.world.arms
    assert zero.only_ties
    g = run("def g(x):\n    return 1 / x if x > 0 else 0.0\n", lab)["g"]
    g(*lab.inputs(0.5))
    assert not lab.world.arms[1][1].only_ties


def test_rounded_constants_are_remembered():
    lab = Laboratory()
    run("a = 0.1234567890123456\nb = 0.5\nc = 3.141592653589793", lab)
    assert lab.world.rounded["generated"] == {"0.1234567890123456"}


def test_fields_of_dataclasses_survive():
    text = """
from dataclasses import dataclass
@dataclass
class P:
    x: float
    y: float = 0.5
p = P(1)
"""
    assert run(text)["p"].y == number(0.5)
