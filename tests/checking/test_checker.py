import math
from textwrap import dedent

import pytest

import symdiff
from checking.corpus import PAIRS, branches, notes, power, two_results
from symdiff.checking import FromCallable, FromFile, FromText, check
from symdiff.stages import INTEGER, REAL

TEXT = {f: text for f, text, *_ in PAIRS}


def compare(texts, **options):
    """Check two functions against each other that stand one under the other: f and f_grad."""
    source, generated = dedent(texts).split("\n\n")
    return check(FromText(source, "f"), "import math\n" + generated, "f_grad", **options)


@pytest.mark.parametrize(
    "f, text, args, proved", PAIRS, ids=lambda case: getattr(case, "__name__", None)
)
def test_right_derivatives_check_out(f, text, args, proved):
    report = check(FromCallable(f), text, at=args)
    assert report.status == ("proved" if proved else "agrees"), str(report)
    assert report.wrt and report.points and str(report)


STRAIGHT = [f for f, _, args, proved in PAIRS if proved and all(isinstance(a, float) for a in args)]


@pytest.mark.parametrize("f", STRAIGHT, ids=lambda f: f.__name__)
def test_no_example_is_needed_for_real_parameters(f):
    assert check(FromCallable(f), TEXT[f]).status == "proved"


def test_integers_are_tried_when_they_are_not_given():
    report = check(FromCallable(power), TEXT[power], kinds={"base": REAL, "n": INTEGER})
    assert report.status == "proved" and len(report.paths) > 3
    assert "shown for n = 0 to 5" in str(report)


# --- paths ----------------------------------------------------------------------------------------


def test_an_arm_that_the_point_does_not_take_is_checked_too():
    spoilt = TEXT[branches].replace("dy = dz * x\n", "dy = dz / x\n")
    assert check(FromCallable(branches), spoilt, at=(0.4, 1.1)).status == "wrong"


@pytest.mark.parametrize("slope, status", [(1.0, "proved"), (2.0, "wrong")])
def test_a_narrow_arm_is_found(slope, status):
    report = compare(f"""
        def f(x, y):
            if x * y > 7.123 and x * y < 7.1231:
                return x
            return x * x

        def f_grad(x, y):
            if x * y > 7.123 and x * y < 7.1231:
                return x, ({slope}, 0.0)
            return x * x, (2 * x, 0.0)
    """)
    assert report.status == status


def test_an_arm_that_cannot_be_taken_does_not_stand_in_the_way():
    report = compare("""
        import math
        def f(x):
            return math.sqrt(x)

        def f_grad(x):
            s = math.sqrt(x)
            return s, 0.5 / s if s > 0 else math.inf
    """)
    assert report.status == "proved"


def test_an_arm_that_no_point_reaches_prevents_a_proof():
    report = compare("""
        import math
        def f(x):
            return x * 3.0 if math.sin(x) > 1.5 else x * x

        def f_grad(x):
            return (x * 3.0, 9.0) if math.sin(x) > 1.5 else (x * x, 2 * x)
    """)
    assert report.status == "agrees"
    assert "no point was found where 'math.sin(x) > 1.5' is true" in str(report)


def test_a_kink_is_no_error():
    report = compare(
        """
        def f(x):
            return abs(x)

        def f_grad(x):
            return abs(x), (math.copysign(1.0, x) if x else 0.0)
    """,
        at=(0.0,),
    )
    assert report.status == "proved"


def test_loops_that_never_end_at_some_points():
    report = compare(
        """
        def f(x):
            z = 0.0
            while not z > 5:
                z = z * 1.5 + x
            return z

        def f_grad(x):
            z = 0.0
            n = 0
            while not z > 5:
                z = z * 1.5 + x
                n += 1
            dz = 1.0
            dx = 0.0
            while n:
                dx += dz
                dz *= 1.5
                n -= 1
            return z, dx
    """,
        at=(0.7,),
    )
    assert report, str(report)


