"""Sphinx: MyST pages, the furo theme, docstrings of the package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import make_gallery  # noqa: E402

from symdiff import __version__  # noqa: E402

project = "symdiff"
author = "the symdiff authors"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "examples", "gallery"]
source_suffix = {".md": "markdown"}
master_doc = "index"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
default_role = "code"

html_theme = "furo"
html_show_copyright = False
html_title = f"symdiff {version}"


def setup(app: Any) -> None:
    """The pages of the gallery are made beside the others."""

    def finished(app: Any, error: Exception | None) -> None:
        if error is None and app.builder.format == "html":
            make_gallery.make(Path(app.outdir) / "gallery")

    app.connect("build-finished", finished)
