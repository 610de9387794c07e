"""The reader's state: what every name and object holds at the point that has been read to.

The state maps slots to values; a slot is a variable of a frame, or the content of an object made
while reading. Branches and loops compare states, whatever the slots are for: that is how an
assignment, a `nonlocal`, an update of a list through an alias and a set attribute are one thing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from symdiff.errors import NoSource, SymdiffError, UnboundName, UnsupportedSyntax
from symdiff.read.families import Families, Sharing, lists_in
from symdiff.read.rebinding import Rebinding, slot_name
from symdiff.read.scope import Scope, Unit
from symdiff.read.source import FunctionNode
from symdiff.read.values import (
    Bound,
    Builtin,
    Choice,
    Class,
    Conflict,
    Derivative,
    Function,
    Identity,
    Method,
    Partial,
    Perhaps,
    Ref,
    Rows,
    Runtime,
    SomeKeys,
    Tuple,
    Undefined,
    Unknown,
    Value,
    join,
    kind_of,
    settled,
)
from symdiff.rules.shapes import asked_length
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    NOTHING,
    OBJECT,
    OPTIONAL,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Carried,
    Const,
    Expr,
    Global,
    Kind,
    ListOf,
    Loop,
    Merge,
    Opaque,
    Passive,
    Place,
    Scalar,
    Stage,
    Var,
    ends,
    is_differentiable,
)


class Frame:
    """One activation of a function that is being read."""

    def __init__(
        self,
        node: FunctionNode,
        scope: Scope,
        parent: Frame | None,
        names: set[str],
        nonlocals: set[str],
        function: Function | None = None,
    ) -> None:
        self.node, self.scope, self.parent = node, scope, parent
        self.names, self.nonlocals, self.function = names, nonlocals, function
        self.inlined = False
        self.left = False  # nothing but a function made in it can read its names any more
        self.known: dict[str, Any] = {}  # what its names stand for, outside of all readers
        self.on_yield: Callable[[Value], None] | None = None  # of a generator: what consumes it

    def owner(self, name: str) -> Frame | None:
        """The frame that holds a name, or None when it is global."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names and name not in frame.nonlocals:
                return frame
            frame = frame.parent
        return None


Slot = tuple[Any, str]
State = dict[Slot, Any]


class Growing(Exception):
    """A loop does what only a loop that is written out round by round can do: a list grows by
    items of different structure, say."""

    def __init__(
        self,
        why: str = "a list that grows in a loop may hold numbers, and lists and tuples of numbers, "
        "only",
        fix: str = "Use one list for each part of its items.",
    ) -> None:
        super().__init__(why)
        self.why, self.fix = why, fix


