"""The page in a real browser: clicks, keys, the address, and what is lit."""

from __future__ import annotations

import json

import pytest

from browser import Browser, needs_browser
from symdiff.cli import main

pytestmark = needs_browser

MODEL = """\
import math


def sigmoid(t):
    return 1.0 / (1.0 + math.exp(-t))


def notes(x, y):
    sigma_y = sigmoid(y)
    g = x + sigma_y
    sigma_x = sigmoid(x)
    p = x + y
    h = sigma_x + p ** 2
    return g / h


def looped(x, n: int):
    for i in range(n):
        x = math.sin(x) + i
    return x


def chosen(x, y):
    if x > y:
        return x * y
    return x + y


def arrays(w, rounds=2):
    for _ in range(rounds):
        w = w * w
    return w.sum()


def squares(*xs):
    return sum(x * x for x in xs)


def polar(r, t):
    return r * math.cos(t), r * math.sin(t)


def power(b, n: int):
    return 1.0 if n == 0 else b * power(b, n - 1)


def calling(x, n: int):
    return power(x, n) + x


def root(x):
    return math.sqrt(x)
"""


@pytest.fixture(scope="module")
def browser():
    one = Browser()
    yield one
    one.close()


@pytest.fixture
def page(tmp_path, browser):
    (tmp_path / "model.py").write_text(MODEL)

    def open_page(name, *options, hash=""):
        out = tmp_path / f"{name}.html"
        assert main(["page", f"{tmp_path / 'model.py'}:{name}", *options, "-o", str(out)]) == 0
        browser.errors.clear()
        browser.size(1400, 900)
        browser.media("", prefers_color_scheme="light")
        browser.open(out, hash)
        return browser

    yield open_page
    assert browser.errors == []


def lit(browser, kind="lit"):
    found = f"[...document.querySelectorAll('.{kind}')].map((n) => n.closest('section').id)"
    return set(browser.js(found))


def test_values_stand_in_the_table_when_the_page_opens(page):
    seen = page("notes", "--at", "x=3,y=-4")
    assert seen.text("#outcome") == "notes = 1.54564"
    assert seen.text("#gradient-0") == "∂/∂x = 2.05957"
    assert seen.text("#gradient-1") == "∂/∂y = 1.59223"
    assert "0.952574" in seen.text('tr[data-stage="3"]')


def test_a_stage_that_is_pointed_at_lights_everywhere(page):
    seen = page("notes", "--at", "x=3,y=-4")
    seen.point('tr[data-stage="3"]')
    assert lit(seen) == {"graph-pane", "table-pane", "source-pane", "code-pane"}
    assert seen.js("document.querySelector('#source-pane .lit').innerText") == "sigmoid(x)"
    seen.point("h1")
    assert lit(seen) == set()


def test_a_stage_that_has_the_focus_lights_everywhere(page):
    seen = page("notes")
    seen.js("document.querySelector('tr[data-stage=\"4\"]').focus()")
    assert seen.js("document.querySelector('#source-pane .lit').innerText") == "x + y"


def test_a_part_of_the_source_lights_its_own_stage_only(page):
    seen = page("notes")
    stage = "[...document.querySelectorAll('.part')].find((n) => n.innerText === 'p ** 2')"
    number = seen.js(f"{stage}.dataset.stage")
    seen.point(f'.part[data-stage="{number}"]')
    assert seen.js("document.querySelectorAll('tr.lit').length") == 1
    assert seen.js("document.querySelector('tr.lit').dataset.stage") == number


def test_steps_are_taken_by_buttons_and_keys(page):
    seen = page("notes", "--at", "x=3,y=-4")
    seen.click("#first")
    assert seen.text("#position") == "0 of 14"
    assert "0.0179862" not in seen.text("tbody")
    seen.click("#on")
    assert "σ_y = σ(y) = σ(-4) = 0.0179862" in seen.text("#step")
    assert "0.0179862" in seen.text("tbody")
    seen.click("h2")
    seen.key("ArrowRight")
    assert "g = x + σ_y = 3 + 0.0179862 = 3.01799" in seen.text("#step")
    seen.key("ArrowLeft")
    assert seen.text("#position") == "1 of 14"
    seen.key("End")
    assert seen.text("#position") == "14 of 14"
    told = " ".join(seen.text("#step").split())
    assert "stage 1 backward arrives dσ_y = 0.512144" in told
    assert "∂σ_y/∂y = (1-σ_y)·σ_y = (1-0.0179862)·0.0179862 = 0.0176627" in told
    assert "0.512144·0.0176627 = 0.00904586" in told
    assert "dy = 1.58319 + 0.00904586 = 1.59223 (*)" in told
    seen.key("Home")
    assert seen.text("#position") == "0 of 14"


