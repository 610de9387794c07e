"""The command line: `symdiff grad`, `table`, `graph`, `page` and `check`.

Results go to standard output, notes to standard error. The exit status is 0, or 1 for a check that
did not prove the derivative, or 2 when what was asked for is at fault.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from symdiff._version import __version__
from symdiff.deep import with_room
from symdiff.errors import BadTarget, Offences, Paint, SymdiffError

if TYPE_CHECKING:
    from symdiff.read.static import StaticFunction

DONE, NOT_PROVED, BAD_INPUT = 0, 1, 2

EPILOG = """\
A target is FILE.py:FUNCTION, FILE.py:CLASS.METHOD, package.module:FUNCTION, or - for a function
read from standard input (-:FUNCTION where there are several). The file itself is never run.

examples:
  symdiff grad model.py:loss
  symdiff grad model.py:loss --wrt weight,bias -o loss_grad.py
  symdiff table model.py:loss
  symdiff graph model.py:loss --at "weight=0.5, bias=2.0" -o loss.svg
  symdiff page model.py:loss -o loss.html
  symdiff grad model.py:loss --at "weights=[0.1, 0.2], rounds=3"
  symdiff check model.py:loss --at "weight=0.5, bias=2.0"
  symdiff check model.py:loss --mode hessian
  symdiff check model.py:loss --at "weights=[[0.1, 0.2], [0.3, 0.4]]" --like data.npz