class Core:
    """Emission of steps, look-up of names, branches and loops."""

    shared: Any  # by all procedures of one reading

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.block: Block = []
        self.state: State = {}
        self.frame: Frame
        self.claims: dict[Var, str] = {}
        self.tables: dict[Any, Stage] = {}  # of numbers, by their names and items
        self.list_names: dict[ast.AST, str] = {}  # what the lists of comprehensions will be called
        self.inlined: set[Var] = set()  # named by a function that was read in place
        self.offences: list[SymdiffError] = []
        self.mixed: set[Var] = set()  # an int on one path, a float on another
        self.negations: dict[Var, Var] = {}  # what is `not` another test
        self.optional: set[Var] = set()  # an array on one path, None on another
        self.dtypes: dict[Var, Opaque] = {}  # what `x.dtype` and the like are of
        self.arms: tuple[State, State] = ({}, {})
        self.frames: set[Frame] = set()
        self.slot_order: dict[Slot, int] = {}
        self.made = 0
        self.views: dict[Var, list[Any]] = {}
        self.layouts: dict[Var, str] = {}
        self.scalars: set[Var] = set()  # without axes, and certainly no arrays
        self.flats: set[Var] = set()  # array.flat, whose slices are copies
        self.tangled: set[Var] = set()  # lists in which an array may be more than once
        self.stored: set[Var] = set()  # arrays that were changed in place
        self.pythons: set[Expr] = set()  # floats that are certainly Python's
        self.callers_lengths: set[Var] = set()  # of arrays: variables that aren't known in here
        self.merged: dict[Any, Var] = {}
        self.carried_arrays: dict[Var, Var] = {}
        self.share_carried = True
        self.reading_at: ast.AST | None = None  # the statement that is being read
        self.iterated: list[Identity] = []  # the lists of the loops around what is read
        self.families = Families()
        self.truths: dict[Var, bool] = {}  # of conditions that can't turn out otherwise
        self.attempts = 0  # the for loops around what is read that may be written out instead
        self.written_out = False  # whether loops over what is known are written out

    # --- places and errors ---

    def place(self, node: ast.AST) -> Place:
        return self.frame.scope.file.place(node)

    def refuse(
        self,
        node: ast.AST,
        message: str,
        *,
        why: str = "",
        fix: str = "",
        error: type[SymdiffError] = UnsupportedSyntax,
    ) -> SymdiffError:
        return error(message, self.place(node), why=why, fix=fix, lines=self.lines())

    def raising(self, error: Exception, node: ast.AST) -> Unknown:
        """What Python would raise here for certain is raised when the code runs, if it gets here:
        the branch that a missing argument was meant for may never be taken."""
        text = f"raise {type(error).__name__}({str(error)!r})"
        self.block.append(Passive(text, (), True, self.place(node)))
        return Unknown()

    def guard_form(self, value: Var | Global, test: str, form: str) -> None:
        """Refuse, when the code runs, a value of another form than what it was written for."""
        error = Passive(f"raise TypeError({f'this code is written for {form}'!r})", (), True)
        flag = self.emit(Opaque(test, (value,), pure=True), BOOLEAN, None)
        self.block.append(Branch(flag, [error], [], []))

    def guard_keys(self, value: Var | Global, keys: Iterable[Any], name: str) -> None:
        """Refuse, when the code runs, a dict with other keys than these."""
        if found := ", ".join(map(repr, keys)):
            form = f"{name} with the keys {found}"
            self.guard_form(value, f"_0.keys() != {{{found}}}", form)
        else:
            self.guard_form(value, "_0", f"{name} with no keys")

    def lines(self) -> list[str]:
        """The text around the place of what is read."""
        return self.frame.scope.file.text.splitlines()

    def fresh(self, name: str) -> str:
        """The name of a slot of the reader's own."""
        self.made += 1
        return f"%{name}{self.made}"

    # --- emission ---

    def emit(self, value: Expr, kind: Kind, node: ast.AST | None, name: str | None = None) -> Var:
        length = asked_length(value) if kind is INTEGER else None
        var = Var(name or "t", kind, name is None, length)
        self.shared.stages += 1
        self.families.note(var, value)
        if self.makes_pythons(value):
            self.pythons.add(var)
        self.block.append(Stage(var, value, self.place(node) if node is not None else None))
        return var

    def makes_pythons(self, value: Expr) -> bool:
        """Whether a number is certainly Python's: what `math` gives, and what that is computed
        from. An argument may be one of NumPy's, which divides by zero without an exception."""
        if not isinstance(value, Apply):
            return False
        return (
            value.op.startswith("math.")
            or value.op == "float"
            or (
                value.op in ("add", "sub", "mul", "truediv", "pow", "neg")
                and all(isinstance(a, Const) or a in self.pythons for a in value.args)
            )
        )

    def claim(self, value: Value, name: str) -> None:
        """Let a value that nobody has named yet go by the name it is assigned to."""
        if name.startswith("%"):
            return
        if (
            isinstance(value, Var)
            and value not in self.claims
            and (value.temporary or value in self.inlined)
        ):
            if self.frame.inlined:
                # A name given inside a function read in place is only a proposal.
                if value.temporary and value not in self.inlined:
                    self.claims[value] = name
                    self.inlined.add(value)
            else:
                self.claims[value] = name
        elif isinstance(value, Var) and value in self.inlined and not self.frame.inlined:
            self.inlined.discard(value)
            self.claims[value] = name

    # --- names ---

    def lookup(self, name: str, node: ast.AST) -> Value:
        owner = self.frame.owner(name)
        if owner is not None:
            value = self.read_slot((owner, name))
            if isinstance(value, Undefined):
                raise self.refuse(
                    node, f"{name!r} is read before it is assigned", error=UnboundName
                )
            if isinstance(value, Conflict):
                raise self.refuse(
                    node,
                    f"{name!r} can't be used here: {value.why}",
                    fix=value.fix,
                )
            return value
        try:
            found = self.frame.scope.lookup(name, self.unit)
        except NoSource as error:
            if error.place is not None:
                raise
            raise self.refuse(node, error.message, fix=error.fix, error=NoSource) from None
        if found is None:
            raise self.refuse(
                node,
                f"the name {name!r} is not defined",
                error=UnboundName,
                fix="Define or import it in the file of the function.",
            )
        if isinstance(found, Conflict):
            raise self.refuse(node, f"{name!r} can't be used here: {found.why}")
        return found

    def read_slot(self, slot: Slot) -> Value:
        if slot in self.state:
            return self.state[slot]  # type: ignore[no-any-return]
        return slot[0].known.get(slot[1], Undefined())  # type: ignore[no-any-return]

    def write_slot(self, slot: Slot, value: Value) -> None:
        self.state[slot] = value

    # --- objects ---

    def new_object(self, kind: str, content: Any, cls: Value | None = None) -> Ref:
        identity = Identity(kind, cls)
        self.state[(identity, "content")] = content
        return Ref(identity)

    def content(self, ref: Ref) -> Any:
        content = self.read_slot((ref.identity, "content"))
        if isinstance(content, (Conflict, Undefined)):
            why, fix = "it has no value on some path", ""
            if isinstance(content, Conflict):
                why, fix = content.why, content.fix
            where = self.reading_at or self.frame.node
            raise self.refuse(where, f"{ref.identity.name!r} can't be used here: {why}", fix=fix)
        return content

    def set_content(self, ref: Ref, content: Any, node: ast.AST) -> None:
        if ref.identity.known:
            raise self.refuse(
                node,
                "what stands outside of the function can't be changed by it",
                fix="Change a copy.",
            )
        if ref.identity.frozen:
            raise self.refuse(
                node,
                "this object may be one of several: it can't be updated in place",
                fix="Update it before the branch that chooses it, or copy it.",
            )
        if ref.identity in self.iterated and not self.keeps_length(self.content(ref), content):
            raise self.refuse(
                node,
                "a list can't change its length while it is iterated over",
                fix="Loop over an index, or over a copy.",
            )
        self.write_slot((ref.identity, "content"), content)

    def forget_rows(self, ref: Ref) -> None:
        """A row of a list of lists has changed: other names that may be its own can't be read."""
        slot = (ref.identity, "content")
        family = {self.families.of(var) for var in lists_in(self.state[slot])}
        why = (
            "it may be a row of a list of lists, a row of which was changed under another name, as "
            "in M[i][j] = x"
        )
        for other, value in self.state.items():
            if other != slot and any(self.families.of(v) in family for v in lists_in(value)):
                self.state[other] = Conflict(why, fix="Read it anew, as M[i], or read M[i][j].")

    def refuse_rows_that_stand_twice(self, ref: Ref, node: ast.AST) -> None:
        """A row of a list of lists is about to be changed, which must be one of a kind."""
        if any(map(self.families.may_hold_twice, lists_in(self.content(ref)))):
            raise self.refuse(
                node,
                "a row can't be changed where it may stand in this list twice",
                fix="Put copies into the list: rows.append(row[:]).",
            )

    def keeps_length(self, old: Any, new: Any) -> bool:
        if isinstance(old, tuple) and isinstance(new, tuple):
            return len(old) == len(new)
        last = self.block[-1] if self.block else None
        return (
            isinstance(last, Stage)
            and last.target is new
            and isinstance(last.value, Apply)
            and last.value.op == "setitem"
        )

    def dynamic(self, ref: Ref, node: ast.AST | None) -> Var | Global:
        """The content of a list as one run-time value."""
        content = self.content(ref)
        if isinstance(content, (Var, Global)):
            return content
        if isinstance(content, Rows):
            raise self.refuse(
                node or self.frame.node,
                "a list of tuples can't be used like this where its length is not known",
                fix="Use one list for each part of its items.",
            )
        content = self.list_value(content, node, name=ref.identity.name)
        self.write_slot((ref.identity, "content"), content)
        return content

    def list_value(
        self,
        items: tuple[Value, ...],
        node: ast.AST | None,
        item: Kind | None = None,
        name: str | None = None,
    ) -> Var:
        """A list of known items as one run-time value; lists among them are now held by value."""
        for value in items:
            if isinstance(value, Ref):
                value.identity.frozen = True
            if isinstance(value, Tuple) and has_real(value):
                raise self.refuse(
                    node or self.frame.node,
                    "a list of tuples of numbers can't be used here, where its length is not known",
                    fix="Use one list for each part of its items.",
                )
        atoms = tuple(self.atom(v, node) for v in items)
        for atom in atoms:
            item = kind_of(atom) if item is None else join(item, kind_of(atom))
        return self.emit(
            Apply("list", atoms), ListOf(item if item is not None else REAL), node, name
        )

    def table(self, numbers: tuple[Const, ...], node: ast.AST) -> Var:
        """A tuple of numbers that is indexed when the code runs: one list, made at its start."""
        named = node.value if isinstance(node, ast.Subscript) else None
        name = named.id if isinstance(named, ast.Name) else None
        key = (name, tuple((type(n.value), n.value) for n in numbers))
        if key not in self.tables:
            kinds = {kind_of(n) for n in numbers}
            var = Var(name or "table", ListOf(REAL if REAL in kinds else INTEGER), name is None)
            self.tables[key] = Stage(var, Apply("list", numbers), self.place(node))
        return self.tables[key].target

    def atom(self, value: Value, node: ast.AST | None) -> Expr:
        """A value as something that generated code can hold."""
        if isinstance(value, (Var, Const, Global)):
            return value
        if isinstance(value, Opaque):
            return self.emit(value, OBJECT, node)
        if isinstance(value, Tuple):
            return self.emit(self.tree(value, node), OBJECT, node)
        if isinstance(value, Ref) and value.identity.kind == "list":
            return self.dynamic(value, node)
        if isinstance(value, Ref) and value.identity.kind == "dict":
            return self.emit(self.tree(value, node), OBJECT, node)
        if isinstance(value, Unknown):
            return Var("unknown", REAL)
        return self.no_atom(value, node)

    def class_at_run_time(self, value: Method, node: ast.AST | None) -> Var:
        """`type(x)`, where more is asked of it than to make numbers."""
        return self.emit(Apply("type", (self.atom(value.receiver, node),)), OBJECT, node)

    def no_atom(self, value: Value, node: ast.AST | None) -> Expr:
        raise self.refuse(
            node or self.frame.node,
            f"{describe(value)} can't be used as a number here",
            fix="Use its numbers one by one.",
        )

    def tree(self, value: Value, node: ast.AST | None) -> Expr:
        """A value with its structure, as an expression over atoms."""
        if isinstance(value, Tuple):
            return Apply("tuple", tuple(self.tree(v, node) for v in value.items))
        if isinstance(value, Ref):
            content = self.content(value)
            if value.identity.kind == "list" and isinstance(content, tuple):
                return Apply("list", tuple(self.tree(v, node) for v in content))
            if value.identity.kind == "dict":
                parts: list[Expr] = []
                for key, item in content.items():
                    parts += [Const(key), self.tree(item, node)]
                return Apply("dict", tuple(parts))
        return self.atom(value, node)

    # --- branches ---

    def branch(
        self, test: Expr, then: Callable[[], None], orelse: Callable[[], None], node: ast.AST
    ) -> None:
        """Read both arms from the same state, and merge what they leave behind."""
        if isinstance(test, Const):
            (then if test.value else orelse)()
            return
        saved, outer = dict(self.state), self.block
        arms: list[tuple[Block, State]] = []
        for arm, holds in ((then, True), (orelse, False)):
            self.block, self.state = [], dict(saved)
            self.assume(test, holds)
            arm()
            arms.append((self.block, self.state))
        self.block = outer
        (then_block, then_state), (else_block, else_state) = arms
        step = Branch(test, then_block, else_block, [], self.place(node))
        self.block.append(step)
        if ends(then_block) or ends(else_block):
            self.state = else_state if ends(then_block) else then_state
            if ends(then_block) and ends(else_block):
                self.state = then_state
            # The other arm never arrives here: no merge is needed, all it needs is a definition.
            return
        self.state, self.arms, self.merged = {}, (then_state, else_state), {}
        for slot in {**then_state, **else_state}:
            a, b = then_state.get(slot, Undefined()), else_state.get(slot, Undefined())
            self.state[slot] = a if same(a, b) else self.merge(a, b, step, slot_name(slot), node)
        self.relate_merged()

    def merge(self, a: Any, b: Any, step: Branch, name: str, node: ast.AST) -> Any:
        if same(a, b):
            return a
        if isinstance(a, SomeKeys) or isinstance(b, SomeKeys):
            return self.merge_contents(a, b, step, name, node)
        if isinstance(a, Unknown) or isinstance(b, Unknown):
            return b if isinstance(a, Unknown) else a
        if isinstance(a, Runtime) and isinstance(b, (*Runtime, Undefined)):
            return self.merge_atoms(a, b, step, name)
        if isinstance(b, Runtime) and isinstance(a, Undefined):
            return self.merge_atoms(a, b, step, name)
        if isinstance(a, (Tuple, Perhaps)) or isinstance(b, (Tuple, Perhaps)):
            return self.merge_tuples(a, b, step, name, node)
        if isinstance(a, Undefined) or isinstance(b, Undefined):
            return b if isinstance(a, Undefined) else a
        if (
            isinstance(a, Ref)
            and isinstance(b, Ref)
            and a.identity.kind == b.identity.kind
            and same_class(a.identity.cls, b.identity.cls)
        ):
            a.identity.frozen = b.identity.frozen = True
            one, other = (
                arm.get((ref.identity, "content"), Conflict("it has no value on some path"))
                for arm, ref in zip(self.arms, (a, b), strict=True)
            )
            content = self.merge_contents(one, other, step, name, node)
            ref = self.new_object(a.identity.kind, content, a.identity.cls)
            ref.identity.frozen, ref.identity.name = True, name
            return ref
        if isinstance(a, (tuple, Var, Global)) and isinstance(b, (tuple, Var, Global)):
            return self.merge_contents(a, b, step, name, node)
        if isinstance(a, (tuple, Rows)) and isinstance(b, (tuple, Rows)):
            return self.merge_contents(a, b, step, name, node)
        if isinstance(a, dict) and isinstance(b, dict):
            return self.merge_contents(a, b, step, name, node)
        if isinstance(a, CALLABLE) and isinstance(b, CALLABLE):
            return Choice(step.test, a, b)
        return Conflict(
            f"{name.lstrip('%')!r} is not the same function or object on every path",
            self.place(node),
        )

    def merge_tuples(self, a: Any, b: Any, step: Branch, name: str, node: ast.AST) -> Any:
        if any(isinstance(v, Perhaps) or v == Const(None) for v in (a, b)):
            return self.merge_perhaps(a, b, step, name, node)
        if isinstance(a, Undefined):
            a = Tuple(tuple(Undefined() for _ in b.items), b.type)
        if isinstance(b, Undefined):
            b = Tuple(tuple(Undefined() for _ in a.items), a.type)
        if (
            isinstance(a, Tuple)
            and isinstance(b, Tuple)
            and len(a.items) == len(b.items)
            and a.type == b.type
        ):
            pairs = enumerate(zip(a.items, b.items, strict=True))
            return Tuple(
                tuple(self.merge(x, y, step, f"{name}_{i}", node) for i, (x, y) in pairs), a.type
            )
        return Conflict(
            f"{name.lstrip('%')!r} is a tuple of one shape on one path and something else on "
            "another",
            self.place(node),
        )

    def merge_perhaps(self, a: Any, b: Any, step: Branch, name: str, node: ast.AST) -> Any:
        """A tuple on one path and None, or perhaps a tuple, on the other."""
        tests: list[Any] = []
        tuples: list[Any] = []
        for value in (a, b):
            match value:
                case Perhaps(test=test, tuple=held):
                    tests.append(test)
                    tuples.append(held)
                case Tuple():
                    tests.append(Const(True))
                    tuples.append(value)
                case Const(value=None):
                    tests.append(Const(False))
                    tuples.append(Undefined())
                case _:
                    return Conflict("it is a tuple on one path only", self.place(node))
        made = self.merge_tuples(tuples[0], tuples[1], step, name, node)
        if not isinstance(made, Tuple):
            return made
        if isinstance(step.test, Var) and tests == [Const(True), Const(False)]:
            return Perhaps(step.test, made)
        if isinstance(step.test, Var) and tests == [Const(False), Const(True)]:
            return Perhaps(self.negated(step.test, node), made)
        return Perhaps(self.merge(tests[0], tests[1], step, f"{name}_found", node), made)

    def negated(self, test: Var, node: ast.AST) -> Var:
        if test in self.negations:
            return self.negations[test]
        made = self.emit(Apply("not", (test,)), BOOLEAN, node)
        self.negations[made] = test
        return made

    def assume(self, test: Expr, holds: bool) -> None:
        """What is perhaps a tuple is one, or is None, where its test is known."""
        opposite = self.negations.get(test) if isinstance(test, Var) else None
        for slot, value in list(self.state.items()):
            if isinstance(value, Perhaps):
                is_opposite = value.test is opposite or (
                    isinstance(value.test, Var) and self.negations.get(value.test) is test
                )
                if value.test is test or is_opposite:
                    self.state[slot] = value.tuple if holds != is_opposite else Const(None)

    def merge_parts(
        self, a: Any, b: Any, step: Branch, name: str, node: ast.AST
    ) -> dict[Any, Any] | None:
        """The numbers in two dicts with different keys; None where they hold more than numbers,
        which could be changed under other names."""
        one, other = (v.parts if isinstance(v, SomeKeys) else v for v in (a, b))
        if not isinstance(one, dict) or not isinstance(other, dict):
            return None
        if set(one) == set(other) and not isinstance(a, SomeKeys) and not isinstance(b, SomeKeys):
            return None
        if not all(map(is_scalar, [*one.values(), *other.values()])):
            return None
        return {
            key: self.merge(
                one.get(key, Undefined()), other.get(key, Undefined()), step, f"{name}_{key}", node
            )
            for key in dict.fromkeys([*one, *other])
        }

    def some_keys(self, ref: Ref) -> SomeKeys | None:
        """The content of a dict that some paths set keys of; None of any other."""
        content = self.state.get((ref.identity, "content"))
        is_dict = ref.identity.kind == "dict"
        return content if is_dict and isinstance(content, SomeKeys) else None

    def part(self, ref: Ref, key: Any) -> Any:
        """A part of a dict that may lack others; None where it has no such part."""
        content = self.some_keys(ref)
        return None if content is None else content.parts.get(key)

    def set_part(self, ref: Ref, key: Any, value: Any, node: ast.AST) -> bool:
        """Set a part of a dict that may lack others; whether it is one."""
        content = self.some_keys(ref)
        if content is None or not is_scalar(value):
            return False
        self.set_content(ref, replace(content, parts={**content.parts, key: value}), node)
        return True

    def merge_contents(self, a: Any, b: Any, step: Branch, name: str, node: ast.AST) -> Any:
        """Merge the contents of a list or dict."""
        if isinstance(a, Undefined) or isinstance(b, Undefined):
            return b if isinstance(a, Undefined) else a
        if (parts := self.merge_parts(a, b, step, name, node)) is not None:
            return SomeKeys(
                "the dict has other keys on another path", self.place(node), parts=parts
            )
        if isinstance(a, Conflict) or isinstance(b, Conflict):
            return a if isinstance(a, Conflict) else b
        if isinstance(a, dict) != isinstance(b, dict):
            return Conflict("it is a dict on one path only", self.place(node))
        if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
            return tuple(
                self.merge(x, y, step, f"{name}_{i}", node)
                for i, (x, y) in enumerate(zip(a, b, strict=True))
            )
        if isinstance(a, dict) and isinstance(b, dict):
            if set(a) == set(b):
                return {k: self.merge(a[k], b[k], step, f"{name}_{k}", node) for k in a}
            return Conflict("the dict has other keys on another path", self.place(node))
        both = isinstance(a, tuple) and isinstance(b, tuple)
        rows = self.as_rows((None, name), (*a, *b) if both else a)
        if rows is None and isinstance(a, tuple):
            rows = self.as_rows((None, name), b)
        if rows is not None:
            return self.merge_rows(rows, a, b, step, node)
        outer, state, sides = self.block, self.state, [a, b]
        # An empty list is one of whatever the other holds.
        for at in sorted((0, 1), key=lambda at: sides[at] == ()):
            if isinstance(sides[at], tuple):
                # The items of a list are read in the arm that made it.
                self.block, self.state = (step.then, step.orelse)[at], self.arms[at]
                other = kind_of(sides[1 - at]) if sides[at] == () else None
                item = other.item if isinstance(other, ListOf) else None
                sides[at] = self.list_value(sides[at], node, item)
        self.block, self.state = outer, state
        return self.merge_atoms(sides[0], sides[1], step, name)

    def merge_atoms(self, a: Any, b: Any, step: Branch, name: str) -> Value:
        if isinstance(a, Var) and isinstance(b, Var) and isinstance(a.kind, (ArrayOf, ListOf)):
            known = self.merged_array(a, b, step, name)
            if known is not None:
                if a in self.optional or b in self.optional:
                    self.optional.add(known)
                return known
        defined = [v for v in (a, b) if not isinstance(v, Undefined)]
        kind = kind_of(defined[0])
        for other in defined[1:]:
            kind = join(kind, kind_of(other))
        var = self.named(name, kind)
        if any(kind_of(v) != kind or v in self.mixed for v in defined):
            self.mixed.add(var)
        if any(map(self.may_be_none, defined)):
            self.note_optional(var)
        sides = [
            self.nothing(kind, block, name) if isinstance(v, Undefined) else v
            for v, block in ((a, step.then), (b, step.orelse))
        ]
        step.merges.append(Merge(var, sides[0], sides[1]))
        if isinstance(var.kind, (ArrayOf, ListOf)):
            self.merged[sides[0], sides[1]] = var
        if isinstance(var.kind, ListOf):
            self.families.merge(var, sides)
        return var

    def nothing(self, kind: Kind, block: Block, name: str) -> Expr | None:
        """What a variable is on a path where it has no value. The reverse sweep asks for the length
        of every list."""
        if not isinstance(kind, ListOf) or not is_differentiable(kind):
            return None
        outer, self.block = self.block, block
        empty = self.emit(Apply("list"), kind, None, name.lstrip("%"))
        self.block = outer
        return empty

    def certain(
        self, value: Value, node: ast.AST, error: str, kind: type[Exception] = TypeError
    ) -> Value:
        """A tuple that may be None, where it must be one: what Python raises for None."""
        if not isinstance(value, Perhaps):
            return value
        if value.test != Const(True):
            text = f"raise {kind.__name__}({error!r})"
            raising: Block = [Passive(text, (), True, self.place(node))]
            test = self.negated(value.test, node) if isinstance(value.test, Var) else Const(True)
            self.block.append(Branch(test, raising, [], [], self.place(node)))
        for slot, held in self.state.items():
            if held is value:
                self.state[slot] = value.tuple
        return value.tuple

    def may_be_none(self, value: Any) -> bool:
        known = isinstance(value, Var) and value in self.optional
        return known or kind_of(value) in (NOTHING, OPTIONAL)

    def note_optional(self, var: Var) -> None:
        """An array that may be None: that is told when the code runs."""
        if isinstance(var.kind, ArrayOf):
            self.optional.add(var)

    def merged_array(self, a: Var, b: Var, step: Branch, name: str) -> Var | None:
        raise NotImplementedError

    def note_doubt(self, array: Var, other: Var) -> None:
        raise NotImplementedError

    def relate_merged(self) -> None:
        raise NotImplementedError

    def views_of_carried(self, entry: State, guess: set[Slot], apart: set[Slot]) -> set[Var]:
        raise NotImplementedError

    def define_views(
        self, entry: State, derived: set[Var], apart: set[Slot], step: Loop | None
    ) -> None:
        raise NotImplementedError

    def views_hold(
        self, entry: State, start: State, guess: set[Slot], derived: set[Var],
        apart: set[Slot], doubts: set[tuple[Slot, Slot]],
    ) -> bool:  # fmt: skip
        raise NotImplementedError

    def relate_carried(self, start: State, doubts: set[tuple[Slot, Slot]]) -> None:
        raise NotImplementedError

    def named(self, name: str, kind: Kind) -> Var:
        """A variable that stands for a slot of the user's."""
        plain = name.lstrip("%")
        var = Var(
            plain.rstrip("0123456789") if name.startswith("%") else plain,
            kind,
            name.startswith("%"),
        )
        if self.frame.inlined and not var.temporary:
            self.inlined.add(var)
        return var

    def as_rows(self, slot: Slot, content: Any) -> Rows | None:
        raise NotImplementedError

    def enter_rows(self, slot: Slot, rows: Rows) -> set[Slot]:
        raise NotImplementedError

    def merge_rows(self, rows: Rows, a: Any, b: Any, step: Branch, node: ast.AST) -> Any:
        raise NotImplementedError

    # --- loops ---

    def loop(
        self,
        guess: set[Slot],
        begin: Callable[[Loop], None],
        body: Callable[[], None],
        node: ast.AST,
        leave: Slot | None,
        target: Callable[[Loop], None] | None = None,
    ) -> None:
        """Read a loop: guess which slots it carries, read its body, and read it again as long as
        something else changes, or changes its kind or structure, from round to round."""
        saved, outer, inlined = dict(self.state), self.block, set(self.inlined)
        shapes: dict[Slot, Any] = {}
        promoted: list[Slot] = []
        rebinding, sharing = Rebinding(self), Sharing(self.families)
        apart: set[Slot] = set()  # names of one array that a round makes names of several
        doubts: set[tuple[Slot, Slot]] = set()  # that may name one array in some round
        unknown: dict[Slot, Conflict] = {}  # what a round leaves that no later one can read
        lost: dict[Slot, Any] = {}  # likewise, and parts of it
        frames, reported = set(self.frames), len(self.offences)
        for _ in range(60):
            self.state, self.block, self.inlined = dict(saved), [], set(inlined)
            del self.offences[reported:]
            before: Block = self.block
            rebinding.begin()
            for slot in list(promoted):
                content, rows = self.state[slot], shapes.get(slot)
                if isinstance(rows, Rows):
                    guess |= self.enter_rows(slot, rows)
                elif isinstance(content, tuple):
                    self.state[slot] = self.list_value(
                        content, node, shapes.get(slot), slot_name(slot)
                    )
            entry = dict(self.state)
            step = Loop([], [], place=self.place(node))
            leaves: dict[Slot, list[Carried]] = {}
            derived = self.views_of_carried(entry, guess, apart)
            self.carried_arrays = {}
            for slot in sorted(guess, key=lambda s: self.order(s)):
                if slot in unknown:
                    continue
                value = entry.get(slot, Undefined())
                if isinstance(value, SomeKeys):
                    value = conflict_in(value)
                leaves[slot] = []
                shape = shapes.get(slot) if slot not in promoted else None
                if isinstance(value, Var) and value in derived and slot not in apart:
                    del leaves[slot]
                    continue
                self.share_carried = slot not in apart
                self.state[slot] = self.carry(value, shape, slot_name(slot), leaves[slot])
                for carried in leaves[slot]:
                    if isinstance(carried.var.kind, ListOf):
                        self.families.carry(carried.var, carried.init)
            self.define_views(entry, derived, apart, step)
            self.state.update(unknown)
            for slot, left in lost.items():
                self.state[slot] = with_conflicts(self.state[slot], left)
            start, carried_arrays = dict(self.state), self.carried_arrays
            sharing.enter(entry, start, set(leaves))
            self.relate_carried(start, doubts)
            begin(step)  # the test or iterable, over the carried values
            self.block = step.body
            if target is not None:
                target(step)
            within, self.families.round = self.families.round, object()
            try:
                body()
            finally:
                self.families.round = within
            self.carried_arrays = carried_arrays  # not those of a loop inside
            if (
                rebinding.end(start, guess)
                or self.settle(entry, start, guess, shapes, promoted, frames)
                or not self.views_hold(entry, start, guess, derived, apart, doubts)
                or self.not_known_later(start, unknown)
                or self.not_carried({slot: start[slot] for slot in leaves}, entry, lost)
                or sharing.leave(self.state, set(leaves))
            ):
                continue
            for slot in leaves:
                self.set_nexts(start[slot], self.state.get(slot, Undefined()), leaves[slot])
                step.carried += leaves[slot]
            if leave is not None:
                flag = self.state[leave]
                step.leave = None if flag == Const(False) else flag
            self.state = {
                **entry,
                **{slot: self.after(start[slot], self.state.get(slot), entry) for slot in leaves},
                **unknown,
            }
            self.block = outer
            outer.extend(before)
            outer.append(step)
            self.define_views(entry, derived, apart, None)
            return
        raise self.refuse(
            node,
            "what this loop carries from round to round keeps changing its structure",
            fix="Give the values of different kinds different names.",
        )

    def not_known_later(self, start: State, unknown: dict[Slot, Conflict]) -> bool:
        """Note what can't be read at the end of a round, nor in the next; whether it is news."""
        news = {
            slot: found
            for slot, value in start.items()
            if conflict_in(value) is None and (found := conflict_in(self.state.get(slot)))
        }
        unknown.update(news)
        return bool(news)

    def not_carried(self, carried: State, entry: State, lost: dict[Slot, Any]) -> bool:
        """Note what a round leaves in a form that the next can't start with; whether it is news."""
        news = False
        for slot, value in carried.items():
            left = self.after(value, self.state.get(slot), entry)
            if conflicts(left) > conflicts(value):
                lost[slot] = left
                news = True
        return news

    def order(self, slot: Slot) -> tuple[int, str]:
        keys = self.slot_order
        return (keys.setdefault(slot, len(keys)), slot[1])

    def carry(self, value: Any, shape: Any, name: str, leaves: list[Carried]) -> Any:
        """The value at the start of a round: its structure, with a variable for each number."""
        if isinstance(value, Tuple) or isinstance(shape, list) and not isinstance(value, tuple):
            n = len(value.items) if isinstance(value, Tuple) else len(shape)
            items = value.items if isinstance(value, Tuple) else (Undefined(),) * n
            shapes = shape if isinstance(shape, list) else [None] * n
            kind = value.type if isinstance(value, Tuple) else None
            return Tuple(
                tuple(
                    self.carry(v, s, f"{name}_{i}", leaves)
                    for i, (v, s) in enumerate(zip(items, shapes, strict=True))
                ),
                kind,
            )
        if isinstance(value, Undefined) and isinstance(shape, dict):
            return {k: self.carry(Undefined(), s, f"{name}_{k}", leaves) for k, s in shape.items()}
        if isinstance(value, tuple):
            shapes = shape if isinstance(shape, list) else [None] * len(value)
            return tuple(
                self.carry(v, s, f"{name}_{i}", leaves)
                for i, (v, s) in enumerate(zip(value, shapes, strict=True))
            )
        if isinstance(value, dict):
            kinds = shape if isinstance(shape, dict) else {}
            return {k: self.carry(v, kinds.get(k), f"{name}_{k}", leaves) for k, v in value.items()}
        if isinstance(value, Var) and self.share_carried and value in self.carried_arrays:
            return self.carried_arrays[value]
        if isinstance(value, (Var, Const, Global)):
            kind = shape if shape is not None else kind_of(value)
            var = self.named(name, OPTIONAL if kind is NOTHING else kind)
            if kind != kind_of(value):
                self.mixed.add(var)
            if self.may_be_none(value):
                self.note_optional(var)
            leaves.append(Carried(var, value, None))
            if isinstance(value, Var) and isinstance(value.kind, ArrayOf) and self.share_carried:
                self.carried_arrays.setdefault(value, var)
            if isinstance(value, Var):
                self.note_doubt(var, value)
                if value in self.tangled:
                    self.tangled.add(var)
            return var
        if (
            isinstance(value, Undefined)
            and shape is not None
            and not isinstance(shape, (Undefined, str))
        ):
            kind = settled(shape)
            var = self.named(name, kind)
            # The reverse sweep asks for the length of every list that is carried.
            empty = isinstance(kind, ListOf)
            init = self.emit(Apply("list"), kind, None, var.base) if empty else None
            leaves.append(Carried(var, init, None))
            return var
        return value

    def settle(
        self,
        entry: State,
        start: State,
        guess: set[Slot],
        shapes: dict[Slot, Any],
        promoted: list[Slot],
        before: set[Frame],
    ) -> bool:
        """Whether the loop has to be read again, with the guesses corrected."""
        again = False
        for slot, value in self.state.items():
            if slot not in entry and slot not in guess:
                if isinstance(slot[0], Frame) and slot[0] in before and not slot[1].startswith("%"):
                    guess.add(slot)  # a name of a function around the loop
                    self.order(slot)
                    again = True
                continue  # else made in the round and gone with it
            if slot not in guess and not same(value, start.get(slot, Undefined())):
                guess.add(slot)
                self.order(slot)
                again = True
                if isinstance(value, tuple) or isinstance(entry[slot], tuple):
                    again |= self.contents_differ(slot, entry[slot], value, shapes, promoted)
            elif slot in guess:
                again |= self.reshape(slot, start[slot], value, shapes, promoted)
        return again

    def contents_differ(
        self, slot: Slot, a: Any, b: Any, shapes: dict[Slot, Any], promoted: list[Slot]
    ) -> bool:
        if isinstance(a, tuple) and (not isinstance(b, tuple) or len(a) != len(b)):
            if slot not in promoted:
                promoted.append(slot)
            rows = self.as_rows(slot, (*a, *b) if isinstance(b, tuple) else b)
            if rows is not None:
                shapes.setdefault(slot, rows)
            elif isinstance(b, Var) and isinstance(b.kind, ListOf) and slot not in shapes:
                shapes[slot] = settled(b.kind.item)
            elif isinstance(b, tuple):
                kinds = [self.item_kind(v) for v in b]
                for k in kinds:
                    shapes[slot] = k if slot not in shapes else join(shapes[slot], k)
            elif not a and isinstance(b, Var) and isinstance(b.kind, ListOf):
                shapes.setdefault(slot, b.kind.item)
            return True
        return False

    def item_kind(self, value: Any) -> Kind:
        """The kind of an item of a list that grows in a loop: a number, or a list of numbers."""
        if isinstance(value, Runtime):
            return kind_of(value)
        if isinstance(value, Ref) and value.identity.kind == "list":
            content = self.content(value)
            if isinstance(content, (Var, Global)):
                return content.kind
            kinds = [self.item_kind(v) for v in content]
            kind = kinds[0] if kinds else REAL
            for other in kinds[1:]:
                kind = join(kind, other)
            return ListOf(kind)
        raise Growing

    def reshape(
        self,
        slot: Slot,
        start: Any,
        value: Any,
        shapes: dict[Slot, Any],
        promoted: list[Slot],
    ) -> bool:
        if same(start, value):
            return False
        if isinstance(start, tuple):
            return self.contents_differ(slot, start, value, shapes, promoted) or self.reshape_all(
                slot, start, value, shapes
            )
        if isinstance(start, Undefined):
            shape = shape_of(value)
            if shape is None:
                return False
            if shapes.get(slot) == shape:
                return False
            shapes[slot] = shape
            return True
        if isinstance(start, Var) and isinstance(value, Runtime):
            kind = join(start.kind, kind_of(value))
            if isinstance(kind, ListOf) and slot in promoted:
                if kind.item != shapes.get(slot):
                    shapes[slot] = kind.item
                    return True
                return False
            if kind != start.kind:
                shapes[slot] = kind
                return True
            return False
        if (
            isinstance(start, Tuple)
            and isinstance(value, Tuple)
            and len(start.items) == len(value.items)
        ):
            return self.reshape_all(slot, start.items, value.items, shapes)
        if isinstance(start, dict) and isinstance(value, dict) and set(start) == set(value):
            kinds = shapes.get(slot)
            known = kinds if isinstance(kinds, dict) else shape_of(start)
            found = {k: merge_shapes(known[k], shape_of(value[k])) for k in start}
            if found != known:
                shapes[slot] = found
                return True
        return False

    def reshape_all(
        self, slot: Slot, start: tuple[Any, ...], value: tuple[Any, ...], shapes: dict[Slot, Any]
    ) -> bool:
        shape = shapes.get(slot)
        old = shape if isinstance(shape, list) else [shape_of(s) for s in start]
        new = [merge_shapes(o, shape_of(v)) for o, v in zip(old, value, strict=True)]
        if new != old:
            shapes[slot] = new
            return True
        return False

    def set_nexts(self, start: Any, value: Any, leaves: list[Carried]) -> None:
        """Hand each number of the end of the round to the next."""
        table: dict[Var, Any] = {}

        def pair(a: Any, b: Any) -> None:
            if isinstance(a, Var):
                table[a] = b
            elif isinstance(a, Tuple) and isinstance(b, Tuple):
                for x, y in zip(a.items, b.items, strict=False):
                    pair(x, y)
            elif isinstance(a, tuple) and isinstance(b, tuple):
                for x, y in zip(a, b, strict=False):
                    pair(x, y)
            elif isinstance(a, dict) and isinstance(b, dict):
                for k in a:
                    pair(a[k], b.get(k))

        pair(start, value)
        for carried in leaves:
            new = table.get(carried.var)
            if isinstance(new, Ref):
                new = self.atom(new, None)
            if isinstance(new, Runtime):
                if is_differentiable(kind_of(new)) and not is_differentiable(carried.var.kind):
                    raise self.refuse(
                        self.reading_at or self.frame.node,
                        f"{carried.var.base!r} becomes a value of another kind in this loop",
                        fix="Start with a value of the kind that it becomes: 0.0 instead of 0.",
                    )
                carried.next = new

    def after(self, start: Any, value: Any, entry: State) -> Any:
        """What a carried slot holds after the loop."""
        if isinstance(start, Var):
            if value is None or isinstance(value, (*Runtime, Unknown, Undefined)):
                return start
            a_list = isinstance(value, Ref) and value.identity.kind == "list"
            if isinstance(start.kind, ListOf) and a_list:
                return start  # a list taken from another one, and made anew in each round
            return Conflict("a loop makes it a value of another kind")
        if (
            isinstance(start, Tuple)
            and isinstance(value, Tuple)
            and len(start.items) == len(value.items)
        ):
            return Tuple(
                tuple(
                    self.after(a, b, entry) for a, b in zip(start.items, value.items, strict=True)
                ),
                start.type,
            )
        if isinstance(start, (tuple, dict)) and type(start) is type(value):
            if isinstance(start, tuple) and len(start) == len(value):
                return tuple(self.after(a, b, entry) for a, b in zip(start, value, strict=True))
            if isinstance(start, dict) and set(start) == set(value):
                return {k: self.after(v, value[k], entry) for k, v in start.items()}
            return Conflict("a loop changes its structure")
        if same(start, value):
            return start
        if isinstance(start, Undefined) and (
            isinstance(value, Function)
            or isinstance(value, Ref)
            and ((value.identity, "content") in entry or value.identity.known)
        ):
            return value
        return Conflict("a loop gives it another function or object in each round")


