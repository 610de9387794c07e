"""Pages that are made from the program's tables are up to date; the examples of others run."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

import pages
import symdiff

DOCS = Path(__file__).parent.parent / "docs"
README = DOCS.parent / "README.md"
RUN = sorted(path.name for path in DOCS.glob("*.md") if "```" in path.read_text(encoding="utf-8"))
NEEDED = {"numba.md": ["numba"]}
MODEL = "def loss(w, x):\n    return (w * x - 1.0) ** 2\n"


def made():
    spec = importlib.util.spec_from_file_location("make_pages", DOCS / "make_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


@pytest.mark.parametrize("name, text", made().items(), ids=made())
def test_the_page_says_what_the_tables_say(name, text):
    assert (DOCS / name).read_text(encoding="utf-8") == text, "run python docs/make_pages.py"


@pytest.mark.parametrize("name", RUN)
def test_the_examples_of_the_page_run(name, tmp_path):
    pytest.importorskip("scipy")
    for needed in NEEDED.get(name, ()):
        pytest.importorskip(needed)
    pages.run(DOCS / name, tmp_path)


def test_the_examples_of_the_readme_run(tmp_path):
    pytest.importorskip("numpy")
    (tmp_path / "model.py").write_text(MODEL, encoding="utf-8")
    pages.run(DOCS.parent / "README.md", tmp_path)


def test_what_is_printed_is_compared():
    assert pages.same("a ... c\n", "a b\nb c\n")
    assert not pages.same("a c", "a b c")


def test_every_block_says_what_it_is():
    texts = [path.read_text(encoding="utf-8") for path in (*DOCS.glob("*.md"), README)]
    opened = [re.findall(r"^```(.*)$", t, re.MULTILINE)[::2] for t in texts]
    known = {"python", "python prints", "text", "text prints", "console", "sh", "yaml"}
    assert {word for words in opened for word in words if word[:1] != "{"} <= known


def test_the_reference_has_every_public_name():
    text = (DOCS / "reference.md").read_text(encoding="utf-8")
    there = {name.rpartition(".")[2] for name in re.findall(r"auto\w+:: ([\w.]+)", text)}
    there |= set(re.findall(r"symdiff\.(\w+)", text))
    assert set(symdiff.__all__) <= there


def test_every_page_is_in_the_table_of_contents():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = re.findall(
        r"^(?:.*<)?([\w-]+)>?$", "".join(re.findall(r"{toctree}(.*?)```", index, re.S)), re.M
    )
    assert sorted(listed) == sorted(p.stem for p in DOCS.glob("*.md") if p.stem != "index")