"""

ANSI = {"place": "1", "message": "1", "name": "1;31", "caret": "1;32"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit status."""
    options = _parser().parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    try:
        from symdiff.read.static import load

        function = load(options.target)
        text, status = with_room(lambda: VERBS[options.verb](function, options))
        _deliver(text, options.output)
    except RecursionError:
        _report(BadTarget(f"{options.target}: nests too deeply to be followed"), sys.stderr)
        return BAD_INPUT
    except SymdiffError as error:
        _report(error, sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # The reader of the pipe has seen enough; Python must not flush into it on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return 130
    return int(status)


def _joined(arguments: Sequence[str]) -> list[str]:
    """The arguments with those that argparse would take for options disguised: `--at -3,4` as
    `--at=-3,4`, and the target `-:f` with a space before it."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in ("--at", "--wrt") and re.match(r"-\.?\d", argument):
            joined[-1] += "=" + argument
        else:
            joined.append(" " + argument if argument.startswith("-:") else argument)
    return joined


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="symdiff",
        description="Writes the derivative of a Python function as Python, and proves it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"symdiff {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def add(verb: str, summary: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(
            verb,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument(
            "target", metavar="TARGET", type=str.strip, help="the function: FILE.py:FUNCTION"
        )
        sub.add_argument(
            "--wrt",
            metavar="NAMES",
            type=_names,
            help="differentiate with respect to these: names or positions, x,y",
        )
        sub.add_argument(
            "--at",
            metavar="ARGUMENTS",
            type=_point,
            default=((), {}),
            help="an example call, which tells the kinds of the parameters and where "
            'check compares numbers: "x=3,y=-4", "[1.0, 2.0], n=3"; 3 is an integer only where '
            "an annotation, a default or a use such as range(n) or x**n asks for one",
        )
        sub.add_argument(
            "--like",
            metavar="FILE",
            action="append",
            default=[],
            help="arrays for the example: FILE.npz, by their names in it, or NAME=FILE.npy",
        )
        sub.add_argument("-o", dest="output", metavar="FILE", help="write there")
        return sub

    def with_mode(sub: argparse.ArgumentParser, default: str | None) -> None:
        sub.add_argument(
            "--mode",
            choices=("grad", "pullback", "jvp", "jacobian", "hvp", "hessian"),
            default=default,
            help="grad: the value and gradient; pullback: takes the result's cotangent; jvp: takes "
            "tangents; jacobian; hvp: gradient and Hessian times a vector; hessian",
        )

        sub.add_argument(
            "--target",
            dest="language",
            choices=("python", "numba"),
            default="python",
            help="numba: code that Numba compiles, its decorators included",
        )

    with_mode(add("grad", "print the generated derivative code"), "grad")
    table = add("table", "print the forward and backward stages, side by side")
    table.add_argument(
        "--format",
        choices=("text", "markdown", "latex", "html"),
        default="text",
        help="with --at, every format shows the value of each stage and each adjoint there",
    )
    graph = add("graph", "draw which variable depends on which")
    graph.add_argument(
        "--format",
        choices=("svg", "dot", "mmd"),
        help="SVG, DOT for Graphviz, or Mermaid; by default what the suffix of FILE says, or SVG",
    )
    add("page", "make a page that plays the forward and the reverse sweep")
    with_mode(add("check", "prove the generated code against SymPy's derivative"), None)
    return parser


def _grad(function: StaticFunction, options: argparse.Namespace) -> tuple[str, int]:
    from symdiff.api import generated

    made = generated(function, mode=options.mode, target=options.language, **_wanted(options))
    if options.wrt is None:
        for name in made.left_out:
            print(
                f"symdiff: note: {name!r} is taken for an object, and not differentiated; "
                "an annotation, or --at with an example, says what it is",
                file=sys.stderr,
            )
    return made.text, DONE


def _table(function: StaticFunction, options: argparse.Namespace) -> tuple[str, int]:
    import symdiff

    with contextlib.redirect_stdout(sys.stderr):  # what the function prints at the point
        stages = symdiff.stages(function, **_wanted(options))
    return stages.format(options.format), DONE


def _page(function: StaticFunction, options: argparse.Namespace) -> tuple[str, int]:
    from symdiff.api import page

    with contextlib.redirect_stdout(sys.stderr):
        made = page(function, **_wanted(options))
    return made, DONE


def _graph(function: StaticFunction, options: argparse.Namespace) -> tuple[str, int]:
    import symdiff

    suffix = os.path.splitext(options.output or "")[1].removeprefix(".").lower()
    kind = options.format or {"gv": "dot", "mermaid": "mmd"}.get(suffix, suffix or "svg")
    if kind not in ("svg", "dot", "mmd"):
        raise BadTarget(
            f"{options.output}: no format of graphs goes by the suffix .{suffix}",
            fix="Use .svg, .dot or .mmd, or say which with --format.",
        )
    with contextlib.redirect_stdout(sys.stderr):
        stages = symdiff.stages(function, **_wanted(options))
    return stages.graph(kind), DONE


def _check(function: StaticFunction, options: argparse.Namespace) -> tuple[str, int]:
    import symdiff

    wanted = _wanted(options)
    report = symdiff.check(function, mode=options.mode, target=options.language, **wanted)
    if report.status == "agrees":
        print("symdiff: not proved: the numbers agree, no more is known", file=sys.stderr)
    return str(report), DONE if report.status == "proved" else NOT_PROVED


VERBS = {"grad": _grad, "table": _table, "graph": _graph, "page": _page, "check": _check}


def _wanted(options: argparse.Namespace) -> dict[str, Any]:
    """What the options say of the derivative, as the library is told it."""
    wanted: dict[str, Any] = {} if options.wrt is None else {"argnums": options.wrt}
    args, kwargs = options.at
    kwargs = {**kwargs, **{k: v for like in options.like for k, v in _arrays(like).items()}}
    if args or kwargs:
        wanted |= {"at": args, "kwargs": kwargs}
    return wanted


def _arrays(like: str) -> dict[str, Any]:
    """The arrays that `--like` names. Raises BadTarget."""
    import numpy as np

    name, _, file = like.rpartition("=")
    try:
        found = np.load(file, allow_pickle=False)
        if not name:
            return {key: found[key] for key in found.files}
        return {name: found}
    except (OSError, ValueError, AttributeError) as error:
        why = "NAME=FILE.npy tells whose it is" if file.endswith(".npy") else error
        raise BadTarget(f"{file}: no arrays can be read from it: {why}") from None


def _names(text: str) -> tuple[str | int, ...]:
    """`x,y` as names, `0,1` as positions."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isidentifier() or re.fullmatch(r"-?\d+", part) for part in parts):
        raise argparse.ArgumentTypeError(f"not names or positions separated by commas: {text!r}")
    return tuple(part if part.isidentifier() else int(part) for part in parts)


def _point(text: str) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    """`3,-4` as positional arguments and `x=3` as a keyword argument."""
    try:
        call = ast.parse(f"_({text})", mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            raise ValueError(text)
        args = tuple(ast.literal_eval(arg) for arg in call.args)
        return args, {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
    except (SyntaxError, ValueError):
        raise argparse.ArgumentTypeError(f'not arguments such as "x=3,y=-4": {text!r}') from None


def _deliver(text: str, output: str | None) -> None:
    """Print the result, or write it to a file."""
    text = text.rstrip("\n") + "\n"
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            if sys.stdout.isatty():  # which may lack Greek letters
                sys.stdout.reconfigure(errors="replace")
            else:  # a file, maybe of Python source, which is UTF-8
                sys.stdout.reconfigure(encoding="utf-8")
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        with open(output, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise BadTarget(f"{output}: cannot be written: {error.strerror}") from None


def _report(error: SymdiffError, stream: TextIO) -> None:
    paint = _painter(stream)
    for one in error.errors if isinstance(error, Offences) else (error,):
        name = paint(type(one).__name__, "name")
        print(f"symdiff: {name}: {one.render(paint)}", file=stream)


def _painter(stream: TextIO) -> Paint:
    """Colours for a terminal, nothing for anything else or where NO_COLOR is set."""
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return lambda text, role: text
    return lambda text, role: f"\x1b[{ANSI[role]}m{text}\x1b[0m"
