import ast

from checking.running import Laboratory
from symdiff.checking.exact import rewrite
from symdiff.checking.number import number


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
    assert {(a.line, a.outcome) for a, _ in lab.run.missed.values()} == {
        (2, True),
        (4, True),
        (4, False),
    }


def test_an_arm_that_needs_two_values_to_be_equal_is_told_from_others():
    for test, narrow in (("x", True), ("x > 0", False), ("x != 0 and x != 1", True)):
        lab = Laboratory()
        f = run(f"def f(x):\n    return 1 / x if {test} else 0.0\n", lab)["f"]
        f(*lab.inputs(0.5))
        ((_, zero),) = lab.world.arms
        assert (id(zero) in lab.run.narrow) is narrow


def test_an_earlier_comparison_is_remembered_by_its_outcome():
    lab = Laboratory()
    f = run("def f(x):\n    flags = [x > 1]\n    return 1.0 if flags.pop() else x\n", lab)["f"]
    f(*lab.inputs(0.5))
    ((_, decisions),) = lab.run.missed.values()
    assert [(d.relation, d.truth) for d in decisions] == [(">", False)]


def test_what_comes_after_a_tie_is_not_typical():
    lab = Laboratory()
    f = run("def f(x):\n    if x >= 1:\n        return x if x < 3 else 0.0\n", lab)["f"]
    f(*lab.inputs(1.0))
    assert not lab.run.taken and not lab.run.missed


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
