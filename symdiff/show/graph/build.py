"""From the rows of the table to the dependency graph."""

from __future__ import annotations

from collections import Counter

from symdiff.show.graph.flat import flat_edges
from symdiff.show.graph.model import Box, Edge, End, Node, Port, pruned
from symdiff.show.layout import Cell
from symdiff.show.numbers import shown
from symdiff.show.rows import Rows, is_shown
from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Call,
    Const,
    Expr,
    Loop,
    Scope,
    Stage,
    Var,
    defined,
    steps,
)


def build(rows: Rows) -> Box:
    """The graph of a procedure whose table has these rows."""
    root = Box("root")
    scope = _Scope(root, None)
    for param in rows.procedure.params:
        scope.known[param.var] = _input(rows, param.name, param.var)
        root.items.append(scope.known[param.var])  # type: ignore[arg-type]
    _Builder(rows).block(rows.procedure.body, scope)
    _result(rows, scope)
    return _with_forks(pruned(root))


def _input(rows: Rows, name: str, var: Var) -> Node:
    node = Node("input", name, rows.name(var))
    if rows.values is not None:
        node.value = shown(rows.values.arguments[name]) if name in rows.values.arguments else ""
        adjoint = rows.values.adjoints.get(name)
        node.adjoint = "" if adjoint is None else shown(adjoint)
    return node


def _result(rows: Rows, scope: _Scope) -> None:
    """Mark the stage that makes the result; where there is none alone, add a node for it."""
    result = rows.procedure.result
    ends = [e for v in rows.reads(result) if (e := scope.find(v)) is not None]
    if isinstance(result, Var) and len(ends) == 1 and isinstance(ends[0], Node):
        ends[0].is_result = True
        return
    node = Node("result", "result", f"return {rows.text(result)}", is_result=True)
    if rows.values is not None and isinstance(result, Var):
        node.value = shown(rows.values.value)
        node.adjoint = "1"
    scope.box.items.append(node)
    scope.box.edges += [Edge(end, node) for end in ends]


def _with_forks(root: Box) -> Box:
    """Mark the nodes whose variable is read more than once."""
    readers = Counter(edge.source for edge in flat_edges(root))
    for node in root.nodes():
        node.mark = readers[node] > 1
    return root


class _Scope:
    """Which end gives the value of a variable within a box."""

    def __init__(self, box: Box, parent: _Scope | None) -> None:
        self.box, self.parent = box, parent
        self.known: dict[Var, End] = {}
        self.names: dict[Var, str] = {}

    def find(self, var: Var) -> End | None:
        """The end, led in from outside through a port if need be."""
        if var in self.known:
            return self.known[var]
        if self.parent is None:
            return None
        outside = self.parent.find(var)
        if outside is None:
            return None
        self.known[var] = self.enter(outside.name, _label(outside), outside)
        return self.known[var]

    def enter(self, name: str, label: str, outside: End | None) -> Port:
        assert self.parent is not None
        port = Port(label, self.box, name)
        self.box.inputs.append(port)
        if outside is not None:
            self.parent.box.edges.append(Edge(outside, port))
        return port

    def leave(self, name: str, label: str, inside: End | None) -> Port:
        port = Port(label, self.box, name)
        self.box.outputs.append(port)
        if inside is not None:
            self.box.edges.append(Edge(inside, port))
        return port

    def read(self, variables_: list[Var], by: End) -> None:
        for var in variables_:
            source = self.find(var)
            if source is not None:
                self.box.edges.append(Edge(source, by))


def _dissolve(box: Box, outer: Box) -> None:
    """Take away a box in which nothing happens: its values go straight through."""
    sources = {e.target: e.source for e in (*outer.edges, *box.edges)}
    own = {*box.inputs, *box.outputs}
    through = [
        Edge(sources[sources[e.source]], e.target)
        for e in outer.edges
        if e.source in own and sources[e.source] in sources
    ]
    outer.items.remove(box)
    outer.edges = [e for e in outer.edges if not own.intersection((e.source, e.target))] + through


