"""The text of compiled Jacobians: a pushforward is called for every number of the arguments, or a
pullback for every number of the value."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from symdiff.errors import NotCompiled
from symdiff.generate import Generated
from symdiff.rules import kind_of
from symdiff.stages import Apply, ArrayOf, Expr, Scalar, is_differentiable, unused
from symdiff.write.layout import print_module
from symdiff.write.numba import decorator
from symdiff.write.statements import Marks

Tree = (
    Any  # the rank of a number or array that has a derivative, None for what has none, or a tuple
)
Path = tuple[int, ...]


def tree_of_spec(spec: Any) -> Tree:
    """What of an argument has a derivative."""
    if isinstance(spec, tuple):
        return tuple(map(tree_of_spec, spec[1:]))
    if isinstance(spec, (Scalar, ArrayOf)) and is_differentiable(spec):
        return spec.rank if isinstance(spec, ArrayOf) else 0
    return None


def tree_of_result(result: Expr) -> Tree:
    """What of a value has a derivative."""
    if isinstance(result, Apply) and result.op == "tuple":
        return tuple(map(tree_of_result, result.args))
    kind = kind_of(result)
    if not isinstance(kind, (Scalar, ArrayOf)):
        raise NotCompiled(f"a compiled Jacobian of a function that returns {kind!r}")
    return tree_of_spec(kind)


def leaves(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, int]]:
    """The ways to the numbers and arrays, and their ranks."""
    if isinstance(tree, tuple):
        for i, part in enumerate(tree):
            yield from leaves(part, (*path, i))
    elif tree is not None:
        yield path, tree


def is_reverse(inputs: Tree, outputs: Tree) -> bool:
    """Whether the reverse mode takes fewer sweeps; for arrays by arrays that can't be told."""
    ins, outs = ([rank for _, rank in leaves(tree)] for tree in (inputs, outputs))
    if any(outs):
        return False
    return any(ins) or len(outs) < len(ins)


def at(name: str, path: Path) -> str:
    return name + "".join(f"[{i}]" for i in path)


def spelt(tree: Tree, leaf: Callable[[Path, int], str], path: Path = ()) -> str:
    """A value of a structure, as text."""
    if isinstance(tree, tuple):
        parts = [spelt(part, leaf, (*path, i)) for i, part in enumerate(tree)]
        return f"({', '.join(parts)}{',' * (len(parts) == 1)})"
    return "None" if tree is None else leaf(path, tree)


