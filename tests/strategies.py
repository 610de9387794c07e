"""Random Python functions of scalars, as source text: by a seed, or drawn by Hypothesis.

A program is well defined on every path: names are read where they are surely assigned, functions
stay in their domains, loops end. Literals are all different, so that ties of `max` and zeros of
`abs` do not happen by accident.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

from idioms import IDIOMS, PREAMBLE

T = TypeVar("T")

# Names that the generated code would also like to have, among everyday ones.
NAMES = (
    "a", "b", "c", "d", "e", "g", "h", "p", "q", "r", "s", "t", "w", "dx", "value", "a_1", "kept",
    "dout", "x_kept", "rounds", "out", "total", "da", "y_1", "items", "sin", "db", "taken",
)  # fmt: skip
ONE_PLACE = (
    "-{}", "+{}", "math.sin({})", "math.cos({})", "math.tanh({})", "math.atan({})", "{} ** 2",
    "math.exp(math.sin({}))", "math.sqrt(1.0 + {u} * {u})", "math.log(2.0 + {u} * {u})", "{} ** 3",
    "math.erf({})", "abs({})", "math.fabs({})", "{} ** 1", "({u} * {u} + 1.5) ** -2",
    "1 / (2 + {u} ** 2)",
    "{} - math.floor({})", "{} % 1.7", "rare", "math.expm1(math.cos({}))", "2.0 ** math.sin({})",
    "math.asin(0.5 * math.sin({}))", "({u} * {u} + 0.5) ** 0.5", "float({})",
    "(lambda u: u * u + {})({})",
    "math.pow(1.2 + {u} * {u}, 1.5)", "math.log1p({u} * {u})",
)  # fmt: skip
RARE = (
    "0.0 * {}",
    "{} ** 0",
    "{} // 1.3",
    "pow({}, 2)",
    "{} * True",
    "math.floor({})",
    "{} * 0 + {}",
    "round({}, 2)",
)
TWO_PLACES = (
    "{} + {}", "{} - {}", "{} * {}", "{} / (1.0 + {u} * {u})", "max({}, {})", "min({}, {})",
    "math.hypot({}, 1.0 + {u} * {u})", "math.atan2({}, 2.0 + math.cos({}))", "({} or {})",
    "({} and {})",
    "(1.5 + math.sin({})) ** math.tanh({})", "sum(({}, {}))", "sum([{}, {}], {})",
    "math.copysign({}, {})",
    "max({}, {}, key=abs)", "math.fmod({}, 2.0 + {u} * {u})", "sum(v * {} for v in ({}, {}))",
    "math.prod([{}, {}])", "math.fsum(({}, {}))",
)  # fmt: skip


@dataclass(frozen=True)
class Program:
    """The text of a module whose function `f` is to be differentiated, and arguments for it."""

    text: str
    args: tuple[Any, ...]

    def __repr__(self) -> str:
        return f"{self.text}\n\n# f{self.args}\n"


@dataclass
class Function:
    """A function that expressions may call: parameters, how many have defaults, results."""

    name: str
    params: list[str]
    defaults: int = 0
    counted: bool = False  # the last argument is an integer: how deep it recurs
    results: int = 1
    pure: bool = True  # changes nothing around it


@dataclass
class Names:
    """The names that are surely assigned at some point of the program."""

    reals: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)  # the reals that may be assigned again
    integers: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)  # the integers that may be assigned again
    flags: list[str] = field(default_factory=list)
    lists: dict[str, int] = field(default_factory=dict)  # with the least length
    tuples: dict[str, int] = field(default_factory=dict)
    dicts: list[str] = field(default_factory=list)
    fixed: list[str] = field(default_factory=list)  # the lists and tuples of a function around
    functions: list[Function] = field(default_factory=list)

    def keep(self, other: Names) -> None:
        """Forget what is not in another."""
        for name, mine in vars(self).items():
            theirs = getattr(other, name)
            if isinstance(mine, dict):
                setattr(self, name, {k: v for k, v in mine.items() if k in theirs})
            else:
                mine[:] = [m for m in mine if m in theirs]


class Writer:
    """Writes one random program; `below(n)` draws every decision, a number from 0 to n - 1."""

    def __init__(self, below: Callable[[int], int]) -> None:
        self.below = below
        self.lines: list[str] = []
        self.names = Names()
        self.indent = 0
        self.loops = 0
        self.depth = 0
        self.results = 1
        self.jumps: list[bool] = []  # for each open loop, whether it may be left early
        self.used: dict[str, int] = {}
        self.literals = 0

    # --- decisions ---

    def pick(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def count(self, least: int, most: int) -> int:
        return least + self.below(most - least + 1)

    def chance(self, one_in: int) -> bool:
        return self.count(0, one_in - 1) == one_in - 1

    def literal(self) -> str:
        """A number with four random digits and three that are its own."""
        self.literals += 1
        return f"{self.count(0, 24_999) / 10_000:.4f}{self.literals:03d}"

    def new(self, pool: Sequence[str] = NAMES) -> str:
        base = self.pick(pool)
        self.used[base] = n = self.used.get(base, 0) + 1
        return base if n == 1 else f"{base}{n}"

    # --- text ---

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        self.line(header)
        self.indent += 1
        start = len(self.lines)
        yield
        if len(self.lines) == start:
            self.line("pass")
        self.indent -= 1

    # --- expressions ---

    def real(self, depth: int = 2) -> str:
        leaf = depth <= 0 or self.chance(4)
        forms = self.atoms if leaf else self.compounds
        return self.pick([f for f in forms() if f is not None])(depth)

    def atoms(self) -> list[Any]:
        names = self.names
        item = names.lists or names.tuples or names.dicts
        return [
            *[self.variable] * 8, lambda _: self.literal(), lambda _: self.literal(),
            *[self.item if item else None] * 2,
            (lambda _: f"{self.integer()} * {self.literal()}") if names.integers else None,
            lambda _: self.pick(("1.0", "2", "0.5", "-1", "math.pi")),
        ]  # fmt: skip

    def compounds(self) -> list[Any]:
        names = self.names
        return [
            self.one_place, self.one_place, self.two_places, self.two_places, self.two_places,
            self.choice,
            self.call if any(f.results == 1 for f in names.functions) else None,
            self.over_list if any(names.lists.values()) else None, self.comprehended,
            self.with_integer if names.integers else None,
        ]  # fmt: skip

    def variable(self, _: int = 0) -> str:
        return self.pick(self.names.reals) if self.names.reals else self.literal()

    def atom(self, depth: int) -> str:
        """An expression that binds as tightly as a name."""
        text = self.real(depth)
        return text if text.replace(".", "").replace("_", "").isalnum() else f"({text})"

    def fill(self, form: str, depth: int) -> str:
        used = self.variable() if "{u}" in form else ""
        return form.replace("{u}", used).format(
            *(self.atom(depth - 1) for _ in range(form.count("{}")))
        )

    def one_place(self, depth: int) -> str:
        form = self.pick(ONE_PLACE)
        if form == "rare":
            form = self.pick(RARE)
        if form in ("{} - math.floor({})", "{} % 1.7"):
            return form.replace("{}", self.atom(depth - 1))
        return self.fill(form, depth)

    def two_places(self, depth: int) -> str:
        return self.fill(self.pick(TWO_PLACES), depth)

    def choice(self, depth: int) -> str:
        return f"({self.real(depth - 1)} if {self.test(1)} else {self.real(depth - 1)})"

    def with_integer(self, depth: int) -> str:
        form = self.pick(("{} * {i}", "{} + {i}", "{} / (1 + {i} * {i})", "{} ** abs({i})",
                          "{} - {i} / 3",
                          "(1.0 + {u} * {u}) ** {i}", "{i} - {}"))  # fmt: skip
        return self.fill(form.replace("{i}", self.pick(self.names.integers)), depth)

    def call(self, depth: int) -> str:
        return self.called(self.pick([f for f in self.names.functions if f.results == 1]), depth)

    def called(self, function: Function, depth: int) -> str:
        given = [self.real(depth - 1) for _ in function.params]
        if function.counted:
            depths = ["2", "0", "3", *(f"min({i}, 3)" for i in self.names.integers)]
            return f"{function.name}({', '.join([*given, self.pick(depths)])})"
        plain = self.count(0, len(given))
        parts = given[:plain]
        for i, name in enumerate(function.params[plain:], plain):
            if i < len(given) - function.defaults or self.chance(2):
                parts.append(f"{name}={given[i]}")
        return f"{function.name}({', '.join(parts)})"

    def item(self, _: int = 0) -> str:
        kind = self.pick([k for k in (self.names.lists, self.names.tuples, self.names.dicts) if k])
        name = self.pick(list(kind))
        if kind is self.names.dicts:
            return f'{name}["{self.pick("pq")}"]'
        return f"{name}[{self.index(name)}]" if kind[name] else f"sum({name})"

    def index(self, name: str) -> str:
        size = self.names.lists.get(name) or self.names.tuples[name]
        integers = self.names.integers if name in self.names.lists else []
        at = self.pick(["0", "-1", "last", "any", *integers])
        if at in integers:
            return f"{at} % len({name})"
        if at == "last":
            return str(size - 1)
        return str(self.count(-size, size - 1)) if at == "any" else at

    def over_list(self, depth: int) -> str:
        name = self.pick([n for n, size in self.names.lists.items() if size])
        form = self.pick(("sum({})", "max({})", "min({})", "len({}) * {e}",
                          "sum(v * v for v in {})", "math.fsum({})",
                          "sum(v * k for k, v in enumerate({}))", "sum({}[1:])",
                          "sum([v for v in {} if v > {e}])",
                          "sum(v * w for v, w in zip({}, reversed({})))", "sorted({})[0]",
                          "math.prod({})",
                          "sum(map(abs, {}))", "max(v * {e} for v in {})"))  # fmt: skip
        return form.replace("{}", name).replace("{e}", self.atom(depth - 1))

    def comprehended(self, depth: int) -> str:
        k = self.new("ijk")
        self.names.integers.append(k)
        inside = self.real(depth - 1)
        condition = self.pick(("", "", f" if {k} % 2 == 0", f" if {self.test(1)}"))
        self.names.integers.remove(k)
        total = self.pick(("sum", "math.fsum", "sum"))
        return f"{total}([{inside} for {k} in {self.range()}{condition}])"

    def integer(self) -> str:
        return self.pick(self.names.integers or ["2"])

    def test(self, depth: int = 2) -> str:
        forms = [
            "{} < {}", "{} > {}", "{} <= {}", "not {} > {}", "-1.5 < {} < {}",
            "({} < {} and {} > -2.1)",
            "({} > {} or not {} < 0.3)", "{} >= 0.2", "(({} > 0.1) == ({} > 0.4))", "{} != {}",
        ]  # fmt: skip
        if self.names.integers:
            forms += [
                "{i} % 2 == 0",
                "{i} > 1",
                "{i} in (0, 2)",
                "0 < {i} <= 3",
                "{i} and {} > 0.2",
                "{i} == 0 or {} < {}",
            ]
        forms += self.names.flags * 2
        forms += [f"len({name}) > {self.count(0, 4)}" for name in self.names.lists]
        form = self.pick(forms)
        return self.fill(form.replace("{i}", self.integer() if "{i}" in form else ""), depth)

    def range(self) -> str:
        return self.pick(["range(3)", "range(1)", "range(0)", "range(3, 0, -1)", "range(1, 6, 2)",
                          "range(5, -1, -2)",
                          *(f"range({i})" for i in self.names.integers[:3]),
                          *(f"range({i}, -1, -1)" for i in self.names.integers[:2]),
                          *(f"range({i}, 4)" for i in self.names.integers[-1:])])  # fmt: skip

    # --- assignments ---

    def target(self) -> str:
        """A name to assign to: its value must be written before it counts as assigned."""
        if self.names.own and not self.chance(3):
            return self.pick(self.names.own)
        return self.new()

    def assigned(self, *targets: str) -> None:
        for name in targets:
            for known in (self.names.reals, self.names.own):
                if name not in known:
                    known.append(name)

    def assignment(self) -> None:
        value = self.real(3)
        name = self.target()
        self.line(f"{name} = {value}")
        self.assigned(name)

    def started(self) -> None:
        """An accumulator, which starts as an integer or a real."""
        name = self.new()
        self.line(f"{name} = {self.pick(('0.0', '0', '1', '1.0'))}")
        self.assigned(name)

    def augmented(self) -> None:
        if not self.names.own:
            return self.assignment()
        name = self.pick(self.names.own)
        form = self.pick(
            (
                "{n} += {}",
                "{n} -= {}",
                "{n} *= {}",
                "{n} /= 1.0 + {u} * {u}",
                "{n} **= 2",
                "{n} += {n}",
            )
        )
        return self.line(self.fill(form.replace("{n}", name), 2))

    def swap(self) -> None:
        own = self.names.own
        if len(own) < 2:
            return self.assignment()
        a, b, c = (self.pick(own) for _ in range(3))
        form = self.pick(("{a}, {b} = {b}, {a}", "{a}, {b}, {c} = {c}, {a}, {b}",
                          "{a}, {b} = {b}, {}", "{a}, {b} = {}, {a}",
                          "{a} = {b} = {}", "{a}, *{l} = {b}, {}, {c}",
                          "({a}, {b}), {c} = ({}, {c}), {a}"))  # fmt: skip
        names = {"a": a, "b": b, "c": c, "l": self.new() if "{l}" in form else ""}
        for key, name in names.items():
            form = form.replace(f"{{{key}}}", name)
        self.line(self.fill(form, 2))
        if names["l"]:
            self.names.lists[names["l"]] = 2
        return None

    def walrus(self) -> None:
        inner, name = self.real(2), self.new()
        value = self.atom(1)
        target = self.target()
        self.line(f"{target} = ({name} := {inner}) * {value} + {name}")
        self.assigned(name, target)

    def flag(self) -> None:
        name = self.new()
        self.line(f"{name} = {self.test()}")
        self.names.flags.append(name)

    def counter(self) -> None:
        free = self.names.free
        if free and self.chance(2):
            name = self.pick(free)
            self.line(f"{name} {self.pick(('+= 1', '-= 1', '= 2', '= -1'))}")
            return
        name = self.new("klm")
        made = self.pick(("0", "1", f"int(2.7 * math.sin({self.real(1)}))", "len([1, 2])"))
        self.line(f"{name} = {made}")
        self.names.integers.append(name)
        free.append(name)

    # --- containers ---

    def make_list(self) -> None:
        form = self.pick(("[{}, {}]", "[{}]", "[]", "[{}, {}, {}]", "comprehension", "[{}] * 2",
                          "mapped", "copy", "alias",
                          "[0.0] * 3", "[*{l}, {}]"))  # fmt: skip
        lists = self.names.lists
        if form in ("mapped", "copy", "alias", "[*{l}, {}]") and not lists:
            form = "[{}, {}]"
        name = self.pick(list(lists)) if lists else ""
        size = form.count("{}") * (2 if "*" in form else 1) or (3 if "3" in form else 0)
        if form == "comprehension":
            k = self.new("ijk")
            self.names.integers.append(k)
            value, size = f"[{self.real(2)} for {k} in range(3)]", 3
            self.names.integers.remove(k)
        elif form in ("mapped", "copy", "alias", "[*{l}, {}]"):
            size = lists[name]
            value = {"mapped": f"[v * {self.atom(1)} for v in {name}]", "copy": f"{name}[:]",
                     "alias": name,
                     "[*{l}, {}]": f"[*{name}, {self.real(1)}]"}[form]  # fmt: skip
        else:
            value = self.fill(form, 2)
        made = self.new()
        self.line(f"{made} = {value}")
        lists[made] = size

    def change_list(self) -> None:
        if not self.names.lists:
            return self.make_list()
        name = self.pick(list(self.names.lists))
        size = self.names.lists[name]
        forms = ["{n}.append({})", "{n}.append({})", "{n}.extend([{}, {}])", "{n} += [{}]",
                 "{n}.insert(0, {})",
                 "if len({n}) > {s}:|{t} = {n}.pop()", "{n} = {n} + [{}]", "{n} = {n}[::-1]",
                 "{n}.reverse()"]  # fmt: skip
        if name in self.names.fixed:
            forms = [f for f in forms if not f.startswith(("{n} =", "{n} +="))]
        if size:
            forms += ["{n}[{i}] = {}", "{n}[{i}] += {}", "{n}[{i}] *= {}",
                      "{n}[{i}], {n}[{i}] = {n}[{i}], {}", "{n}.sort()",
                      "for {v} in {n}:|{t} += {v} * {}",
                      "for {k}, {v} in enumerate({n}):|{t} += {v} * {k}",
                      "for {k} in range(len({n})):|{n}[{k}] = {n}[{k}] * {}",
                      "{n}.insert(1, {})"]  # fmt: skip
        form = self.pick(forms)
        if "{t}" in form and not self.names.own:
            return self.assignment()
        while "{i}" in form:
            form = form.replace("{i}", self.index(name), 1)
        names = {"n": name, "s": str(size), "t": self.pick(self.names.own) if "{t}" in form else "",
                 "v": self.new() if "{v}" in form else "",
                 "k": self.new("ijk") if "{k}" in form else ""}  # fmt: skip
        for key, text in names.items():
            form = form.replace(f"{{{key}}}", text)
        header, _, inner = self.fill(form, 2).partition("|")
        self.line(header)
        if inner:
            self.line(f"    {inner}")
        return None

    def tuple_or_dict(self) -> None:
        form = self.pick(("({}, {})", '{{"p": {}, "q": {}}}', "store", "({}, {}, {})", "again"))
        if form == "store" and self.names.dicts:
            place = f'{self.pick(self.names.dicts)}["{self.pick("pq")}"]'
            return self.line(f"{place} {self.pick(('=', '+=', '*='))} {self.real(2)}")
        again = [t for t in self.names.tuples if t not in self.names.fixed]
        if form == "again" and again:
            name = self.pick(again)
            first, *rest = (f"{name}[{i}]" for i in range(self.names.tuples[name]))
            return self.line(f"{name} = ({', '.join([*rest, first + ' + ' + self.real(1)])})")
        if "{}" not in form:
            form = "({}, {})"
        name, value = self.new(), self.fill(form, 2)
        self.line(f"{name} = {value}")
        if form.startswith("{"):
            self.names.dicts.append(name)
        else:
            self.names.tuples[name] = form.count("{}")
        return None

    def idiom(self) -> None:
        if len(self.names.own) < 2:
            return self.assignment()
        known: dict[str, str] = {}

        def fill(match: re.Match[str]) -> str:
            hole = match[0]
            if hole in "ET":
                return f"({self.real(1) if hole == 'E' else self.test(1)})"
            if hole == "I":
                return self.integer()
            if hole == "U":
                return self.variable()
            if hole == "N":
                return self.pick(["2", "0", "3"])
            if hole not in known:
                known[hole] = self.pick(self.names.own) if hole in "PQ" else self.new()
            return known[hole]

        header, *lines = self.pick(IDIOMS).split("\n")
        for line in lines:
            self.line(re.sub(r"(?<!\")\b[A-DE-GINPQTU]\b(?!\")", fill, line))
        self.assigned(*(known[name] for name in header[1:].split()))
        return None

    # --- control flow ---

    def jump(self) -> bool:
        """Perhaps leave the block, as its last statement."""
        options = ["", ""]
        if self.jumps and self.jumps[-1]:
            options += ["break", "continue"]
        if self.results:
            options.append("return")
        kind = self.pick(options)
        if kind == "return":
            self.give_back()
        elif kind:
            self.line(kind)
        return bool(kind)

    def give_back(self) -> None:
        """Return results that depend on some of what was computed."""
        parts = []
        for _ in range(self.results):
            parts.append(self.real(2))
            for _ in range(self.count(0, 2)):
                parts[-1] += f" {self.pick('+-*')} {self.atom(0)}"
        self.line(f"return {', '.join(parts)}")

    def branch(self) -> None:
        ends: list[Names] = []
        tests = [
            self.tested("if"),
            *(["elif"] if self.chance(3) else []),
            *(["else"] if self.chance(2) else []),
        ]
        before = deepcopy(self.names)
        for header in tests:
            self.names = deepcopy(before)
            if header == "elif":
                header = f"elif {self.test()}:"
            jumped = False
            with self.block(header if header.endswith(":") else f"{header}:"):
                self.statements(self.count(1, 2))
                if header != "else":
                    jumped = self.jump()
            if not jumped:
                ends.append(self.names)
        if tests[-1] != "else":
            ends.append(before)
        self.names = ends[0]
        for other in ends[1:]:
            self.names.keep(other)

    def tested(self, word: str) -> str:
        if self.chance(6):
            value, name = self.real(2), self.new()
            limit = self.real(1)
            self.assigned(name)
            return f"{word} ({name} := {value}) > {limit}:"
        return f"{word} {self.test()}:"

    @contextmanager
    def loop(self, may_jump: bool = True) -> Iterator[None]:
        self.loops += 1
        self.jumps.append(may_jump)
        before = deepcopy(self.names)
        yield
        self.names.keep(before)
        self.jumps.pop()
        self.loops -= 1

    def for_loop(self) -> None:
        over, variable = self.range(), self.new("ijk")
        surely = over in ("range(3)", "range(1)", "range(3, 0, -1)") and self.chance(2)
        with self.loop(not surely):
            with self.block(f"for {variable} in {over}:"):
                self.names.integers.append(variable)
                results, self.results = self.results, 0 if surely else self.results
                self.statements(self.count(1, 3))
                self.results = results
            inside = deepcopy(self.names)
        if surely:  # what a round defines is defined after the loop
            self.names = inside
        else:
            self.loop_else()

    def loop_else(self) -> None:
        if self.chance(5):
            before = deepcopy(self.names)
            with self.block("else:"):
                self.statements(1)
            self.names.keep(before)

    def while_loop(self) -> None:
        k = self.new("klm")
        most = self.pick(["3", "4", *(i for i in self.names.integers if i not in self.names.free)])
        self.line(f"{k} = 0")
        self.names.integers.append(k)
        condition = self.pick(
            (
                f"{k} < {most}",
                f"{k} < {most} and ({self.test(1)})",
                "True",
                f"not ({k} >= {most} or ({self.test(1)}))",
            )
        )
        with self.loop(), self.block(f"while {condition}:"):
            last = self.chance(3) and condition != "True"
            if not last:
                self.line(f"{k} += 1")
            if condition == "True":
                with self.block(f"if {k} > {most}:"):
                    self.line("break")
            self.jumps[-1] = not last
            self.statements(self.count(1, 3))
            if last:
                self.line(f"{k} = {k} + 1")
        self.loop_else()

    # --- functions ---

    def function(self) -> None:
        """A function: a helper of the module, or one inside that sees the names around it."""
        outer, state = self.names, (self.results, self.jumps, self.loops)
        name, counted = self.new(("h", "step", "helper", "mix")), self.chance(3)
        params = [self.new("uvw") for _ in range(self.count(1, 2))]
        defaults = 0 if counted else self.count(0, 1)
        head = [
            *params[: len(params) - defaults],
            *(f"{p}={self.literal()}" for p in params[len(params) - defaults :]),
        ]
        self.names = deepcopy(outer)
        self.names.own, self.names.free = list(params), []
        self.names.fixed = [*outer.lists, *outer.tuples]
        if counted:  # recursive functions change nothing but their own
            self.names.lists, self.names.dicts = {}, []
            self.names.functions = [f for f in outer.functions if f.pure]
        self.names.reals += params
        self.results, self.jumps, self.loops = self.pick((1, 1, 1, 2)) if not counted else 1, [], 0
        pure = not self.indent or counted
        function = Function(name, params, defaults, counted, self.results, pure)
        nonlocal_name = (
            self.pick(outer.own)
            if not counted and self.indent and outer.own and self.chance(3)
            else None
        )
        with self.block(f"def {name}({', '.join([*head, 'depth'] if counted else head)}):"):
            if nonlocal_name is not None:
                self.line(f"nonlocal {nonlocal_name}")
                self.line(f"{nonlocal_name} = {self.real(2)}")
                self.assigned(nonlocal_name)
            if counted:
                self.recursion(function)
            else:
                self.statements(self.count(0, 2))
                self.give_back()
        self.names = outer
        self.results, self.jumps, self.loops = state
        self.names.functions.append(function)

    def recursion(self, function: Function) -> None:
        ends = self.pick(("if depth <= 0:", f"if depth < 1 or {function.params[0]} > 2.0:"))
        with self.block(ends):
            self.give_back()
        self.names.integers.append("depth")
        self.statements(self.count(0, 1))
        given = ", ".join(self.real(1) for _ in function.params)
        again = f"{function.name}({given}, depth - 1)"
        form = self.pick(("{r}", "{r} * {}", "{r} + {}", "math.sin({r}) + {}", "{} * {r} - {r2}"))
        other = f"{function.name}({', '.join(self.variable() for _ in function.params)}, depth - 2)"
        self.line(f"return {self.fill(form.replace('{r}', again).replace('{r2}', other), 1)}")

    def unpacked_call(self) -> None:
        known = [f for f in self.names.functions if f.results == 2]
        if not known:
            return self.assignment()
        value, a, b = self.called(self.pick(known), 2), self.target(), self.new()
        self.line(f"{a}, {b} = {value}")
        self.assigned(a, b)
        return None

    # --- the whole ---

    def statements(self, count: int) -> None:
        self.depth += 1
        simple = [self.assignment, self.augmented, self.swap, self.assignment, self.change_list,
                  self.started, self.walrus,
                  self.make_list, self.counter, self.flag, self.tuple_or_dict,
                  self.unpacked_call, self.idiom, self.idiom, self.idiom]  # fmt: skip
        compound = [self.branch, self.branch, self.for_loop, self.while_loop]
        if not self.loops:
            compound.append(self.function)
        for _ in range(count):
            deep = self.depth > 3 or self.loops > 2
            self.pick(simple if deep else simple + compound * 2)()
        self.depth -= 1

    def program(self, most: int) -> Program:
        self.lines += PREAMBLE.split("\n")
        for _ in range(self.count(0, 2)):
            self.line("")
            self.function()
            self.line("")
        reals = ["x", "y", "z"][: self.count(1, 3)]
        integers = ["n"] if self.chance(2) else []
        self.names.reals, self.names.own, self.names.integers = [*reals], [*reals], [*integers]
        self.results = self.pick((1, 1, 1, 2))
        self.line("")
        with self.block(f"def f({', '.join([*reals, *(f'{i}: int' for i in integers)])}):"):
            self.statements(self.count(1, most))
            self.give_back()
        args = [float(self.literal()) - 1.25 for _ in reals]
        return Program("\n".join(self.lines) + "\n", (*args, *(self.count(0, 4) for _ in integers)))


def program_of_seed(seed: int, most: int = 6) -> Program:
    """A program of at most so many statements at the top of `f`, the same on every machine.

    Hypothesis would mix in what it finds in the modules that happen to be imported.
    """
    return Writer(random.Random(seed).randrange).program(most)


@st.composite
def programs(draw: Callable[[Any], Any], most: int = 6) -> Program:
    """Such programs, that Hypothesis can shrink."""
    return Writer(lambda n: draw(st.integers(0, n - 1))).program(most)