def test_space_plays_and_pauses(page):
    seen = page("notes")
    seen.click("h2")
    seen.key(" ")
    assert seen.js("document.body.classList.contains('playing')")
    seen.wait("parseInt(document.querySelector('#position').innerText) in {2: 1, 3: 1, 4: 1}")
    seen.key(" ")
    assert not seen.js("document.body.classList.contains('playing')")


def test_the_scrub_goes_anywhere(page):
    seen = page("notes")
    seen.click("#scrub", across=0.5)
    assert seen.text("#position") == "7 of 14"
    assert seen.js("document.querySelector('tr[aria-current]').dataset.stage") == "7"


def test_a_click_on_a_row_goes_to_its_step(page):
    seen = page("notes")
    seen.click('tr[data-stage="4"] td.formula.forward')
    assert "stage 4 forward" in seen.text("#step")
    seen.click('tr[data-stage="4"] td.formula.backward')
    assert "stage 4 backward" in seen.text("#step")


def test_boxes_compute_and_write_the_address(page):
    seen = page("notes", "--at", "x=3,y=-4")
    seen.type("#input-0", "0.5")
    seen.type("#input-1", "1.5")
    assert seen.js("location.hash") == "#x=0.5&y=1.5"
    assert seen.text("#outcome") == "notes = 0.285038"
    seen.type("#input-1", "")
    assert "y is not a number" in seen.text("#trouble")
    assert seen.js("document.querySelector('#input-1').getAttribute('aria-invalid')") == "true"


def test_a_fraction_is_no_whole_number(page):
    seen = page("looped", "--at", "x=0.5,n=4")
    seen.type("#input-1", "2.5")
    assert seen.text("#trouble") == "n is not a whole number"


def test_so_many_steps_are_not_followed(page):
    seen = page("looped", "--at", "x=0.5,n=4")
    seen.type("#input-1", "30000")
    assert seen.text("#trouble") == "so many steps are not followed on this page"


def test_arrows_move_from_row_to_row_and_enter_goes_there(page):
    seen = page("notes")
    seen.js("document.querySelector('tr.stage').focus()")
    seen.key("ArrowDown")
    seen.key("ArrowDown")
    assert seen.js("document.activeElement.dataset.stage") == "3"
    seen.key("Enter")
    assert "stage 3 forward" in seen.text("#step")


def test_without_a_point_arrays_have_no_values(page):
    seen = page("arrays")
    assert "--at" in seen.text("#step")
    assert "numpy.sum has no counterpart" in seen.text(".note")


def test_sliders_compute(page):
    seen = page("notes", "--at", "x=3,y=-4")
    before = seen.text("#outcome")
    seen.click("#inputs input[type=range]", across=0.9)
    assert seen.text("#outcome") != before
    assert seen.js("document.querySelector('#input-0').value") != "3"


def test_the_address_is_read_at_the_start_and_when_it_changes(page):
    seen = page("notes", "--at", "x=3,y=-4", hash="#x=0.5&y=1.5")
    assert seen.text("#outcome") == "notes = 0.285038"
    seen.js("location.hash = '#x=3&y=-4'")
    seen.wait("document.querySelector('#outcome').innerText === 'notes = 1.54564'")
    assert seen.js("document.querySelector('#input-0').value") == "3"


def test_rounds_of_a_loop_are_a_slider(page):
    seen = page("looped", "--at", "x=0.5,n=4")
    assert "round 1 of 4" in seen.text(".rounds")
    seen.click(".rounds input", across=0.99)
    assert "round 4 of 4" in seen.text(".rounds")
    assert "round 4 of 4" in seen.text("#step")
    seen.js("location.hash = '#x=0.5&n=2'")
    seen.wait("document.querySelector('.rounds').innerText.includes('of 2')")


def test_the_branch_that_is_not_taken_is_faint(page):
    seen = page("chosen", "--at", "x=3,y=2")
    faint = "[...document.querySelectorAll('tr.untaken')].map((n) => n.innerText)"
    [row] = seen.js(faint)
    assert "x + y" in row
    seen.js("location.hash = '#x=1&y=2'")
    seen.wait("document.querySelector('#outcome').innerText === 'chosen = 3'")
    [row] = seen.js(faint)
    assert "x·y" in row


def test_errors_of_python_are_told(page):
    seen = page("root", "--at", "x=4")
    seen.type("#input-0", "-1")
    assert seen.text("#trouble") == "ValueError: math domain error"
    assert seen.text("#outcome") == ""
    seen.type("#input-0", "9")
    assert seen.text("#outcome") == "root = 3"