def describe(value: Value) -> str:
    """What users call a value."""
    match value:
        case Ref(identity=identity) if identity.kind == "instance":
            return f"an object of class {getattr(identity.cls, 'name', '?')!r}"
        case Ref(identity=identity):
            return f"a {identity.kind}"
        case Tuple():
            return "a tuple"
        case Function(name=name) | Class(name=name) if not name.startswith("<"):
            return f"the {'class' if isinstance(value, Class) else 'function'} {name!r}"
        case Builtin(name=name):
            return f"the function {name.removeprefix('builtins.')!r}"
        case Function() | Bound() | Partial() | Choice() | Derivative():
            return "a function"
    return _DESCRIBED.get(type(value).__name__, "this value")


_DESCRIBED = {
    "Module": "a module",
    "LiveObject": "an object",
    "Method": "a method",
    "Super": "super()",
    "Iterator": "an iterator",
    "Undefined": "a name without a value",
}


def has_real(value: Any) -> bool:
    """Whether a tuple holds a number that may be active."""
    if isinstance(value, Tuple):
        return any(map(has_real, value.items))
    return isinstance(value, Var) and is_differentiable(value.kind)


def same_class(a: Any, b: Any) -> bool:
    """Whether two objects are of one class, if they have one."""
    if isinstance(a, Class) and isinstance(b, Class):
        return a.live is b.live and a.node is b.node
    return bool(a == b)


