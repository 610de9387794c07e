"""The command line: what is printed where, and the exit status."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time

import pytest

from symdiff.cli import main

MODEL = """\
import math


class Spring:
    def energy(x, k=2.0):
        return 0.5 * k * x * x


def f(x, y):
    return x * math.sin(y)


def g(x, n):
    for _ in range(n):
        x = x * math.cos(x)
    return x
"""


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


def run(*args, **more):
    return subprocess.run(
        [sys.executable, "-m", "symdiff", *args], capture_output=True, text=True, timeout=60, **more
    )


def test_grad_prints_a_module_that_runs(model, capsys):
    assert main(["grad", "model.py:f"]) == 0
    names = {}
    exec(capsys.readouterr().out, names)
    value, (dx, dy) = names["f_grad"](2.0, 0.5)
    assert value == pytest.approx(0.958851077208406)
    assert dx == pytest.approx(0.479425538604203) and dy == pytest.approx(1.7551651237807455)


@pytest.mark.parametrize("wrt", ["y", "1", "-1"])
def test_inputs_are_chosen_by_name_or_position(model, capsys, wrt):
    assert main(["grad", "model.py:f", "--wrt", wrt]) == 0
    names = {}
    exec(capsys.readouterr().out, names)
    assert names["f_grad"](2.0, 0.5)[1] == pytest.approx((1.7551651237807455,))


def test_mode_pullback_takes_a_cotangent(model, capsys):
    assert main(["grad", "model.py:f", "--mode", "pullback"]) == 0
    names = {}
    exec(capsys.readouterr().out, names)
    assert names["f_pullback"](2.0, 0.5, 10.0)[1][0] == pytest.approx(4.79425538604203)


def test_output_goes_to_a_file(model, capsys):
    assert main(["grad", "model.py:f", "-o", "made.py"]) == 0
    assert capsys.readouterr().out == ""
    ast.parse((model / "made.py").read_text())


def test_a_file_that_cannot_be_written_is_said_to_be(model, capsys):
    assert main(["grad", "model.py:f", "-o", "nowhere/made.py"]) == 2
    assert "symdiff: BadTarget: nowhere/made.py: cannot be written" in capsys.readouterr().err


def test_an_error_leaves_an_existing_output_alone(model):
    (model / "made.py").write_text("precious\n")
    assert main(["grad", "model.py:nothing", "-o", "made.py"]) == 2
    assert (model / "made.py").read_text() == "precious\n"


def test_table_has_two_columns(model, capsys):
    assert main(["table", "model.py:f"]) == 0
    out = capsys.readouterr().out
    assert "forward" in out and "backward" in out and "sin(y)" in out


def test_check_of_a_proved_gradient_succeeds(model, capsys):
    assert main(["check", "model.py:f"]) == 0
    assert "proved" in capsys.readouterr().out


def test_check_of_numbers_only_says_so_and_fails(model, capsys):
    status = main(["check", "model.py:g", "--at", "x=0.5, n=40"])
    printed = capsys.readouterr()
    if status:
        assert status == 1 and "agrees" in printed.out and "not proved" in printed.err
    else:
        assert "proved" in printed.out


@pytest.mark.parametrize("at", ["2.0, 0.5", "x=2.0, y=0.5", "2.0, y=-0.5", "-2.0,0.5", "3,4"])
def test_a_point_is_given_as_arguments_are(model, at):
    assert main(["check", "model.py:f", "--at", at]) == 0


@pytest.mark.parametrize("at", ["x=", "open('x')", "3)(", "x=y"])
def test_a_point_that_is_none_is_refused(model, at, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["check", "model.py:f", "--at", at])
    assert stopped.value.code == 2 and "not arguments such as" in capsys.readouterr().err


def test_methods_modules_and_standard_input_are_targets(model):
    assert "def energy_grad(x" in run("grad", "model.py:Spring.energy").stdout
    assert "def f_grad(x, y)" in run("grad", "model:f").stdout
    assert "def f_grad(x, y)" in run("grad", "-:f", input=MODEL).stdout
    assert "def g_grad(x, n)" in run("grad", "-", input=MODEL).stdout, "the last function"


BAD = {
    "no file": ("nowhere.py:f", "BadTarget", "nowhere.py"),
    "no function": ("model.py:h", "BadTarget", "'h'"),
    "no function named": ("model.py", "BadTarget", "model.py"),
    "no module": ("no_such_module:f", "BadTarget", "no_such_module"),
    "a directory": (".:f", "BadTarget", "."),
}


@pytest.mark.parametrize("target, name, fragment", BAD.values(), ids=BAD)
def test_bad_targets_get_one_clear_message(model, capsys, target, name, fragment):
    assert main(["grad", target]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.startswith(f"symdiff: {name}: ")
    assert fragment in printed.err


def test_a_file_that_is_not_text_is_a_bad_target(model, capsys):
    (model / "data.py").write_bytes(b"\xff\xfe\x00\x01" * 10)
    assert main(["grad", "data.py:f"]) == 2
    assert "symdiff: " in capsys.readouterr().err


def test_inputs_that_are_not_there_are_refused(model, capsys):
    assert main(["grad", "model.py:f", "--wrt", "z"]) == 2
    assert "z" in capsys.readouterr().err


def test_all_offences_are_shown_each_with_its_line(model, capsys):
    (model / "bad.py").write_text("def f(x):\n    import os\n    global y\n    return os.nice(x)\n")
    assert main(["grad", "bad.py:f"]) == 2
    printed = capsys.readouterr().err
    assert "symdiff: UnsupportedSyntax: bad.py:2:5" in printed
    assert "symdiff: UnsupportedSyntax: bad.py:3:5" in printed
    assert "^^^" in printed and "\x1b" not in printed and "Traceback" not in printed


def test_colour_only_where_the_terminal_wants_it(model, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert main(["grad", "model.py:h"]) == 2
    assert "\x1b[1;31mBadTarget" in capsys.readouterr().err
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["grad", "model.py:h"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_generated_code_in_a_pipe_is_utf_8(model):
    (model / "greek.py").write_text("def f(µ):\n    return µ * µ\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "symdiff", "grad", "greek.py:f"],
        capture_output=True, timeout=60, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "μ" in done.stdout.decode("utf-8")


def test_a_closed_pipe_is_no_error(model):
    command = f"{sys.executable} -m symdiff grad model.py:f | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""


def test_help_and_version_are_quick(model):
    start = time.perf_counter()
    done = run("--help")
    elapsed = time.perf_counter() - start
    assert done.returncode == 0 and "grad" in done.stdout and "examples:" in done.stdout
    assert elapsed < 2, "a busy machine is allowed for: 0.1 s is usual"
    assert run("--version").stdout.startswith("symdiff 0.")


def test_without_a_verb_the_usage_is_shown(model):
    done = run()
    assert done.returncode == 2 and "usage: symdiff" in done.stderr


def test_heavy_modules_are_not_imported_at_start():
    code = "import sys, symdiff, symdiff.cli; print({'sympy', 'numpy', 'astor'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr


def test_what_is_not_differentiated_is_noted_on_standard_error(model, capsys):
    (model / "shop.py").write_text("def f(p, x):\n    return sum(v * x for v in p.values())\n")
    assert main(["grad", "shop.py:f"]) == 0
    printed = capsys.readouterr()
    assert "note: 'p' is taken for an object" in printed.err and "note" not in printed.out
    assert main(["grad", "shop.py:f", "--at", "{'a': 1.0}, 2.0"]) == 0
    printed = capsys.readouterr()
    assert printed.err == "" and "with respect to (p, x)" in printed.out


MESSAGES = {
    "def f(x):\n    return T(x) + 1\n": "an object of class 'T' can't be used as a number",
    "def f(x):\n    return T\n": "the result is the class 'T'",
    "def f(x):\n    return math.sin\n": "the result is the function 'math.sin'",
    "def f(g, x):\n    return g(x)\n": "which function 'g' is must be known",
    "def f(x):\n    return (x, x) if x > 0 else x\n": "",
    "def f(x):\n    import os\n    return os.nice(x)\n": "'import' is not supported",
    "def f(x):\n    return hash(x).real\n": "hash() has no derivative rule",
    "def f(x: float):\n    return x[0]\n": "a number can't be indexed",
    "def f(x: float):\n    return sum(y for y in x)\n": "a number can't be iterated over",
    "def f(x: float):\n    y, z = x\n    return y\n": "a number can't be unpacked",
    "def f(n: int):\n    return n\n": "n is taken for an integer",
}


@pytest.mark.parametrize("text, message", MESSAGES.items())
def test_messages_are_about_the_users_program_and_come_once(model, capsys, text, message):
    head = "import math\nclass T:\n    def __init__(self, v):\n        self.v = v\n"
    (model / "bad.py").write_text(head + text)
    assert main(["grad", "bad.py:f"]) == 2
    printed = capsys.readouterr().err
    assert message in printed and printed.count("symdiff: ") == 1
    assert "bad.py:" in printed and "^" in printed
    for ours in (" ref ", "conflict", "unknown ", "runtime", "run-time value", "a unknown"):
        assert ours not in printed.lower()


@pytest.mark.parametrize(
    "kind, start", [("svg", "<svg "), ("dot", "digraph"), ("mmd", "flowchart")]
)
def test_graphs_are_in_the_format_of_the_suffix(model, capsys, kind, start):
    assert main(["graph", "model.py:f", "--at", "2.0,0.5", "-o", f"out.{kind}"]) == 0
    text = (model / f"out.{kind}").read_text(encoding="utf-8")
    assert text.startswith(start) and "0.958851" in text
    assert main(["graph", "model.py:f", "--format", kind]) == 0
    assert capsys.readouterr().out.startswith(start)


def test_a_suffix_that_names_no_format_of_graphs_is_refused(model, capsys):
    assert main(["graph", "model.py:f", "-o", "out.png"]) == 2
    assert "no format of graphs goes by the suffix .png" in capsys.readouterr().err


@pytest.mark.parametrize(
    "kind, start", [("markdown", "|"), ("latex", r"\["), ("html", "<!DOCTYPE")]
)
def test_tables_in_other_formats(model, capsys, kind, start):
    assert main(["table", "model.py:f", "--format", kind, "--at", "x=2.0,y=0.5"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(start) and "0.958851" in text


def test_what_a_function_prints_at_a_point_is_kept_from_the_output(model, capsys):
    (model / "noisy.py").write_text("def f(x: float):\n    print('seen')\n    return x * x\n")
    assert main(["table", "noisy.py:f", "--at", "3.0"]) == 0
    out, err = capsys.readouterr()
    assert not out.startswith("seen") and err == "seen\n"


def test_a_function_that_fails_at_a_point_is_told_without_a_traceback(model, capsys):
    (model / "bad.py").write_text("def f(x: float):\n    return 1 / x\n")
    assert main(["table", "bad.py:f", "--at", "0.0"]) == 2
    assert "f raises ZeroDivisionError at this point" in capsys.readouterr().err


@pytest.mark.parametrize("at", ["x=3,y=0.5", "x=3,y=-4", "x=3.0,y=4", "3, y=4"])
def test_a_number_may_leave_its_decimal_point_out(model, capsys, at):
    assert main(["grad", "model.py:f", "--at", at]) == 0
    assert "gradient with respect to (x, y)" in capsys.readouterr().out


def test_what_the_function_takes_for_an_integer_is_one(tmp_path, capsys):
    path = tmp_path / "model.py"
    path.write_text(
        "def f(x, opts, labels):\n    for i in range(opts['n']):\n        x = x * opts['k']\n"
        "    return sum(x - y for y in labels)\n"
    )
    assert main(["grad", f"{path}:f", "--at", "0.5, {'n': 2, 'k': 3}, [0, 1]"]) == 0
    text = capsys.readouterr().out
    assert "gradient with respect to (x, opts)" in text and "dopts_k" in text