class Driver:
    """The text of one Jacobian. `inputs` has the structure of each differentiated argument, of
    which `names` are the names."""

    def __init__(
        self, made: Generated, names: Sequence[str], inputs: tuple[Tree, ...], outputs: Tree
    ) -> None:
        self.made, self.names, self.inputs, self.outputs = made, names, inputs, outputs
        tree = ast.parse(made.text)
        self.inner = next(
            s for s in tree.body if isinstance(s, ast.FunctionDef) and s.name == made.name
        )
        self.own = set(made.own_parameters)
        self.params = [a.arg for a in self.inner.args.args if a.arg not in self.own]
        self.taken = {"np", *self.params}
        self.taken |= {s.name for s in tree.body if isinstance(s, ast.FunctionDef)}
        self.lines: list[str] = []

    def free(self, wanted: str) -> str:
        """A name that nothing has yet."""
        name = unused(wanted, self.taken)
        self.taken.add(name)
        return name

    def text(self, name: str, what: str, reverse: bool, single: bool) -> str:
        """The function; its lines are gathered first."""
        rows = self.rows(single) if reverse else self.columns(single)
        args = ast.unparse(_without(self.inner.args, self.own))
        head = [f"def {name}({args}):", f'    """{what}."""']
        return "\n".join([*head, *(f"    {line}" for line in self.lines), f"    return {rows}", ""])

    # --- forward: a column for each number of the arguments

    def columns(self, single: bool) -> str:
        blocks: dict[tuple[int, Path, Path], str] = {}
        arrays = [(o, rank) for o, rank in leaves(self.outputs) if rank]
        zeros: dict[tuple[int, Path], str] = {}
        for i, tree in enumerate(self.inputs):
            for path, rank in leaves(tree):
                zeros[i, path] = "0.0"
                if rank:
                    zeros[i, path] = self.free(f"{self.names[i]}_dot")
                    self.lines.append(
                        f"{zeros[i, path]} = np.zeros_like({at(self.names[i], path)})"
                    )

        def call(**changed: str) -> str:
            """The pushforward along zero, but for one number that is one."""
            where = changed.get("at")

            def tangent(i: int, path: Path, _: int) -> str:
                return "1.0" if where == f"{i}{path}" else zeros[i, path]

            given = [spelt(t, partial(tangent, i)) for i, t in enumerate(self.inputs)]
            return f"{self.made.name}({', '.join([*self.params, *given])})"

        value = ""
        if arrays and any(rank for tree in self.inputs for _, rank in leaves(tree)):
            value = self.free("value")
            self.lines.append(f"{value} = {call()}[0]")
        column = self.free("column")
        for i, tree in enumerate(self.inputs):
            for path, rank in leaves(tree):
                if not rank:
                    name = self.free(f"d_{self.names[i]}")
                    self.lines.append(f"{name} = {call(at=f'{i}{path}')}[1]")
                    blocks |= {(i, path, o): at(name, o) for o, _ in leaves(self.outputs)}
                    continue
                x, dot = at(self.names[i], path), zeros[i, path]
                for o, wide in leaves(self.outputs):
                    blocks[i, path, o] = self.free(f"d_{self.names[i]}")
                    shape = f"{at(value, o)}.shape + {x}.shape" if wide else f"{x}.shape"
                    self.lines.append(f"{blocks[i, path, o]} = np.empty({shape}, {x}.dtype)")
                index = [self.free(letter) for letter in "ijklmnop"[:rank]]
                for axis, letter in enumerate(index):
                    self.lines.append("    " * axis + f"for {letter} in range({x}.shape[{axis}]):")
                indent, place = "    " * rank, ", ".join(index)
                self.lines.append(f"{indent}{dot}[{place}] = 1.0")
                self.lines.append(f"{indent}{column} = {call()}[1]")
                for o, wide in leaves(self.outputs):
                    into = ", ".join([":"] * wide + index)
                    self.lines.append(f"{indent}{blocks[i, path, o]}[{into}] = {at(column, o)}")
                self.lines.append(f"{indent}{dot}[{place}] = 0.0")

        def row(o: Path, _: int) -> str:
            def block(i: int, path: Path, _: int) -> str:
                return blocks[i, path, o]

            return self.of_inputs(block, single)

        return spelt(self.outputs, row)

    def of_inputs(self, leaf: Callable[[int, Path, int], str], single: bool) -> str:
        parts = [spelt(tree, partial(leaf, i)) for i, tree in enumerate(self.inputs)]
        return parts[0] if single else f"({', '.join(parts)}{',' * (len(parts) == 1)})"

    # --- reverse: a row for each number of the value

    def rows(self, single: bool) -> str:
        found: dict[Path, str] = {}
        for o, rank in leaves(self.outputs):
            if rank:
                raise NotCompiled(
                    "a compiled Jacobian of a function that returns arrays takes mode='forward'",
                    self.made.reading.procedure.place,
                )

            def cotangent(path: Path, _: int, one: Path = o) -> str:
                return "1.0" if path == one else "0.0"

            seed = spelt(self.outputs, cotangent)
            found[o] = f"{self.made.name}({', '.join([*self.params, seed])})[1]"
        if len(found) == 1 and self.outputs == 0:
            return found[()]
        for o, called in found.items():
            found[o] = self.free("row")
            self.lines.append(f"{found[o]} = {called}")
        return spelt(self.outputs, lambda o, _: found[o])


def module(driver: Driver, name: str, what: str, reverse: bool, single: bool) -> str:
    """The text of the sweep, and of the function that calls it."""
    printed = print_module(ast.parse(driver.text(name, what, reverse, single)), Marks())
    text = "\n".join(printed.lines) + "\n"
    options = dict(driver.made.options)
    head = driver.made.text.rstrip("\n")
    if "np." in text and "import numpy as np" not in head:
        head = head.replace("import numba\n", "import numba\nimport numpy as np\n", 1)
    return f"{head}\n\n\n{decorator(options)}\n{text}"


def _without(args: ast.arguments, names: set[str]) -> ast.arguments:
    if args.vararg is not None:
        raise NotCompiled("a compiled Jacobian of a function with *args")
    keep = [p for p in args.args if p.arg not in names]
    return ast.arguments([], keep, None, [], [], None, args.defaults)
