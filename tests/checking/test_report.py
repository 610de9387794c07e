from symdiff.checking import Counterexample, Path, Report


def report(status, **more):
    return Report(status, "f", "f_grad", ("x", "y"), **more)


def test_a_report_is_true_when_the_code_was_found_right():
    truths = {status: bool(report(status)) for status in ("proved", "agrees", "wrong", "unknown")}
    assert truths == {"proved": True, "agrees": True, "wrong": False, "unknown": False}


def test_the_page_of_a_proof():
    paths = (Path(("x > 1",), "proved", "normal form", 3), Path((), "proved", "identical", 1))
    assert str(
        report("proved", paths=paths, points=4, digits=30, notes=("shown for n = 3",), seconds=0.51)
    ) == (
        "proved: f_grad, the derivative of f with respect to x, y\n"
        "  path 1: proved where x > 1  (normal form; 3 points)\n"
        "  path 2: proved everywhere  (identical; 1 point)\n"
        "  note: shown for n = 3\n"
        "  4 points compared, to at least 30 digits, in 0.5 s"
    )


def test_the_page_of_a_fault():
    example = Counterexample(
        "x = 1.0", "the derivative with respect to x", "2", "3", 7, "dx = 3", "dx is 3"
    )
    assert str(report("wrong", counterexample=example)) == (
        "wrong: f_grad, the derivative of f with respect to x, y\n"
        "at x = 1.0:\n"
        "  the derivative with respect to x\n"
        "    should be  2\n"
        "    is         3\n"
        "first line of the generated text at fault:\n"
        "     7 | dx = 3\n"
        "       | dx is 3"
    )


def test_many_paths_are_summed_up():
    paths = tuple(Path((f"x > {i}",), "proved" if i % 2 else "agrees", "", 1) for i in range(20))
    page = str(report("agrees", paths=paths))
    assert "path 8" in page and "path 9" not in page
    assert "and 12 more paths: 6 proved, 6 equal in numbers" in page