def test_an_iteration_to_a_fixed_point_ends_as_it_does_for_floats():
    report = compare(
        """
        def f(a):
            x = 1.0
            old = 0.0
            while x != old:
                old = x
                x = x - 0.3 * (x - a)
            return x

        def f_grad(a):
            x = 1.0
            dx = 0.0
            old = 0.0
            while x != old:
                old = x
                x = x - 0.3 * (x - a)
                dx = 0.7 * dx + 0.3
            return x, dx
    """,
        at=(0.7,),
    )
    assert report.status == "agrees", str(report)


def test_expressions_that_swell_are_compared_in_numbers():
    report = compare(
        """
        import math
        def f(x, n):
            for _ in range(n):
                x = math.sin(x) * x + x
            return x

        def f_grad(x, n):
            dx = 1.0
            for _ in range(n):
                dx *= math.cos(x) * x + math.sin(x) + 1
                x = math.sin(x) * x + x
            return x, dx
    """,
        at=(0.5, 25),
    )
    assert report.status == "agrees" and report.digits >= 30


SINC = """
    import math
    def f(x):
        return 1.0 if x == 0 else math.sin(x) / x

    def f_grad(x):
        if x == 0:
            return 1.0, {at_zero}
        s = math.sin(x) / x
        return s, (math.cos(x) - s) / x
"""
SQUARE_OF_KINK = """
    def f(x):
        return abs(x) ** 2

    def f_grad(x):
        return abs(x) ** 2, {slope}
"""


@pytest.mark.parametrize(
    "texts, status",
    [
        (SINC.format(at_zero="0.0"), "proved"),
        (SINC.format(at_zero="1.0"), "wrong"),
        (SQUARE_OF_KINK.format(slope="2 * x"), "proved"),
        (SQUARE_OF_KINK.format(slope="2 * x if x else 1.0"), "wrong"),
    ],
)
def test_at_a_smooth_point_there_is_no_freedom_of_convention(texts, status):
    assert compare(texts, at=(0.0,)).status == status


def test_a_difference_that_vanishes_with_more_digits_is_none():
    report = compare(
        """
        import math
        def f(x):
            return math.expm1(-x)

        def f_grad(x):
            value = math.expm1(-x)
            return value, -(value + 1)
    """,
        at=(300.0,),
    )
    assert report.status == "proved"


# --- results --------------------------------------------------------------------------------------

SQUARE = FromText("def f(x):\n    return x * x\n", "f")


def test_the_value_is_checked():
    report = check(SQUARE, "def f_grad(x):\n    return 2 * x, 2 * x\n")
    assert report.status == "wrong"
    assert report.counterexample.claim == "the value"


@pytest.mark.parametrize(
    "result",
    [
        "x * x, [2 * x, 0]",
        "2 * x",
        "x * x, None",
        "x * x, 2 * y",
        "x * x, 2 * x * (x / abs(x)) ** 2",
        "x * x, 2 * x * 1e308 * 1e308 * 1e308 / 1e308 / 1e308 / 1e308",
    ],
)
def test_results_of_another_shape_and_exceptions_are_wrong(result):
    for point in (0.0, 2.0):
        report = check(SQUARE, f"def f_grad(x):\n    return {result}\n", at=(point,))
        assert report.status == "wrong", str(report)
        assert report.counterexample.got


@pytest.mark.parametrize(
    "text, name", [("def f_grad(x:\n", "f_grad"), ("x = 1\n", None), ("def g(): pass\n", "f_grad")]
)
def test_a_text_without_the_function_is_unknown(text, name):
    report = check(SQUARE, text, name)
    assert report.status == "unknown" and not report
    assert report.reason in str(report)


def test_a_function_that_cannot_be_run_is_unknown():
    original = FromText("def f(x):\n    return x.read()\n", "f")
    report = check(original, "def f_grad(x):\n    return x, 1.0\n")
    assert report.status == "unknown" and "AttributeError" in report.reason


