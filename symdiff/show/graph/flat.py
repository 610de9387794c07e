"""The graph without ports, for formats that lead edges into and out of boxes by themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symdiff.show.graph.model import Box, End, Node


@dataclass(frozen=True)
class FlatEdge:
    """An edge from node to node; `again` if it leads to the next round of a loop."""

    source: Node
    target: Node
    again: bool = False


def flat_edges(root: Box) -> list[FlatEdge]:
    """The edges between nodes, each once, in the order of their targets."""
    sources: dict[End, list[tuple[End, bool]]] = {}
    for box in root.boxes():
        for edge in box.edges:
            sources.setdefault(edge.target, []).append((edge.source, False))
        for out, back in box.returns:
            sources.setdefault(back, []).append((out, True))
    found: dict[FlatEdge, None] = {}
    for node in root.nodes():
        seen: set[tuple[End, bool]] = set()
        ahead = list(reversed(sources.get(node, ())))
        while ahead:
            end, again = ahead.pop()
            if (end, again) in seen:
                continue
            seen.add((end, again))
            if isinstance(end, Node):
                found.setdefault(FlatEdge(end, node, again))
            else:
                ahead += [(e, again or a) for e, a in reversed(sources.get(end, ()))]
    return list(found)


def identifiers(root: Box) -> dict[Node, str]:
    """A name for each node that is a word of ASCII letters in every language."""
    names: dict[Node, str] = {}
    taken: set[str] = set()
    for node in root.nodes():
        base = "v_" + (re.sub(r"[^A-Za-z0-9_]+", "_", node.name).strip("_") or "value")
        name, n = base, 1
        while name in taken:
            n += 1
            name = f"{base}_{n}"
        taken.add(name)
        names[node] = name
    return names
