"""The text of compiled Jacobians: a pushforward along many directions is called for so many columns
at once, or one along a single direction for each number of the arguments, or a pullback for every
number of the value."""

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
AT_ONCE = 64  # so many directions go through one sweep: more would only take more memory


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


def takes_many(inputs: tuple[Tree, ...], outputs: Tree) -> bool:
    """Whether the forward mode may take many directions at once: where numbers only come from
    numbers, nothing is to be allocated."""
    if any(isinstance(tree, tuple) or tree is None for tree in inputs):
        return False
    return any(inputs) or len(inputs) > 1 and any(rank for _, rank in leaves(outputs))


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

    def text(self, name: str, what: str, by: str, single: bool) -> str:
        """The function; its lines are gathered first."""
        write = {"rows": self.rows, "columns": self.columns, "together": self.together}[by]
        rows = write(single)
        args = ast.unparse(_without(self.inner.args, self.own))
        head = [f"def {name}({args}):", f'    """{what}."""']
        return "\n".join([*head, *(f"    {line}" for line in self.lines), f"    return {rows}", ""])

    # --- forward: many columns at once

    def together(self, single: bool) -> str:
        """One sweep for all columns; for arrays one for each `AT_ONCE` of them."""
        count, starts = self.counted()
        outputs = list(leaves(self.outputs))
        columns = self.free("columns")
        if count.isdigit():
            units = self.free("units")
            self.lines.append(f"{units} = np.eye({count})")
            seeds = [f"{units}[{start}]" for start in starts]
            self.lines.append(f"{columns} = {self.call(seeds)}")
            return self.blocks({o: at(columns, o) for o, _ in outputs}, starts, single)
        start, stop = self.free("start"), self.free("stop")
        # There is always a round: the first one makes what is returned.
        self.lines.append(f"for {start} in range(0, max({count}, 1), {AT_ONCE}):")
        self.lines.append(f"    {stop} = min({start} + {AT_ONCE}, {count})")
        seeds = self.seeds(starts, f"{stop} - {start}", start)
        self.lines.append(f"    {columns} = {self.call(seeds)}")
        self.lines.append(f"    if {start} == 0:")
        whole: dict[Path, str] = {}
        for o, rank in outputs:
            whole[o] = self.free(f"d_{self.names[0]}" if single else "d")
            shape = f"{at(columns, o)}.shape[:-1] + ({count},)" if rank else count
            self.lines.append(f"        {whole[o]} = np.empty({shape})")
        for o, rank in outputs:
            place = ", ".join([":"] * rank + [f"{start}:{stop}"])
            self.lines.append(f"    {whole[o]}[{place}] = {at(columns, o)}")
        return self.blocks(whole, starts, single)

    def counted(self) -> tuple[str, list[str]]:
        """How many numbers the arguments have together, and how many come before each."""
        arrays: list[str] = []
        numbers = 0
        starts: list[str] = []
        for name, rank in zip(self.names, self.inputs, strict=True):
            starts.append(_sum(arrays, numbers))
            arrays += [f"{name}.size"] if rank else []
            numbers += not rank
        count = _sum(arrays, numbers)
        if len(self.names) > 1 and arrays:
            total = self.free("count")
            self.lines.append(f"{total} = {count}")
            count = total
        return count, starts

    def seeds(self, starts: list[str], width: str, first: str) -> list[str]:
        """The tangents of the arguments along some of the unit directions, from the first on."""
        found = []
        for name, rank, start in zip(self.names, self.inputs, starts, strict=True):
            offset = f"-{first}" if start == "0" else f"{start} - {first}"
            unit = f"np.eye({f'{name}.size' if rank else 1}, {width}, {offset})"
            if rank > 1:
                unit = f"{unit}.reshape({name}.shape + ({width},))"
            found.append(unit if rank else f"{unit}[0]")
        return found

    def call(self, seeds: list[str]) -> str:
        return f"{self.made.name}({', '.join([*self.params, *seeds])})"

    def blocks(self, whole: dict[Path, str], starts: list[str], single: bool) -> str:
        """The derivatives of each output in each argument, from those in all numbers."""
        ranks = dict(leaves(self.outputs))

        def block(o: Path, i: int, path: Path, rank: int) -> str:
            found, name, wide = whole[o], self.names[i], [":"] * ranks[o]
            if not rank:
                part = f"{found}[{', '.join([*wide, starts[i]])}]"
                return f"{part}.copy()" if wide else part
            if len(self.names) > 1:
                stop = _sum([starts[i]] if starts[i] != "0" else [], 0, f"{name}.size")
                found = f"{found}[{', '.join([*wide, f'{starts[i]}:{stop}'])}].copy()"
            if rank > 1:
                before = f"{whole[o]}.shape[:-1] + " if wide else ""
                found = f"{found}.reshape({before}{name}.shape)"
            return found

        def row(o: Path, _: int) -> str:
            return self.of_inputs(partial(block, o), single)

        return spelt(self.outputs, row)

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


def module(driver: Driver, name: str, what: str, by: str, single: bool) -> str:
    """The text of the sweep, and of the function that calls it: "together" for all directions, for
    "columns", or for "rows"."""
    printed = print_module(ast.parse(driver.text(name, what, by, single)), Marks())
    text = "\n".join(printed.lines) + "\n"
    options = dict(driver.made.options)
    head = driver.made.text.rstrip("\n")
    if "np." in text and "import numpy as np" not in head:
        head = head.replace("import numba\n", "import numba\nimport numpy as np\n", 1)
    return f"{head}\n\n\n{decorator(options)}\n{text}"


def _sum(arrays: list[str], numbers: int, *more: str) -> str:
    return " + ".join(
        [*arrays, *more, *([str(numbers)] if numbers or not arrays and not more else [])]
    )


def _without(args: ast.arguments, names: set[str]) -> ast.arguments:
    if args.vararg is not None:
        raise NotCompiled("a compiled Jacobian of a function with *args")
    keep = [p for p in args.args if p.arg not in names]
    return ast.arguments([], keep, None, [], [], None, args.defaults)
