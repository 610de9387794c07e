"""The graph as SVG: values above the line that leaves a node, adjoints below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symdiff.show.formats import text
from symdiff.show.graph.layout import (
    HEAD_SIZE,
    LABEL_SIZE,
    LONGEST_LABEL,
    LONGEST_VALUE,
    NUMBER_SIZE,
    VALUE_SIZE,
    Drawing,
    Point,
    Rect,
    label,
    layout,
)
from symdiff.show.graph.model import Box, End, Node, Port
from symdiff.show.graph.text import cut, width

STYLE = """\
.graph { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --quiet: #6e7781;
  --line: #9aa4af; --card: #f6f8fa; --rim: #c4ccd4; --input: #e6f0fb; --input-rim: #7fa8d6;
  --result: #fdf3dc; --result-rim: #d3a343; --value: #1a6e3c; --adjoint: #b3261e;
  --fork: #b3541e; --box: #8c959f14; --box-rim: #8c959f66; }
@media (prefers-color-scheme: dark) {
  .graph { --paper: #0d1117; --ink: #e6edf3; --quiet: #8b949e; --line: #6e7681; --card: #1a212b;
    --rim: #3d4650; --input: #12263f; --input-rim: #3c6ea8; --result: #33290f;
    --result-rim: #a5802f; --value: #7fd99a; --adjoint: #ff9c94; --fork: #f0a070;
    --box: #8b949e14; --box-rim: #8b949e59; }
}
.graph .paper { fill: var(--paper); }
.graph text { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  fill: var(--ink); white-space: pre; }
.graph .label { font-size: 13px; }
.graph .number { font-size: 10px; fill: var(--quiet); }
.graph .head { font-size: 12px; fill: var(--quiet); }
.graph .port text { font-size: 11px; fill: var(--quiet); }
.graph .value, .graph .adjoint { font-size: 11px; }
.graph .value { fill: var(--value); }
.graph .adjoint { fill: var(--adjoint); }
.graph .stage rect, .graph .call rect { fill: var(--card); stroke: var(--rim); }
.graph .input rect { fill: var(--input); stroke: var(--input-rim); }
.graph .passive rect { fill: none; stroke: var(--rim); stroke-dasharray: 3 3; }
.graph .passive .label { fill: var(--quiet); }
.graph .result rect { fill: var(--result); stroke: var(--result-rim); stroke-width: 1.5; }
.graph .box rect { fill: var(--box); stroke: var(--box-rim); }
.graph .branch rect { fill: none; stroke-dasharray: 2 4; }
.graph .edge { fill: none; stroke: var(--line); stroke-width: 1.25; }
.graph .return { fill: none; stroke: var(--line); stroke-width: 1.25; stroke-dasharray: 4 3; }
.graph .tip { fill: var(--line); }
.graph .fork-dot { fill: var(--fork); }
"""


def svg(root: Box, *, room: bool = False, standalone: bool = True, title: str = "") -> str:
    """The graph as an svg element.

    Stages are groups of class "node stage" with their number in `data-stage`, inputs of class
    "node input" with their name in `data-input`; edges have the ends they join in `data-from` and
    `data-to`: numbers of stages or names of inputs. With `room`, every stage and input has text
    elements of class "value" and "adjoint" even where nothing is known yet. With `standalone`, the
    element brings its own style and background.
    """
    drawing = layout(root, room=room)
    return "\n".join(_Svg(root, drawing, room).lines(standalone, title)) + "\n"


class _Svg:
    def __init__(self, root: Box, drawing: Drawing, room: bool) -> None:
        self.root, self.drawing, self.room = root, drawing, room

    def lines(self, standalone: bool, title: str) -> Iterator[str]:
        wide, high = _n(self.drawing.width), _n(self.drawing.height)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" width="{wide}" height="{high}" '
            f'viewBox="0 0 {wide} {high}" role="img" aria-label="{text(title or "graph")}">'
        )
        if standalone:
            yield f"<style>\n{STYLE}</style>"
            yield f'<rect class="paper" width="{wide}" height="{high}"/>'
        for box in self.root.boxes():
            if box in self.drawing.boxes:
                yield from self.box(box, self.drawing.boxes[box])
        yield from self.edges()
        for port, rect in self.drawing.ports.items():
            yield from self.port(port, rect)
        for node in self.root.nodes():
            yield from self.node(node, self.drawing.nodes[node])
        yield "</svg>"

    def box(self, box: Box, rect: Rect) -> Iterator[str]:
        yield f'<g class="box {box.kind}">'
        yield f'<rect {_at(rect)} rx="8"/>'
        if box.head:
            head = cut(box.head, 2 * LONGEST_LABEL)
            yield _text("head", rect.x + 12, rect.y + 20, head, HEAD_SIZE)
        yield "</g>"

    def edges(self) -> Iterator[str]:
        for edge, points in self.drawing.paths:
            ends = f'data-from="{_key(edge.source)}" data-to="{_key(edge.target)}"'
            yield f'<path class="edge" {ends} d="{_curve(points)}"/>'
            if isinstance(edge.target, Node):
                yield _tip(points[-1], "right")
        for port, points in self.drawing.stubs:
            yield f'<path class="edge" data-from="{_key(port)}" d="{_curve(points)}"/>'
        for port, points in self.drawing.returns:
            yield f'<path class="return" data-from="{_key(port)}" d="{_around(points)}"/>'
            yield _tip(points[-1], "up")

    def port(self, port: Port, rect: Rect) -> Iterator[str]:
        yield '<g class="port">'
        middle = rect.y + rect.height / 2
        yield _text("", rect.x + 4, middle + 4, cut(port.label, LONGEST_LABEL), VALUE_SIZE)
        yield "</g>"

    def node(self, node: Node, rect: Rect) -> Iterator[str]:
        kinds = ["node", node.kind]
        kinds += ["fork"] if node.mark else []
        kinds += ["result"] if node.is_result and node.kind != "result" else []
        key = "input" if node.kind == "input" else "stage" if node.number else ""
        data = f' data-{key}="{_key(node)}"' if key else ""
        yield f'<g class="{" ".join(kinds)}"{data} data-name="{text(node.name)}">'
        yield f"<title>{text(_title(node))}</title>"
        yield f'<rect {_at(rect)} rx="6"/>'
        middle, x = rect.y + rect.height / 2, rect.x + 10
        if node.number:
            number = str(node.number)
            yield _text("number", x, middle + 4.5, number, NUMBER_SIZE)
            x += width(f"{number} ", NUMBER_SIZE) + 2
        yield _text("label", x, middle + 4.5, label(node), LABEL_SIZE)
        yield from self.values(node, rect)
        yield "</g>"

    def values(self, node: Node, rect: Rect) -> Iterator[str]:
        """The value above the line that leaves the node, the adjoint below; a dot at a fork."""
        zone = self.drawing.zones.get(node)
        right, middle = rect.x + rect.width, rect.y + rect.height / 2
        if zone is not None:
            always = self.room and node.kind in ("input", "stage")
            for kind, value, y in (
                ("value", node.value, middle - 5),
                ("adjoint", node.adjoint, middle + 13),
            ):
                if value or always:
                    yield _text(kind, right + 6, y, cut(value, LONGEST_VALUE), VALUE_SIZE)
            end = zone.x + zone.width
            yield f'<path class="edge" d="M{_n(right)} {_n(middle)}H{_n(end)}"/>'
            right = end
        if node.mark:
            yield f'<circle class="fork-dot" cx="{_n(right)}" cy="{_n(middle)}" r="3"/>'


def _title(node: Node) -> str:
    told = [node.label]
    told += [f"value {node.value}"] if node.value else []
    told += [f"adjoint {node.adjoint}"] if node.adjoint else []
    told += ["a fork: read more than once"] if node.mark else []
    return "\n".join(told)


def _key(end: End) -> str:
    if isinstance(end, Node) and end.number:
        return str(end.number)
    return text(end.name)


def _text(kind: str, x: float, y: float, plain: str, size: float) -> str:
    """Text stretched to the width that the layout has counted on, whatever the font."""
    length = (
        f' textLength="{_n(width(plain, size))}" lengthAdjust="spacingAndGlyphs"' if plain else ""
    )
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{_n(x)}" y="{_n(y)}"{length}>{text(plain)}</text>'


def _curve(points: Sequence[Point]) -> str:
    """Level pieces as lines, others as curves that begin and end level."""
    made = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for (x, y), (to_x, to_y) in zip(points, points[1:], strict=False):
        if abs(y - to_y) < 0.5:
            made.append(f"L{_n(to_x)} {_n(to_y)}")
        else:
            middle = _n((x + to_x) / 2)
            made.append(f"C{middle} {_n(y)} {middle} {_n(to_y)} {_n(to_x)} {_n(to_y)}")
    return "".join(made)


def _around(points: Sequence[Point]) -> str:
    """Straight pieces with rounded corners."""
    made = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for (ax, ay), (x, y), (bx, by) in zip(points, points[1:], points[2:], strict=False):
        before, after = _towards(x, y, ax, ay, 5.0), _towards(x, y, bx, by, 5.0)
        made.append(
            f"L{_n(before[0])} {_n(before[1])}Q{_n(x)} {_n(y)} {_n(after[0])} {_n(after[1])}"
        )
    made.append(f"L{_n(points[-1][0])} {_n(points[-1][1])}")
    return "".join(made)


def _towards(x: float, y: float, to_x: float, to_y: float, most: float) -> Point:
    length = max(abs(to_x - x) + abs(to_y - y), 1e-9)
    share = min(most, length / 2) / length
    return x + (to_x - x) * share, y + (to_y - y) * share


def _tip(point: Point, way: str) -> str:
    x, y = point
    corners = (
        [(x, y), (x - 7, y - 3.5), (x - 7, y + 3.5)]
        if way == "right"
        else [(x, y), (x - 3.5, y + 7), (x + 3.5, y + 7)]
    )
    return f'<path class="tip" d="M{"L".join(f"{_n(a)} {_n(b)}" for a, b in corners)}Z"/>'


def _at(rect: Rect) -> str:
    return f'x="{_n(rect.x)}" y="{_n(rect.y)}" width="{_n(rect.width)}" height="{_n(rect.height)}"'


def _n(number: float) -> str:
    return f"{round(number, 1):g}" if abs(number) < 1e5 else f"{number:.1f}"
