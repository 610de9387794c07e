"""The check must be able to fail: each operator of right derivative code is spoilt in turn."""

import re

import pytest

from checking.corpus import PAIRS
from symdiff.checking import FromCallable, check

FLIPPED = {"*": "/", "/": "*", "+": "-", "-": "+"}
OPERATOR = re.compile(r"(?<=[\w)\]] )[*+/-](?= [\w(])")
# Left out are programs in which some flipped operators do not matter: factors that are 1 or -1,
# adjoints that are zero, tests that come out alike, and recomputed primals.
WHOLLY_SENSITIVE = {"notes", "branches", "reassigned", "two_results", "powers", "nested"}
WHOLLY_SENSITIVE |= {"logistic_map", "overwritten"}


def spoilt():
    for f, text, args, _ in PAIRS:
        if f.__name__ in WHOLLY_SENSITIVE:
            for spot in OPERATOR.finditer(text, text.index("# backward")):
                i = spot.start()
                line = text[:i].count("\n") + 1
                name = f"{f.__name__}-{line}-{i}"
                changed = text[:i] + FLIPPED[text[i]] + text[i + 1 :]
                yield pytest.param(f, changed, args, line, id=name)


@pytest.mark.parametrize("f, text, args, line", list(spoilt()))
def test_every_spoilt_operator_is_found_and_its_line_is_named(f, text, args, line):
    report = check(FromCallable(f), text, at=args, seconds=5)
    assert not report and report.status == "wrong", str(report)
    assert report.counterexample.line == line, str(report)
    assert text.splitlines()[line - 1].strip() in str(report)


def test_code_that_is_right_in_another_way_is_right():
    """The adjoint of d1 in the formula of Black and Scholes is identically zero."""
    f, text, args, _ = next(p for p in PAIRS if p[0].__name__ == "black_scholes_call")
    assert check(FromCallable(f), text.replace("dq = da / q", "dq = da * q"), at=args)
