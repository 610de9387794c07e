"""Sphinx: MyST pages, the furo theme, docstrings of the package."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from symdiff import __version__  # noqa: E402

project = "symdiff"
author = "the symdiff authors"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "examples"]
source_suffix = {".md": "markdown"}
master_doc = "index"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
default_role = "code"

html_theme = "furo"
html_title = f"symdiff {version}"
html_extra_path = ["_gallery"] if (HERE / "_gallery").is_dir() else []
