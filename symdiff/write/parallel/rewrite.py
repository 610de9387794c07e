"""Loops of a function for Numba whose rounds run in parallel.

A loop whose rounds are independent becomes a function of its own, which runs the rounds from
`start` to `stop` and returns what they add up; a second one calls it in `numba.prange`, for as many
parts of the loop as there are threads. Every part has sums, totals and scratch arrays of its own:
no two threads write to the same place. What the parts have added up is added in their order.

Only that second function is compiled with `parallel=True`: so Numba takes no expressions of arrays
apart, of which it does not broadcast all that NumPy broadcasts. The number of threads is that of
Numba's configuration: code that asks for the number set at run time can't be kept on disk.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from symdiff.stages import INTEGER, ArrayOf
from symdiff.write.parallel.flow import Liveness
from symdiff.write.parallel.function import PURE, Effects, Function
from symdiff.write.parallel.independent import Rounds, independent
from symdiff.write.statements import Marks

QUICK = PURE - {"sum", "pow"}


Functions = list[tuple[ast.FunctionDef, Marks]]


def in_parallel(
    functions: Functions, helpers: list[str], bare: set[str]
) -> tuple[Functions, set[str]]:
    """Functions with parallel loops, where these are independent and that may pay, after the
    functions for these; and the names of those that Numba is to compile with `parallel`.

    The last function is the one that is asked for. Parallel loops don't nest: a function that is
    called in a loop has none. Nor have those that are to stay `bare`.
    """
    effects: dict[str, Effects] = {}
    plain = [ast.parse(text).body[0] for text in helpers]
    for made, variables in [
        *((f, {}) for f in plain if isinstance(f, ast.FunctionDef)),
        *((made, marks.variables) for made, marks in functions),
    ]:
        found = Function(made, variables, effects).effects()
        if found is not None:
            effects[made.name] = found
    names = {name for made, _ in functions for name in _names(made)}
    often = _called_often([made for made, _ in functions])
    done: Functions = []
    parallel: set[str] = set()
    for made, marks in functions:
        if made.name not in often | bare:
            changed = _Changer(made, marks, effects, names).run()
            done += [(part, marks) for part in changed]
            parallel |= {part.name for part in changed[1::2]}
        done.append((made, marks))
    return done, parallel


def _names(made: ast.FunctionDef) -> set[str]:
    args = {a.arg for a in ast.walk(made) if isinstance(a, ast.arg)}
    return args | {n.id for n in ast.walk(made) if isinstance(n, ast.Name)} | {made.name}


def _called_often(functions: list[ast.FunctionDef]) -> set[str]:
    """The functions that are called in loops, or by such functions, or by themselves."""
    known = {made.name: _names(made) - {made.name} for made in functions}
    found: set[str] = set()
    for made in functions:
        for node in ast.walk(made):
            if isinstance(node, (ast.For, ast.While)):
                found |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            elif isinstance(node, ast.Name) and node.id == made.name:
                found.add(made.name)
    pending = [name for name in known if name in found]
    while pending:
        new = (known[pending.pop()] & known.keys()) - found
        found |= new
        pending += sorted(new)
    return found


class _Changer:
    def __init__(
        self, made: ast.FunctionDef, marks: Marks, effects: dict[str, Effects], names: set[str]
    ) -> None:
        self.made, self.marks, self.effects, self.names = made, marks, effects, names
        self.result: list[ast.FunctionDef] = []
        words = ("chunks", "chunk", "start", "stop")
        self.chunks, self.chunk, self.start, self.stop = map(self.new, words)

    def run(self) -> list[ast.FunctionDef]:
        self.function = Function(self.made, self.marks.variables, self.effects)
        body: list[ast.stmt] = []
        for statement in self.made.body:
            body += self.statement(statement, statement, 0)
        self.made.body = body
        return self.result

    def statement(self, node: ast.stmt, around: ast.stmt, depth: int) -> list[ast.stmt]:
        match node:
            case ast.For():
                wanted = node in self.marks.parallel or not depth and self.pays(node)
                rounds = independent(self.function, node, around) if wanted else None
                if rounds is not None and self.is_dense(node, rounds):
                    return self.written(node, rounds)
                self.inside(node.body, around, depth + 1)
            case ast.While():
                self.inside(node.body, around, depth + 1)
            case ast.If():
                self.inside(node.body, around, depth)
                self.inside(node.orelse, around, depth)
        return [node]

    def inside(self, block: list[ast.stmt], around: ast.stmt, depth: int) -> None:
        block[:] = [s for node in list(block) for s in self.statement(node, around, depth)]

    # --- whether it pays

    def pays(self, loop: ast.For) -> bool:
        """Whether a round is more than a few operations on numbers."""
        for statement in loop.body:
            for node in ast.walk(statement):
                match node:
                    case ast.For() | ast.While():
                        return True
                    case ast.Call(func=func):
                        if not (isinstance(func, ast.Name) and func.id in QUICK):
                            return True
        return False

    def is_dense(self, loop: ast.For, rounds: Rounds) -> bool:
        """Whether the rounds add to their totals so often that one for each thread is no waste."""
        ranks = [self.function.rank(name) or 0 for name in rounds.totals]
        return max(ranks, default=0) <= _depth(loop) + any(map(self.is_array_work, loop.body))

    def is_array_work(self, statement: ast.stmt) -> bool:
        """Whether a statement itself computes with arrays, as Numba runs in parallel."""
        if isinstance(statement, (ast.For, ast.While, ast.If)):
            return False
        return any(
            isinstance(node, ast.Name)
            and any(isinstance(k, ArrayOf) and k.dims for k in self.function.kinds_of(node.id))
            for op in ast.walk(statement)
            if isinstance(op, ast.BinOp)
            for node in (op.left, op.right)
        )

    # --- how it is written

    def written(self, loop: ast.For, rounds: Rounds) -> list[ast.stmt]:
        part, given = self.part(loop, rounds)
        added = [*rounds.sums, *rounds.totals]
        parts = [self.new(f"{name}_of") for name in added]
        whole = self.whole(part, rounds, parts)
        self.result += [part, whole]
        bounds = [ast.unparse(rounds.low), ast.unparse(rounds.high)]
        call = f"{whole.name}({', '.join([*bounds, *given])})"
        if not added:
            return ast.parse(call).body
        lines = [
            f"{', '.join(parts)} = {call}",
            f"for {self.chunk} in range(len({parts[0]})):",
            *(f"    {n} += {of}[{self.chunk}]" for n, of in zip(added, parts, strict=True)),
        ]
        return ast.parse("\n".join(lines)).body

    def whole(self, part: ast.FunctionDef, rounds: Rounds, parts: list[str]) -> ast.FunctionDef:
        """The function that runs all parts of a loop."""
        chunks, chunk, start, stop = self.chunks, self.chunk, self.start, self.stop
        names = [a.arg for a in part.args.args]
        makes = [
            f"np.empty({chunks}, np.int64)" if self.zero(name) == "0" else f"np.empty({chunks})"
            for name in rounds.sums
        ]
        for name in rounds.totals:
            like = self.likes[name]
            makes.append(f"np.empty(({chunks},) + {like}.shape, {like}.dtype)")
        bounds = [
            f"{start} + {at} * ({stop} - {start}) // {chunks}" for at in (chunk, f"({chunk} + 1)")
        ]
        call = f"{part.name}({', '.join([*bounds, *names[2:]])})"
        added = [*rounds.sums, *rounds.totals]
        places = [chunk] * len(rounds.sums) + [f"{chunk}, :"] * len(rounds.totals)
        puts = zip(parts, places, added, strict=True)
        lines = [
            f"def {self.new(self.made.name + '_loop')}({', '.join(names)}):",
            f'    """All rounds of a loop of {self.made.name}, in parallel."""',
            f"    {chunks} = numba.config.NUMBA_NUM_THREADS",
            *(f"    {of} = {make}" for of, make in zip(parts, makes, strict=True)),
            f"    for {chunk} in numba.prange({chunks}):",
            f"        {', '.join(added)} = {call}" if added else f"        {call}",
            *(f"        {of}[{place}] = {name}" for of, place, name in puts),
            *([f"    return {', '.join(parts)}"] if parts else []),
        ]
        made = ast.parse("\n".join(lines)).body[0]
        assert isinstance(made, ast.FunctionDef)
        return made

    def part(self, loop: ast.For, rounds: Rounds) -> tuple[ast.FunctionDef, list[str]]:
        """The function that runs some rounds of a loop, and what it is given beside its bounds."""
        assert isinstance(loop.target, ast.Name)
        own = [*rounds.totals, *rounds.empty, *rounds.zero]
        needed = Liveness(loop.body).before & self.function.locals
        needed -= {loop.target.id, *rounds.sums}
        given = [name for name in _in_order(loop) if name in needed]
        self.likes = likes = {name: self.new(f"{name}_like") for name in own}
        head = [f"{name} = {self.zero(name)}" for name in rounds.sums]
        for name in own:
            how = "empty_like" if name in rounds.empty else "zeros_like"
            head.append(f"{name} = np.{how}({likes[name]})")
        added = [*rounds.sums, *rounds.totals]
        doc = f"Some rounds of a loop of {self.made.name}"
        doc += f": what they add to {_listed(added)}." if added else "."
        name = self.new(f"{self.made.name}_rounds")
        shown = ", ".join([self.start, self.stop, *(likes.get(n, n) for n in given)])
        tail = [f"return {', '.join(added)}"] if added else []
        lines = [f"def {name}({shown}):", f'"""{doc}"""', *head, "for _ in (): pass", *tail]
        made = ast.parse("\n    ".join(lines)).body[0]
        assert isinstance(made, ast.FunctionDef)
        bounds = ast.parse(f"range({self.start}, {self.stop})", mode="eval").body
        at = next(i for i, s in enumerate(made.body) if isinstance(s, ast.For))
        made.body[at] = ast.For(loop.target, bounds, loop.body, [])
        return made, given

    def zero(self, name: str) -> str:
        return "0" if all(k is INTEGER for k in self.function.kinds_of(name)) else "0.0"

    def new(self, name: str) -> str:
        """A name that nothing has yet."""
        made, number = name, 1
        while made in self.names:
            number += 1
            made = f"{name}_{number}"
        self.names.add(made)
        return made


def _depth(loop: ast.For | ast.While) -> int:
    """How deeply loops are nested in a loop, itself included."""
    inner = [n for s in loop.body for n in ast.walk(s) if isinstance(n, (ast.For, ast.While))]
    return 1 + max(map(_depth, inner), default=0)


def _in_order(loop: ast.For) -> Iterator[str]:
    """The names in a loop, each once, in the order of the text."""
    seen: set[str] = set()
    for statement in loop.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id not in seen:
                seen.add(node.id)
                yield node.id


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
