"""The variable dependency graph: nodes for inputs and stages, boxes for loops, branches and calls.

What a box reads from outside comes in through a port on its left side, and what it hands on goes
out through one on its right side, so that every edge stays within one box.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(eq=False)
class Node:
    """An input, a stage, a passive value, or the result where no stage alone makes it.

    `name` is the variable's plain name, `label` what is written into the node, `number` that of
    the stage. `value` and `adjoint` are what its variable has at a point, if one is given.
    """

    kind: str  # "input", "stage", "passive", "call" or "result"
    name: str
    label: str
    number: int = 0
    mark: bool = False
    is_result: bool = False
    value: str = ""
    adjoint: str = ""


@dataclass(eq=False)
class Port:
    """Where the value of a variable goes into a box or comes out of it."""

    label: str
    box: Box
    name: str = ""
    value: str = ""
    adjoint: str = ""


@dataclass(eq=False)
class Box:
    """A block with a head: "loop", "branch" (around its arms), "arm", "call" or "with"; the whole
    graph is of the kind "root". `edges` are those within the box; `returns` lead from ports out to
    ports in, from one round of a loop to the next."""

    kind: str
    head: str = ""
    items: list[Node | Box] = field(default_factory=list)
    inputs: list[Port] = field(default_factory=list)
    outputs: list[Port] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    returns: list[tuple[Port, Port]] = field(default_factory=list)

    def boxes(self) -> Iterator[Box]:
        """This box and all within it."""
        yield self
        for item in self.items:
            if isinstance(item, Box):
                yield from item.boxes()

    def nodes(self) -> Iterator[Node]:
        """All nodes, those of inner boxes included, in order."""
        for item in self.items:
            if isinstance(item, Box):
                yield from item.nodes()
            else:
                yield item


End = Node | Port


@dataclass(frozen=True)
class Edge:
    """One end reads the variable of the other."""

    source: End
    target: End


def pruned(root: Box) -> Box:
    """The graph without passive values, ports and boxes of which no stage makes use."""
    needed: set[End] = {n for n in root.nodes() if n.kind in ("stage", "call", "result", "input")}
    sources: dict[End, list[End]] = {}
    for box in root.boxes():
        for edge in box.edges:
            sources.setdefault(edge.target, []).append(edge.source)
        for out, back in box.returns:
            sources.setdefault(back, []).append(out)
    ahead = list(needed)
    while ahead:
        for source in sources.get(ahead.pop(), ()):
            if source not in needed:
                needed.add(source)
                ahead.append(source)
    fed: set[End] = {source for found in sources.values() for source in found}
    needed -= {n for n in root.nodes() if n.kind == "input" and n not in fed and not n.is_result}
    _keep(root, needed)
    return root


def _keep(box: Box, needed: set[End]) -> bool:
    """Leave what is needed in a box; returns whether anything is left."""
    box.items = [i for i in box.items if (_keep(i, needed) if isinstance(i, Box) else i in needed)]
    box.inputs = [p for p in box.inputs if p in needed]
    box.outputs = [p for p in box.outputs if p in needed]
    box.edges = [e for e in box.edges if e.source in needed and e.target in needed]
    box.returns = [r for r in box.returns if r[0] in needed and r[1] in needed]
    return bool(box.items or box.outputs)