PRODUCT = FromText("def f(x, y, z):\n    return x * y * z\n", "f")


@pytest.mark.parametrize(
    "derivative, options, status",
    [
        ("x * z", {"wrt": ["y"]}, "proved"),
        ("(x * z,)", {"wrt": [1]}, "proved"),
        ("(x * y, y * z)", {"wrt": ["z", 0]}, "proved"),
        ("(y * z, x * y)", {"wrt": ["z", 0]}, "wrong"),
        ("(x * z,)", {"wrt": [1], "single": True}, "wrong"),
        ("x * z", {"wrt": [1], "single": False}, "wrong"),
    ],
)
def test_one_derivative_and_some_of_them(derivative, options, status):
    text = f"def d(x, y, z):\n    return x * y * z, {derivative}\n"
    assert check(PRODUCT, text, **options).status == status


@pytest.mark.parametrize("wrt, derivative", [(["xs", "xs"], "(x[1], x[0])"), (["xs"], "x[1]")])
def test_items_of_variable_arguments_count_one_by_one(wrt, derivative):
    product = FromText("def f(*xs):\n    return xs[0] * xs[1]\n", "f")
    text = f"def d(*x):\n    return x[0] * x[1], {derivative}\n"
    report = check(product, text, wrt=wrt, at=(2.0, 3.0))
    assert report.status == "proved"
    assert report.wrt == ("xs[0]", "xs[1]")[: len(wrt)]


def test_the_order_of_results_matters_to_a_pullback():
    swapped = TEXT[two_results].replace("dx, dy = dout", "dy, dx = dout")
    assert check(FromCallable(two_results), swapped).status == "wrong"


# --- where functions come from --------------------------------------------------------------------


def test_a_file_is_checked_without_running_it(tmp_path):
    file = tmp_path / "model.py"
    file.write_text("raise SystemExit\nK = 2.0\ndef f(x):\n    return (K * x) ** 3\n")
    text = "K = 2.0\ndef f_grad(x):\n    return (K * x) ** 3, 3 * K * (K * x) ** 2\n"
    assert check(FromFile(file, "f"), text).status == "proved"
    assert check(FromFile(file, "g"), text).status == "unknown"


def test_live_values_that_the_text_refers_to():
    factor = 0.1

    def f(x):
        return factor * x * 3

    text = "def f_grad(x):\n    return factor * x * 3, factor * 3\n"
    assert check(FromCallable(f), text, names={"factor": factor}).status == "proved"


def test_printing_is_silenced_and_constants_are_exact(capsys):
    def f(x):
        print("at", x)
        return x * 0.1 + math.pi / 3 * x

    text = "import math\ndef f_grad(x):\n    d = 0.1 + math.pi / 3\n    return x * d, d\n"
    assert check(FromCallable(f), text).status == "proved"
    assert capsys.readouterr().out == ""


def test_the_same_report_every_time():
    spoilt = TEXT[notes].replace("dk * k * k", "dk * k")
    reports = [check(FromCallable(notes), spoilt) for _ in range(2)]
    assert reports[0].counterexample == reports[1].counterexample


def test_what_the_integers_given_leave_out_is_tried_with_others():
    report = compare(
        """
        def f(x, n):
            for _ in range(n):
                x = x * x
            return x if n < 3 else -x

        def f_grad(x, n):
            dx = 1.0
            for _ in range(n):
                dx = dx / 2 * x
                x = x * x
            return (x, dx) if n < 3 else (-x, -dx)
    """,
        at=(1.5, 0),
    )
    assert report.status == "wrong" and "n = " in report.counterexample.point


def test_star_arguments_need_an_example():
    def horner(x, *coefficients):
        r = 0.0
        for c in coefficients:
            r = r * x + c
        return r

    report = symdiff.check(horner)
    assert report.status == "unknown" and "how many 'coefficients'" in report.reason
    assert symdiff.check(horner, (0.5, 1.0, 2.0)).status == "proved"
