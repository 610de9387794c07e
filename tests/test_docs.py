"""Pages that are made from the program's tables are up to date."""

from __future__ import annotations

import importlib.util
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
