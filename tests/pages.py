"""Pages of the documentation as programs: what they run, and what they say it prints.

The blocks of a page are one program, from the first to the last:

    ```python            is run; a first line "# model.py" writes it to that file instead
    ```text prints       is what the last block has printed (or ```python prints)
    ```console           is commands after "$ ", each with what it prints
    ```sh                is commands, of which nothing is shown

"..." stands for anything in what is printed. Lines of the page itself may have moved.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import types
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FENCE = re.compile(r"^```(\w+)(?: (prints))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\w+\.(?:py|yml))\n")
PLACE = re.compile(r"(?<=page\.py:)\d+|^ *\d+(?= \|)", re.MULTILINE)  # they move with the text
IGNORED = re.compile(r"pip install|make \w+")  # what changes more than a folder


@dataclass
class Block:
    language: str
    prints: bool
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    return [
        Block(m[1], bool(m[2]), m[3], page.count("\n", 0, m.start(3))) for m in FENCE.finditer(page)
    ]


def run(page: Path, folder: Path) -> None:
    """Run a page in a folder. Raises what it raises, AssertionError where it prints otherwise.

    The program has the lines of the page; where a block ends, a call stands that looks at what
    follows until the next one.
    """
    text = page.read_text(encoding="utf-8")
    lines = [""] * (text.count("\n") + 1)
    follows: dict[int, list[Block]] = {0: []}
    at = 0
    for block in blocks(text):
        if block.language != "python" or block.prints or FILE.match(block.text):
            follows[at].append(block)
            continue
        own = block.text.splitlines()
        lines[block.line : block.line + len(own)] = own
        at = block.line + len(own)
        lines[at] = f"_ended({at})"
        follows[at] = []
    out = io.StringIO()

    def ended(line: int) -> None:
        printed = out.getvalue()
        out.seek(0)
        out.truncate()
        for block in follows[line]:
            printed = looked_at(block, printed, page, folder)

    module = types.ModuleType("page")
    module.__file__ = str(folder / "page.py")
    vars(module)["_ended"] = ended
    Path(module.__file__).write_text("\n".join(lines), encoding="utf-8")
    before = Path.cwd()
    sys.modules["page"] = module
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out):
            ended(0)
            code = compile("\n".join(lines), module.__file__, "exec", dont_inherit=True)
            exec(code, vars(module))
    finally:
        os.chdir(before)
        sys.path.remove(str(folder))
        for name, other in [*sys.modules.items()]:
            if str(getattr(other, "__file__", None)).startswith(f"{folder}/"):
                del sys.modules[name]


def looked_at(block: Block, printed: str, page: Path, folder: Path) -> str:
    """What has been printed last after a block that is not part of the program."""
    where = f"{page.name}:{block.line}"
    if block.prints:
        assert same(block.text, printed), f"{where}: printed is\n{printed}"
    elif file := FILE.match(block.text):
        (folder / file[1]).write_text(block.text, encoding="utf-8")
    elif block.language == "console":
        for command, shown in commands(block.text):
            printed = in_shell(command)
            assert same(shown, printed), f"{where}: {command} prints\n{printed}"
    elif block.language == "sh":
        for command in block.text.splitlines():
            if not IGNORED.match(command):
                printed = in_shell(f"set -e; {command}", must_succeed=True)
    return printed


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a console, each with what is shown below it."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def in_shell(command: str, must_succeed: bool = False) -> str:
    """What a command prints on both streams, with `symdiff` that of this checkout."""
    python = f"PYTHONPATH='{ROOT}' '{sys.executable}'"
    names = (
        f'symdiff() {{ {python} -m symdiff "$@"; }}\npython() {{ \'{sys.executable}\' "$@"; }}\n'
    )
    done = subprocess.run(
        ["bash", "-c", names + command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0 or not must_succeed, f"{command}\n{done.stdout}"
    return done.stdout


def same(shown: str, printed: str) -> bool:
    shown, printed = (PLACE.sub("", text.strip()) for text in (shown, printed))
    pattern = re.escape(shown).replace(r"\.\.\.", ".*")
    return re.fullmatch(pattern, printed, re.DOTALL) is not None
