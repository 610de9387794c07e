"""The graph in Mermaid's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from symdiff.show.graph.flat import flat_edges, identifiers
from symdiff.show.graph.layout import LONGEST_VALUE
from symdiff.show.graph.model import Box, Node
from symdiff.show.graph.text import cut

CLASSES = {
    "input": "fill:#e6f0fb,stroke:#7fa8d6,color:#1f2328",
    "stage": "fill:#f6f8fa,stroke:#c4ccd4,color:#1f2328",
    "call": "fill:#f6f8fa,stroke:#c4ccd4,color:#1f2328",
    "passive": "fill:none,stroke:#8c959f,stroke-dasharray:3 3",
    "fork": "fill:#f6f8fa,stroke:#b3541e,color:#1f2328",
    "forkinput": "fill:#e6f0fb,stroke:#b3541e,color:#1f2328",
    "result": "fill:#fdf3dc,stroke:#d3a343,color:#1f2328",
}
VALUE, ADJOINT = "#1a6e3c", "#b3261e"


def mermaid(root: Box) -> str:
    """The graph as a flowchart. Nodes that are forks have a rim of their own colour."""
    names, boxes = identifiers(root), count(1)

    def block(box: Box, indent: str) -> Iterator[str]:
        for item in box.items:
            if isinstance(item, Node):
                yield f'{indent}{names[item]}["{_label(item)}"]:::{_class(item)}'
                continue
            yield f'{indent}subgraph box_{next(boxes)}["{_escaped(item.head or "branch")}"]'
            yield from block(item, indent + "  ")
            yield f"{indent}end"

    lines = ["flowchart LR", *block(root, "  ")]
    for edge in flat_edges(root):
        line = "-.->" if edge.again else "-->"
        told = _values(edge.source)
        label = f'|"{told}"|' if told else ""
        lines.append(f"  {names[edge.source]} {line}{label} {names[edge.target]}")
    used = {_class(node) for node in root.nodes()}
    lines += [f"  classDef {name} {style}" for name, style in CLASSES.items() if name in used]
    return "\n".join(lines) + "\n"


def _class(node: Node) -> str:
    if node.is_result:
        return "result"
    if node.mark:
        return "forkinput" if node.kind == "input" else "fork"
    return node.kind


def _label(node: Node) -> str:
    label = _escaped(f"{node.number}  {node.label}" if node.number else node.label)
    return f"{label}<br/>{_values(node)}" if node.is_result and _values(node) else label


def _values(node: Node) -> str:
    texts = [(cut(node.value, LONGEST_VALUE), VALUE), (cut(node.adjoint, LONGEST_VALUE), ADJOINT)]
    found = [f"<span style='color:{c}'>{_escaped(told)}</span>" for told, c in texts if told]
    return "<br/>".join(found)


def _escaped(plain: str) -> str:
    """Text in which nothing is markup, of Mermaid, HTML or Markdown: such characters as codes."""
    plain = " ".join(plain.split())
    return re.sub(r"[&<>\"'`#;\\*_{}\[\]|~]", lambda m: f"#{ord(m[0])};", plain)