CALLABLE = (Function, Builtin, Partial, Bound, Choice, Class, Derivative)


def is_scalar(value: Any) -> bool:
    return isinstance(value, Runtime) and isinstance(kind_of(value), Scalar)


def conflict_in(value: Any) -> Conflict | None:
    """What can't be read in a value of the state."""
    if isinstance(value, SomeKeys):
        return Conflict(value.why, value.place)  # its parts are not those of another round
    if isinstance(value, Conflict):
        return value
    inner: Iterable[Any] = ()
    if isinstance(value, (Tuple, tuple)):
        inner = value.items if isinstance(value, Tuple) else value
    elif isinstance(value, dict):
        inner = value.values()
    return next((c for c in map(conflict_in, inner) if c is not None), None)


def conflicts(value: Any) -> int:
    """How many parts of a value of the state can't be read."""
    if isinstance(value, Conflict):
        return 1
    if isinstance(value, dict):
        return sum(map(conflicts, value.values()))
    inner = value.items if isinstance(value, Tuple) else value
    return sum(map(conflicts, inner)) if isinstance(inner, tuple) else 0


def with_conflicts(value: Any, left: Any) -> Any:
    """A value in which the parts can't be read that can't be in another of its structure."""
    if isinstance(left, Conflict):
        return left
    if isinstance(value, Tuple) and isinstance(left, Tuple):
        pairs = zip(value.items, left.items, strict=False)
        return Tuple(tuple(with_conflicts(v, w) for v, w in pairs), value.type)
    if isinstance(value, tuple) and isinstance(left, tuple):
        return tuple(with_conflicts(v, w) for v, w in zip(value, left, strict=False))
    if isinstance(value, dict) and isinstance(left, dict):
        return {k: with_conflicts(v, left.get(k)) for k, v in value.items()}
    return value


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same thing."""
    if a is b:
        return True
    if isinstance(a, (tuple, dict)):
        if type(a) is not type(b) or len(a) != len(b):
            return False
        if isinstance(a, dict):
            return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
        return all(map(same, a, b))
    if isinstance(a, Tuple) and isinstance(b, Tuple):
        return a.type == b.type and same(a.items, b.items)
    if isinstance(a, Var) or isinstance(b, Var):
        return False
    if isinstance(a, SomeKeys) and isinstance(b, SomeKeys):
        return same(a.parts, b.parts)
    return type(a) is type(b) and bool(a == b)


def shape_of(value: Any) -> Any:
    """What a loop has to know to carry a value: its kind, or a list for a tuple."""
    if isinstance(value, Runtime):
        return kind_of(value)
    if isinstance(value, Tuple):
        return [shape_of(v) for v in value.items]
    if isinstance(value, dict):
        return {k: shape_of(v) for k, v in value.items()}
    return None


def merge_shapes(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return a if b is None else b
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [merge_shapes(x, y) for x, y in zip(a, b, strict=True)]
    if isinstance(a, dict) and isinstance(b, dict) and set(a) == set(b):
        return {k: merge_shapes(a[k], b[k]) for k in a}
    if isinstance(a, (list, dict)) or isinstance(b, (list, dict)):
        return a
    return join(a, b)
