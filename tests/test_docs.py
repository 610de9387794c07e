"""Pages that are made from the program's tables are up to date."""

from __future__ import annotations

import importlib.util
import re
import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"


def made():
    spec = importlib.util.spec_from_file_location("make_pages", DOCS / "make_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


@pytest.mark.parametrize("name, text", made().items(), ids=made())
def test_the_page_says_what_the_tables_say(name, text):
    assert (DOCS / name).read_text(encoding="utf-8") == text, "run python docs/make_pages.py"


@pytest.mark.parametrize("name", ["checkpointing.md"])
def test_the_examples_of_a_page_run(name, tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), re.S)
    script = tmp_path / "page.py"
    script.write_text("\n".join(blocks))
    runpy.run_path(str(script))
