"""Runs JavaScript for tests: in Node if it is there, else in Chromium."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from html import unescape
from pathlib import Path
from typing import Any

import pytest

NODE, CHROMIUM = shutil.which("node"), shutil.which("chromium")
SHOWN = "JSON.stringify(result, (k, v) => (v === Infinity ? 'inf' : v === -Infinity ? '-inf' : v))"


def run(body: str) -> Any:
    """What the body of a function returns."""
    script = f"const result = (() => {{ {body} }})();"
    if NODE is not None:
        done = subprocess.run(
            [NODE, "-"], input=f"{script} console.log({SHOWN});", capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return _numbers(json.loads(done.stdout))
    if CHROMIUM is None:
        pytest.skip("needs node or chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "page.html"
        page.write_text(
            f"<!DOCTYPE html><meta charset=utf-8><pre></pre><script>{script}\n"
            f"document.querySelector('pre').textContent = {SHOWN};</script>"
        )
        done = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             f"--user-data-dir={folder}/profile", "--dump-dom", page.as_uri()],
            capture_output=True, text=True,
        )  # fmt: skip
    found = re.search(r"<pre>(.*?)</pre>", done.stdout, re.DOTALL)
    assert found and found[1], done.stdout
    return _numbers(json.loads(unescape(found[1])))


def _numbers(value: Any) -> Any:
    if isinstance(value, list):
        return [_numbers(v) for v in value]
    return float(value) if value in ("inf", "-inf") else value