def _label(end: End) -> str:
    if isinstance(end, Port):
        return end.label.partition(" = ")[0]
    return end.label.partition(" = ")[0] if end.kind in ("stage", "passive", "call") else end.label


class _Builder:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def block(self, block: Block, scope: _Scope) -> None:
        for step in block:
            match step:
                case Stage():
                    self.stage(step, scope)
                case Loop():
                    self.loop(step, scope)
                case Branch():
                    self.branch(step, scope)
                case Scope():
                    inner = _Scope(Box("with", self.rows.head(step)), scope)
                    scope.box.items.append(inner.box)
                    self.block(step.body, inner)
                    self.hand_out(step.body, inner, scope)
                case Call():
                    self.call(step, scope)

    def stage(self, step: Stage, scope: _Scope) -> None:
        if self.rows.is_inlined(step):
            return
        seen = self.rows.numbered.get(id(step))
        cell = self.rows.assignment(step)
        name = self.rows.names(step.target)
        active = seen is not None or bool(self.rows.sweep.at(step))
        node = Node("stage" if active else "passive", name, _joined(cell))
        if seen is not None:
            node.number = seen.number
            node.value, node.adjoint = str(seen.seen.values), str(seen.seen.adjoints)
        elif self.rows.values is not None:
            found = self.rows.values.of(self.rows.procedure.name, step.number)
            node.value = str(found.values)
        scope.box.items.append(node)
        scope.read(self.rows.reads(step.value), node)
        scope.known[step.target] = node

    def hand_out(self, body: Block, inner: _Scope, outer: _Scope) -> None:
        """Whatever a block defines can be read after it."""
        for var, end in list(inner.known.items()):
            if var not in outer.known and any(var in defined(s) for s in steps(body)):
                outer.known[var] = inner.leave(end.name, self.rows.name(var), end)

    # --- loops ---

    def loop(self, step: Loop, scope: _Scope) -> None:
        inner = _Scope(Box("loop", self.rows.head(step)), scope)
        entered: dict[Var, Port] = {}
        for carried in step.carried:
            name, label = self.rows.names(carried.var), self.rows.name(carried.var)
            outside = self.outer(carried.init, scope)
            if outside is None and isinstance(carried.init, Const):
                label += f" = {self.rows.text(carried.init)}"
            entered[carried.var] = inner.enter(name, label, outside)
            inner.known[carried.var] = entered[carried.var]
        scope.box.items.append(inner.box)
        self.block(step.body, inner)
        for carried in step.carried:
            end = self.value(carried.next, inner)
            name, label = self.rows.names(carried.var), self.rows.name(carried.var)
            port = scope.known[carried.var] = inner.leave(name, label, end)
            if end is not entered[carried.var]:
                inner.box.returns.append((port, entered[carried.var]))

    def outer(self, expr: Expr | None, scope: _Scope) -> End | None:
        found = [scope.find(v) for v in self.rows.reads(expr)]
        return found[0] if found else None

    def value(self, expr: Expr | None, scope: _Scope) -> End | None:
        """Where a value handed on comes from: a node of its own for a number."""
        if isinstance(expr, Const):
            return None
        return self.outer(expr, scope)

    # --- branches ---

    def branch(self, step: Branch, scope: _Scope) -> None:
        group = _Scope(Box("branch"), scope)
        scope.box.items.append(group.box)
        merged: dict[Var, Port] = {}
        for merge in step.merges:
            name, label = self.rows.names(merge.var), self.rows.name(merge.var)
            merged[merge.var] = group.leave(name, label, None)
        self.arms(step, group, "if", {m.var: [m.var] for m in step.merges}, merged)
        scope.known.update(merged)

    def arms(
        self,
        step: Branch,
        group: _Scope,
        word: str,
        into: dict[Var, list[Var]],
        merged: dict[Var, Port],
    ) -> None:
        """The arms of a branch, those of `elif` too. `into` tells which of the outermost merges
        each merge of this branch feeds."""
        merges = [(m, into[m.var]) for m in step.merges if m.var in into]
        shown = self.arm(self.rows.head(step, word), step.then, group, merged, [
            (outer, m.then) for m, outers in merges for outer in outers
        ])  # fmt: skip
        rest = [s for s in step.orelse if not self.rows.is_inlined(s)]
        feeds = [(outer, m.orelse) for m, outers in merges for outer in outers]
        if len(rest) == 1 and isinstance(rest[0], Branch):
            nested = rest[0]
            own = {m.var for m in nested.merges}
            if all(expr is None or isinstance(expr, Var) and expr in own for _, expr in feeds):
                deeper: dict[Var, list[Var]] = {}
                for outer, expr in feeds:
                    if isinstance(expr, Var):
                        deeper.setdefault(expr, []).append(outer)
                self.arms(nested, group, "elif", deeper, merged)
                return
        head = "else:" if shown else self.rows.head(step, word, opposite=True)
        self.arm(head, step.orelse, group, merged, feeds)

    def arm(
        self,
        head: str,
        block: Block,
        group: _Scope,
        merged: dict[Var, Port],
        feeds: list[tuple[Var, Expr | None]],
    ) -> bool:
        """One arm, and what it feeds into the merges; returns whether anything happens in it."""
        scope = _Scope(Box("arm", head), group)
        group.box.items.append(scope.box)
        self.block(block, scope)
        for var, expr in feeds:
            if expr is None or isinstance(expr, Const) and not self.is_active(var):
                continue
            end, name = self.value(expr, scope), self.rows.names(var)
            if end is None or isinstance(end, Port) and end.name != name:
                # A number, or what goes straight through under another name.
                copy = Node("passive", name, f"{self.rows.name(var)} = {self.rows.text(expr)}")
                scope.box.items.append(copy)
                scope.box.edges += [Edge(end, copy)] if end is not None else []
                end = copy
            port = scope.leave(name, self.rows.name(var), end)
            group.box.edges.append(Edge(port, merged[var]))
        if not scope.box.items:
            _dissolve(scope.box, group.box)
        return bool(scope.box.items)

    def is_active(self, var: Var) -> bool:
        return var in self.rows.sweep.varied

    # --- calls ---

    def call(self, step: Call, scope: _Scope) -> None:
        text = self.rows.text(Apply(step.callee, step.args))
        targets = [(v, self.rows.names(v), self.rows.name(v)) for v in step.targets]
        callee = self.rows.procedure.callees.get(step.callee)
        if callee is None or not is_shown(callee, self.rows.inside):
            left = ", ".join(label for _, _, label in targets)
            node = Node("call", ", ".join(name for _, name, _ in targets), f"{left} = {text}")
            scope.box.items.append(node)
            scope.read(self.rows.reads(*step.args), node)
            scope.known.update({v: node for v in step.targets})
            return
        inner = _Scope(Box("call", text), scope)
        scope.box.items.append(inner.box)
        active = []
        for param, arg in zip(callee.params, step.args, strict=False):
            found = self.rows.reads(arg)
            end = scope.find(found[0]) if found else None
            label = self.rows.name(param.var)
            inner.known[param.var] = inner.enter(param.name, label, end)
            for var in found[1:]:
                source = scope.find(var)
                if source is not None:
                    scope.box.edges.append(Edge(source, inner.known[param.var]))
            if any(v in self.rows.sweep.varied for v in found):
                active.append(param.var)
        rows = Rows(callee, active, inside=self.rows.inside)
        rows.numbered.clear()  # the numbers are those of the caller's stages
        within = _Builder(rows)
        within.block(rows.procedure.body, inner)
        result = rows.procedure.result
        parts = result.args if isinstance(result, Apply) and len(targets) > 1 else (result,)
        for (var, name, label), part in zip(targets, parts, strict=False):
            scope.known[var] = inner.leave(name, label, within.outer(part, inner))


def _joined(cell: Cell) -> str:
    return f"{cell.target} = {cell.text}" if cell.target else cell.text
