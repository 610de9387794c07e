"""The documentation is built without warnings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"


def test_the_documentation_is_built_without_warnings(tmp_path):
    pytest.importorskip("sphinx", reason="the documentation is built with Sphinx")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    done = subprocess.run([*command, DOCS, tmp_path / "html"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    html = tmp_path / "html"
    assert (html / "index.html").exists()
    linked = re.findall(r'href="(gallery/\w+\.html)"', (html / "gallery.html").read_text("utf-8"))
    assert len(linked) == 6
    assert sorted(linked) == sorted(f"gallery/{p.name}" for p in (html / "gallery").iterdir())
