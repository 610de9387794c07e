"""Pages that are made from the program's tables are up to date; the examples of others run."""

from __future__ import annotations

import importlib.util
import re
import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
# Pages whose examples are one program, from the first to the last.
RUN = ["checkpointing.md", "custom-rules.md", "modes.md", "scipy.md"]


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
    text = (DOCS / name).read_text(encoding="utf-8")
    program = tmp_path / "page.py"
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    program.write_text("\n\n".join(blocks), encoding="utf-8")
    runpy.run_path(str(program))
