"""Functions are found in files, modules and texts that are not run."""

from __future__ import annotations

import io

import pytest

import symdiff
from symdiff.errors import BadTarget, SymdiffError, UnsupportedSyntax
from symdiff.read.static import load

TEXT = """
import math
raise SystemExit("this file is not to be run")

K = 3.0

def f(x):
    return K * x

def g(x, y):
    return math.sin(x) * f(y)

class Spring:
    @staticmethod
    def energy(x):
        return 0.5 * K * x * x

    class Inner:
        @staticmethod
        def cube(x):
            return x ** 3

async def later(x):
    return x

NUMBER = 4
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(TEXT)
    return path


def derivative(target, *args):
    """The value and gradient by the code that is generated for a target."""
    function = load(target)
    names = {}
    exec(symdiff.source(function), names)
    return names[f"{function.__name__}_grad"](*args)


def test_a_function_of_a_file_is_found_and_the_file_is_not_run(file):
    assert derivative(f"{file}:f", 2.0) == (6.0, (3.0,))
    assert load(f"{file}:f").__name__ == "f"


def test_functions_in_classes_are_named_by_their_path(file):
    assert derivative(f"{file}:Spring.energy", 2.0) == (6.0, (6.0,))
    assert derivative(f"{file}:Spring.Inner.cube", 2.0) == (8.0, (12.0,))


def test_a_module_is_looked_for_where_python_would(file, monkeypatch):
    package = file.parent / "package_of_mine" / "deeper"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("def h(x):\n    return 2 * x\n")
    (package / "inner.py").write_text("def h(x):\n    return 5 * x\n")
    monkeypatch.syspath_prepend(str(file.parent))
    assert derivative("mine:f", 1.0)[1] == (3.0,)
    assert derivative("package_of_mine:h", 1.0)[1] == (2.0,)
    assert derivative("package_of_mine.deeper.inner:h", 1.0)[1] == (5.0,)
    assert derivative(f"{package.parent}:h", 1.0)[1] == (2.0,)


def test_standard_input_is_read_and_its_last_function_taken(monkeypatch):
    text = "def f(x):\n    return 2 * x\ndef g(x):\n    return 3 * x\n"
    for target, name in (("-", "g"), ("-:f", "f")):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        assert load(target).__name__ == name


@pytest.mark.parametrize(
    "target, message",
    [
        ("{0}", "which function"),
        ("{0}:nothing", "there is no function 'nothing'"),
        ("{0}:NUMBER", "not 'NUMBER'"),
        ("{0}:Spring", "not 'Spring'"),
        ("{0}:Spring.nothing", "no function"),
        ("{1}/nowhere.py:f", "no such file"),
        ("{1}/no/where:f", "no such file"),
        ("{1}:f", "is a folder"),
        ("no_such_module_anywhere:f", "no such module"),
        ("", "which function"),
    ],
)
def test_targets_that_name_nothing_are_refused(file, target, message):
    with pytest.raises(BadTarget, match=message):
        load(target.format(file, file.parent))


def test_functions_inside_of_functions_are_refused(file):
    with pytest.raises(UnsupportedSyntax, match="defined inside of a function"):
        load(f"{file}:f.inner")


def test_the_functions_of_the_file_are_named_where_none_is_found(file):
    with pytest.raises(BadTarget, match="'f', 'g'"):
        load(f"{file}:nothing")


def test_standard_input_without_functions_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("x = 1\n"))
    with pytest.raises(BadTarget, match="standard input"):
        load("-")


def test_async_functions_are_refused_at_once(file):
    with pytest.raises(UnsupportedSyntax, match="async"):
        load(f"{file}:later")


def test_text_that_is_not_python_is_refused_with_its_line(tmp_path):
    path = tmp_path / "broken.py"
    path.write_text("a = 1\ndef f(x\n    return x\n")
    with pytest.raises(UnsupportedSyntax, match="broken.py:2"):
        load(f"{path}:f")


def test_bytes_that_are_not_text_are_refused(tmp_path):
    path = tmp_path / "binary.py"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SymdiffError, match="UTF-8|not Python"):
        load(f"{path}:f")


def test_a_file_that_has_changed_is_read_again(file):
    assert derivative(f"{file}:f", 1.0)[1] == (3.0,)
    file.write_text(TEXT.replace("K = 3.0", "K = 4.0"))
    assert derivative(f"{file}:f", 1.0)[1] == (4.0,)
