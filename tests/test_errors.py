"""The messages that users see: place, excerpt, carets, reason, way out."""

from __future__ import annotations

import doctest
import pickle

import pytest

from symdiff import errors
from symdiff.errors import (
    BadTarget,
    NoSource,
    NotDifferentiable,
    Offences,
    SymdiffError,
    UnboundName,
    UnsupportedCall,
    UnsupportedSyntax,
    together,
)
from symdiff.stages import Place

CLASSES = [BadTarget, NoSource, NotDifferentiable, UnboundName, UnsupportedCall, UnsupportedSyntax]


@pytest.fixture
def model(tmp_path, monkeypatch):
    """Makes a file in the working directory; returns its path."""
    monkeypatch.chdir(tmp_path)

    def make(text, name="model.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    return make


def test_the_message_has_place_excerpt_carets_reason_and_way_out(model):
    path = model("def f(x):\n    for _ in range(3):\n        try:\n            x = 1 / x\n")
    error = UnsupportedSyntax(
        "'try' around active code cannot be reversed",
        Place(path, 3, 8, 3, 11),
        why="x is active here (it depends on the argument 'x').",
        fix="Move the try outside the differentiated function.",
    )
    assert str(error).splitlines() == [
        "model.py:3:9: 'try' around active code cannot be reversed",
        "    3 |         try:",
        "      |         ^^^",
        "  x is active here (it depends on the argument 'x').",
        "  Move the try outside the differentiated function.",
    ]


def test_without_a_place_there_is_only_the_message():
    assert str(BadTarget("nowhere.py: no such file")) == "nowhere.py: no such file"


def test_files_below_the_working_directory_are_shown_from_there(model):
    path = model("x\n", "package/model.py")
    assert str(NoSource("gone", Place(path, 1))).startswith("package/model.py:1:1: gone")


def test_files_elsewhere_are_shown_by_name(model, tmp_path, monkeypatch):
    path = model("x\n")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert str(NoSource("gone", Place(path, 1))).startswith("model.py:1:1: gone")


@pytest.mark.parametrize("file", ["<stdin>", "<string>", "<ipython-input-1>"])
def test_texts_that_are_no_files_keep_their_names(file):
    error = UnboundName("no y", Place(file, 1, 4, 1, 5), lines=["x = y"])
    assert str(error).splitlines() == [f"{file}:1:5: no y", "    1 | x = y", "      |     ^"]


def test_carets_stand_under_the_span_after_tabs():
    error = UnboundName("no y", Place("<stdin>", 2, 5, 2, 6), lines=["", "\tx = y"])
    assert str(error).splitlines()[1:] == ["    2 | \tx = y", "      | \t    ^"]


def test_carets_are_as_wide_as_the_characters_above():
    error = UnboundName("no y", Place("<stdin>", 1, 4, 1, 7), lines=["漢é = y字é"])
    excerpt, carets = str(error).splitlines()[1:]
    assert excerpt == "    1 | 漢é = y字é"
    assert carets == "      | " + " " * 5 + "^^^^", "漢 takes two cells"


def test_a_span_of_several_lines_is_underlined_to_the_end_of_the_first():
    error = UnsupportedSyntax("no", Place("<stdin>", 1, 4, 3, 2), lines=["x = (a +", "b", ")"])
    assert str(error).splitlines()[2] == "      |     ^^^^"


def test_long_lines_are_shown_around_the_span():
    line = "x = " + "a + " * 200 + "bad" + " + a" * 200
    error = UnboundName("no", Place("<stdin>", 1, 804, 1, 807), lines=[line])
    excerpt, carets = str(error).splitlines()[1:]
    assert len(excerpt) <= 130
    assert excerpt[carets.index("^") : carets.rindex("^") + 1] == "bad"


def test_a_line_that_is_not_there_gives_no_excerpt():
    assert str(NoSource("gone", Place("nowhere.py", 12))) == "nowhere.py:12:1: gone"
    assert str(NoSource("gone", Place("<stdin>", 12), lines=["x"])) == "<stdin>:12:1: gone"


def test_the_excerpt_is_that_of_the_time_of_the_error(model):
    path = model("x = y\n")
    error = UnboundName("no y", Place(path, 1, 4, 1, 5))
    model("something else\n")
    assert "x = y" in str(error)


def test_unbound_names_are_name_errors_and_wrong_arguments_type_errors():
    assert issubclass(UnboundName, NameError) and issubclass(NotDifferentiable, TypeError)
    assert all(issubclass(cls, SymdiffError) for cls in CLASSES)


@pytest.mark.parametrize("cls", CLASSES)
def test_errors_survive_pickling(cls):
    error = cls("wrong", Place("<stdin>", 1), why="because", fix="do so", lines=["x = y"])
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is cls and str(again) == str(error) and again.place == error.place


def test_one_error_stays_as_it_is():
    error = UnboundName("no y")
    assert together([error]) is error
    with pytest.raises(ValueError):
        together([])


def test_several_errors_come_in_the_order_of_the_text_each_once():
    def at(line):
        return UnboundName("no y", Place("<stdin>", line), lines=["y"] * 9)

    error = together([at(5), at(2), at(5), together([at(3), at(2)])])
    assert isinstance(error, Offences)
    assert [one.place.line for one in error.errors] == [2, 3, 5]
    text = str(error)
    assert text.startswith("3 errors\nUnboundName: <stdin>:2:1: no y\n")
    assert str(pickle.loads(pickle.dumps(error))) == text


def test_paint_marks_the_parts():
    error = UnboundName("no y", Place("<stdin>", 1, 4, 1, 5), lines=["x = y"])
    text = error.render(lambda text, role: f"[{role} {text}]")
    assert "[place <stdin>:1:5]: [message no y]" in text and "[caret ^]" in text


def test_the_examples_in_the_docstrings():
    flags = doctest.ELLIPSIS
    assert doctest.testmod(errors, optionflags=flags).failed == 0
