"""Tables and reports as Markdown, LaTeX and HTML."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

import symdiff
from show import procedures
from symdiff.show import Stages
from symdiff.show.latex import Latex, escaped
from symdiff.stages import INTEGER, Apply, Const, Passive, Stage, Var

HOSTILE = '</code></script><script>alert("x")</script>|`a` & <b>_*b*_'


def table(procedure):
    return Stages(procedure, [p.var for p in procedure.params if p.var.kind is not INTEGER])


def hostile():
    x, y = Var("x"), Var("y")
    body = [
        Passive(f"print({HOSTILE!r})"),
        Stage(y, Apply("mul", (x, x))),
    ]
    return table(procedures.procedure("f", [x], body, y))


def cells(html):
    return ["".join(e.itertext()) for e in ET.fromstring(html).iter("td")]


def test_html_has_a_row_for_each_step_and_the_numbers_of_stages():
    html = table(procedures.kepler())._repr_html_()
    rows = [e for e in ET.fromstring(html).iter("tr") if e.get("class") == "stage"]
    assert [row.get("data-stage") for row in rows] == ["1", "2", "3", "4", "5"]
    assert "while |step| > 1e-12:" in cells(html)
    assert html.count("(*)") == 7


def test_html_is_a_page_on_the_command_line():
    page = table(procedures.notes()).format("html")
    assert ET.fromstring(page).tag == "html" and 'charset="utf-8"' in page


def test_what_stands_in_loops_is_indented_in_every_format():
    stages = table(procedures.kepler())
    assert "\u2003\u2003t = sin(E)" in stages._repr_html_()
    assert "`\u2003\u2003t = sin(E)`" in stages._repr_markdown_()
    assert r"\quad t = \sin\left(E\right)" in stages._repr_latex_()


def test_text_of_the_users_is_text_in_html():
    html = hostile()._repr_html_()
    assert "<script>alert" not in html
    assert any(HOSTILE in cell for cell in cells(html))


def test_text_of_the_users_is_text_in_markdown():
    (row,) = [line for line in hostile()._repr_markdown_().splitlines() if "script" in line]
    assert len(re.findall(r"(?<!\\)\|", row)) == 5  # the bars of the table alone
    assert "``" in row


def test_text_of_the_users_is_text_in_latex():
    latex = hostile()._repr_latex_()
    assert r"$\&$" in latex and "<script" not in latex and "$<$script$>$" in latex


def test_characters_that_xml_lacks_are_replaced():
    x, y = Var("x"), Var("y")
    body = [Passive("print('a\\x00b\\x1b')".replace("\\x00", "\x00")), Stage(y, Apply("neg", (x,)))]
    ET.fromstring(table(procedures.procedure("f", [x], body, y)).format("html"))


def test_markdown_of_the_notes():
    lines = table(procedures.notes()).format("markdown").splitlines()
    assert len(lines) == 10
    assert lines[4] == r"| 3 (\*) | `σ_x = σ(x)` | 6 (\*) | `dx ← dx + dσ_x·(1-σ_x)·σ_x` |"


def test_latex_of_the_notes():
    text = table(procedures.notes()).format("latex")
    assert text.startswith("\\[\n\\begin{array}") and text.endswith("\\end{array}\n\\]")
    assert r"7 &  & k = \frac{1}{h} & 2 &  & \mathrm{d}h = -\mathrm{d}k \cdot k \cdot k \\" in text
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize(
    "expr, text",
    [
        (Apply("pow", (Var("x"), Const(2))), "x^{2}"),
        (Apply("math.sqrt", (Apply("add", (Var("x"), Const(1))),)), r"\sqrt{x + 1}"),
        (Apply("math.erf", (Var("x"),)), r"\operatorname{erf}\left(x\right)"),
        (Apply("mul", (Const(2), Var("alpha_1"))), r"2 \alpha_{1}"),
        (Apply("mul", (Apply("neg", (Var("x"),)), Const(3))), r"-x \cdot 3"),
        (Apply("abs", (Var("step"),)), r"\left|\mathrm{step}\right|"),
        (Const(2.5e-7), r"2.5 \cdot 10^{-7}"),
        (Apply("getitem", (Var("u"), Const(0))), "u[0]"),
        (Apply("∂", (Var("y"), Var("x"))), r"\frac{\partial y}{\partial x}"),
    ],
)  # fmt: skip
def test_formulas_in_latex(expr, text):
    notation = Latex()
    assert notation.formula(expr, lambda v: notation.symbol(v.base)) == text


def test_latex_escapes_what_is_special():
    assert escaped("a_b & 5%") == r"a$\_$b $\&$ 5$\%$"


def test_values_have_columns_of_their_own():
    def f(x: float):
        return x * x

    stages = symdiff.stages(f, at=(3.0,))
    assert "| `9` |" in stages._repr_markdown_() and "`dx = 6`" in stages._repr_markdown_()
    assert '<td class="adjoint"><code>dx = 6</code></td>' in stages._repr_html_()
    assert r"\mathrm{d}x = 6" in stages._repr_latex_()


def test_unknown_formats_are_refused():
    with pytest.raises(ValueError, match="no table in the format 'pdf'"):
        table(procedures.notes()).format("pdf")


def test_functions_show_their_table_and_nothing_where_kinds_are_unknown():
    @symdiff.differentiable
    def f(x: float):
        return x * x

    assert "<table" in f._repr_html_() and "`x·x`" not in f._repr_markdown_()
    assert f._repr_latex_().startswith("$$")

    @symdiff.differentiable
    def g(label: str):
        return label

    assert g._repr_html_() is g._repr_markdown_() is g._repr_latex_() is None


def test_reports_are_shown_with_their_paths():
    def f(x: float):
        return x * x if x > 1 else x

    report = symdiff.check(f)
    html = report._repr_html_()
    assert "proved" in html and len(list(ET.fromstring(html).iter("tr"))) == 3
    assert report._repr_markdown_().count("\n| ") == 4
    assert r"\textbf{proved" in report._repr_latex_()
