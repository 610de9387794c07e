"""What is not followed in exact numbers is compared with differences."""

import numpy as np
import pytest

import symdiff

A = np.array([[2.0, 0.3], [0.3, 1.0]])


def spectrum(A):
    w, V = np.linalg.eigh(A + A.T)
    return np.sum(w**2 * np.array([1.0, 3.0])) + V[0, 0] ** 2


def signal(x):
    return np.sum(np.abs(np.fft.fft(x)[1:3]) ** 2)


@pytest.mark.parametrize("f, x", [(spectrum, A), (signal, np.array([0.3, 1.0, -0.4, 0.2, 0.9]))])
def test_it_agrees_with_differences(f, x):
    report = symdiff.check(f, at=(x,))
    assert report and report.status == "agrees" and report.method == "differences"
    assert report.digits >= 7
    assert "compared with differences" in str(report)


@pytest.mark.parametrize("old, new", [("dw = ", "dw = 1.01 * "), ("value, (dA", "2 * value, (dA")])
def test_wrong_derivatives_and_values_are_found(old, new):
    text = symdiff.source(spectrum, at=(A,))
    assert old in text
    report = symdiff.check(spectrum, at=(A,), source=text.replace(old, new))
    assert report.status == "wrong" and report.method == "differences"
    assert "by differences" in str(report)


def test_a_gradient_that_is_not_finite_is_wrong():
    text = symdiff.source(spectrum, at=(A,))
    report = symdiff.check(spectrum, at=(A,), source=text.replace("dw = ", "dw = np.nan * "))
    assert report.status == "wrong"


def test_text_that_fails_is_wrong_and_its_line_is_named():
    text = symdiff.source(spectrum, at=(A,)).replace("dw = ", "dw = undefined + ")
    report = symdiff.check(spectrum, at=(A,), source=text)
    assert report.status == "wrong"
    assert "undefined" in text.splitlines()[report.counterexample.line - 1]


def test_at_a_kink_differences_tell_nothing():
    def f(x):
        return np.sum(np.abs(np.fft.fft(x).real))

    report = symdiff.check(f, at=(np.zeros(3),))
    assert report.status == "unknown", str(report)


def test_large_arrays_are_compared_with_differences():
    x = np.linspace(0.1, 1.0, 3000)

    def f(x):
        for _ in range(30):
            x = np.sin(x) + x * x * 0.1
        return np.sum(x)

    report = symdiff.check(f, at=(x,), seconds=3.0)
    assert report and report.seconds < 15
    assert report.method == "differences"


def test_a_function_in_a_file_is_not_run(tmp_path):
    from symdiff.read.static import load

    file = tmp_path / "model.py"
    file.write_text(
        "import numpy as np\nopen('ran', 'w')\n"
        "def f(a):\n    w = np.linalg.eigvalsh(a)\n    return np.sum(w ** 3)\n"
    )
    report = symdiff.check(load(f"{file}:f"), at=([[2.0, 0.5], [0.5, 1.0]],))
    assert report and report.method == "differences"
    assert not (tmp_path / "ran").exists()
