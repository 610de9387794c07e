"""The columns of the page that do not change."""

from __future__ import annotations

import re
from typing import NamedTuple

from symdiff.api import generated
from symdiff.show.page.making import page
from symdiff.show.page.panes import Span, code_pane, source_pane
from symdiff.show.values import values_at
from symdiff.stages import Place

TEXT = """\
K = 2


def helper(t):
    return t * t


class C:
    def f(self, x):
        y = x * helper(x) < 1
        return y
"""


def place(line, column, end):
    return Place("m.py", line, column, line, end)


def test_the_parts_of_the_source_name_their_stages_the_innermost_first():
    spans = [Span(place(10, 12, 25), 2), Span(place(5, 11, 16), 1)]
    made = source_pane({"m.py": TEXT}, [place(9, 4, 7)], spans)
    first, helper = made.split('<span class="line"></span>')
    assert '<span class="line">def f(self, x):</span>' in first
    assert (
        'y = <span class="part" data-stage="2" data-stages="2">x * helper(x)</span> &lt; 1' in first
    )
    assert '<span class="part" data-stage="1" data-stages="1">t * t</span>' in helper


def test_a_part_within_a_part_belongs_to_both():
    spans = [Span(place(10, 12, 25), 2), Span(place(10, 16, 25), 1)]
    made = source_pane({"m.py": TEXT}, [place(9, 4, 7)], spans)
    assert '<span class="part" data-stage="2" data-stages="2">x * </span>' in made
    assert '<span class="part" data-stage="1" data-stages="1 2">helper(x)</span>' in made


def test_lines_of_the_generated_code_name_their_stages_and_their_sweep():
    text = "def f(x):\n    # forward\n    a = x < 1    # 1 (*)\n    # backward\n    da = 1\n"
    made = code_pane(text, {3: {1}, 5: {2, 1}}).splitlines()
    assert made[2].startswith('<span class="line" data-stages="1" data-sweep="forward">')
    assert "x &lt; 1" in made[2] and '<span class="comment">' in made[2]
    assert 'data-stages="1 2" data-sweep="backward"' in made[4]


def joined(x, y):
    return (x * y + x) ** 2


def test_a_line_of_generated_code_belongs_to_all_stages_in_it():
    made = page(generated(joined))
    lines = re.findall(r'data-stages="([\d ]+)" data-sweep="forward">(.*)</span>', made)
    assert [set(stages.split()) for stages, _ in lines] == [{"1", "2"}, {"3"}]


def test_a_page_is_the_same_every_time():
    assert page(generated(joined), (1.0, 2.0)) == page(generated(joined), (1.0, 2.0))


def test_nothing_is_fetched():
    made = page(generated(joined))
    assert "default-src 'none'" in made
    assert not re.search(r"(?:src|href|action)\s*=\s*[\"']", made)


def power(b, n: int):
    return 1.0 if n == 0 else b * power(b, n - 1)


def calling(x):
    return power(x, 3) + (x or 1.0)


def test_a_second_page_is_like_the_first():
    made = generated(calling)
    first = page(made, (2.0,))
    values_at(made, (2.0,), {})  # which writes the same calls in another way
    assert page(made, (2.0,)) == first and '"live":true' in first


def polar(r: float, angle: float):
    return Polar(r * angle, r)


class Polar(NamedTuple):
    x: float
    y: float


def test_what_returns_a_named_tuple_is_computed_in_the_page():
    made = page(generated(polar), (2.0, 0.5))
    assert "return Polar(" in made
    assert "Computed by Python" not in made