def test_arrays_are_shown_at_a_point(page):
    seen = page("arrays", "--at", "w=[1.0, 2.0]")
    assert seen.text("#outcome") == "arrays = 17"
    assert "[4, 32]" in seen.text("#gradient-0")
    assert "round 1 of 2" in seen.text(".rounds")
    seen.click("#first")
    seen.click("#on")
    assert "[1, 4]" in seen.text("#step")


def test_of_any_number_of_arguments_all_adjoints_are_shown(page):
    seen = page("squares", "--at", "1.0, 2.0")
    assert seen.text("#gradient-0") == "∂/∂xs = (2, 4)"


def test_a_call_is_one_step(page):
    seen = page("calling", "--at", "x=2.0, n=3")
    assert "def power(b, n: int):" in seen.text("#source-pane")
    assert seen.text("#gradient-0") == "∂/∂x = 13"
    told = " ".join(seen.text("#step").split())
    assert "call backward" in told and "dx = 1 + 12 = 13 (*)" in told


def test_of_several_results_the_sum_is_differentiated(page):
    seen = page("polar", "--at", "r=2.0, t=0.0")
    assert seen.text("#outcome") == "polar = (2, 0)"
    assert seen.text("#gradient-0") == "∂/∂r = 1"
    assert seen.text("#gradient-1") == "∂/∂t = 2"
    assert "their sum" in seen.text(".note")


def test_the_graph_shows_values_and_adjoints(page):
    seen = page("notes", "--at", "x=3,y=-4")
    assert "2.05957" in seen.js("document.querySelector('[data-input=x]').textContent")
    stage = "document.querySelector('.graph [data-stage=\"3\"]').textContent"
    assert "0.952574" in seen.js(stage) and "-0.791593" in seen.js(stage)
    seen.click("#first")
    assert "0.952574" not in seen.js(stage)


@pytest.mark.parametrize("width", [360, 700, 1000, 1600])
def test_nothing_is_cut_off(page, width):
    seen = page("notes", "--at", "x=3,y=-4")
    seen.size(width, 900)
    assert seen.js("document.documentElement.scrollWidth") <= width
    wide = "[...document.querySelectorAll('#table-pane .scroll, #step')]"
    assert seen.js(f"{wide}.every((n) => n.scrollWidth <= n.clientWidth + 1)")


def test_motion_is_reduced_where_that_is_wished(page):
    seen = page("notes")
    seen.media("", prefers_reduced_motion="reduce")
    style = "getComputedStyle(document.querySelector('.part')).transitionDuration"
    assert set(seen.js(style).split(", ")) == {"0s"}


def test_a_printed_page_has_no_player(page):
    seen = page("notes")
    seen.media("print")
    assert seen.js("getComputedStyle(document.querySelector('#player')).display") == "none"
    seen.media("")


HOSTILE = '''\
def f(x, label="</script><script>document.title='owned'</script>"):
    """<img src=x onerror="document.title='owned'">"""
    y = x * 2  # <b>bold</b> \u2028
    assert x > -9, "</script><!--<script>"
    return y * y
'''


def test_text_of_the_user_stays_text(tmp_path, browser):
    (tmp_path / "evil<b>.py").write_text(HOSTILE, encoding="utf-8")
    out = tmp_path / "evil.html"
    assert main(["page", f"{tmp_path / 'evil<b>.py'}:f", "-o", str(out)]) == 0
    browser.errors.clear()
    browser.open(out)
    assert "owned" not in browser.js("document.title")
    assert browser.js("document.querySelectorAll('img, b').length") == 0
    assert "<b>bold</b>" in browser.text("#source-pane")
    assert browser.errors == []


def test_the_policy_admits_no_other_script(page):
    seen = page("notes")
    seen.js(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.owned = 1\">');"
        "const s = document.createElement('script'); s.textContent = 'window.owned = 2';"
        "document.body.append(s);"
    )
    assert seen.js("window.owned") is None
    assert any("Content Security Policy" in e for e in seen.errors)
    seen.errors.clear()


def test_numbers_are_written_as_python_writes_them(page):
    values = [0.0, -0.0, 1.0, 100000.5, 100001.5, 123456.5, 1234567.0, 0.0001, 0.00001, 1e100]
    values += [-2.5e-7, 999999.5, 0.1 + 0.2, 1 / 3, float("inf"), 5e-324, 1e22, 120000.0]
    seen = page("notes")
    script = (page_script("numbers.js")) + f"; {json.dumps(values)}.map(sixDigits)"
    got = seen.js(f"(() => {{ {script.replace('; [', '; return [')} }})()")
    assert got == [f"{v:.6g}" for v in values]


def page_script(name):
    from importlib.resources import files

    return files("symdiff.show.page").joinpath(name).read_text()
