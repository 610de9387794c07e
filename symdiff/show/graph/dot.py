"""The graph in Graphviz's language."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from symdiff.show.formats import text
from symdiff.show.graph.flat import flat_edges, identifiers
from symdiff.show.graph.layout import LONGEST_VALUE
from symdiff.show.graph.model import Box, Node
from symdiff.show.graph.text import cut

FILL = {"input": "#e6f0fb", "stage": "#f6f8fa", "call": "#f6f8fa", "result": "#fdf3dc"}
RIM = {"input": "#7fa8d6", "stage": "#c4ccd4", "call": "#c4ccd4", "result": "#d3a343"}
VALUE, ADJOINT = "#1a6e3c", "#b3261e"


def dot(root: Box, title: str = "") -> str:
    """The graph as text for `dot`. Values are green, adjoints red, on the edges of each variable;
    nodes that are forks have a thicker rim."""
    names, clusters = identifiers(root), count(1)

    def block(box: Box, indent: str) -> Iterator[str]:
        for item in box.items:
            if isinstance(item, Node):
                yield f"{indent}{names[item]} [{_attributes(item)}];"
                continue
            yield f"{indent}subgraph cluster_{next(clusters)} {{"
            style = "dotted" if item.kind == "branch" else "rounded"
            yield f'{indent}  label="{_quoted(item.head)}"; labeljust=l; style={style};'
            yield from block(item, indent + "  ")
            yield f"{indent}}}"

    lines = [
        f'digraph "{_quoted(title or "stages")}" {{',
        "  rankdir=LR;",
        '  graph [fontname="DejaVu Sans Mono", fontsize=11, fontcolor="#6e7781", color="#8c959f"];',
        '  node [fontname="DejaVu Sans Mono", fontsize=12, shape=box, style="rounded,filled"];',
        '  edge [fontname="DejaVu Sans Mono", fontsize=10, color="#9aa4af", arrowsize=0.7];',
        *block(root, "  "),
    ]
    for edge in flat_edges(root):
        more = [f"label={_values(edge.source)}"] if edge.source.value or edge.source.adjoint else []
        more += ["style=dashed", "constraint=false"] if edge.again else []
        attributes = f" [{', '.join(more)}]" if more else ""
        lines.append(f"  {names[edge.source]} -> {names[edge.target]}{attributes};")
    return "\n".join([*lines, "}"]) + "\n"


def _attributes(node: Node) -> str:
    kind = "result" if node.is_result else node.kind
    label = f"{node.number}  {node.label}" if node.number else node.label
    told = [f'label="{_quoted(label)}"', f'tooltip="{_quoted(node.name)}"']
    if kind in FILL:
        told += [f'fillcolor="{FILL[kind]}"', f'color="{RIM[kind]}"']
    else:
        told += ['style="rounded,dashed"', 'color="#c4ccd4"']
    if node.mark:
        told.append("penwidth=2")
    if node.is_result and (node.value or node.adjoint):
        told.append(f"xlabel={_values(node)}")
    return ", ".join(told)


def _values(node: Node) -> str:
    """The value above, the adjoint below."""
    texts = [(cut(node.value, LONGEST_VALUE), VALUE), (cut(node.adjoint, LONGEST_VALUE), ADJOINT)]
    lines = [f'<font color="{colour}">{text(told)}</font>' for told, colour in texts if told]
    return f"<{'<br/>'.join(lines)}>"


def _quoted(plain: str) -> str:
    return " ".join(plain.split()).replace("\\", "\\\\").replace('"', '\\"')
