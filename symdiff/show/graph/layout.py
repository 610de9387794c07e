"""A layered layout from left to right: boxes within boxes, nothing on top of anything else.

The inside of every box is laid out by itself, then the box is a unit in the layout around it. A
unit stands one layer after the last of what it reads; an edge that spans layers has a place of its
own in each of them, so that it passes between the nodes and not through them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from symdiff.show.graph.heights import heights
from symdiff.show.graph.model import Box, Edge, End, Node, Port
from symdiff.show.graph.ordering import ordered
from symdiff.show.graph.text import cut, width

NODE_HEIGHT, PORT_HEIGHT, WIRE_HEIGHT = 34.0, 20.0, 8.0
LABEL_SIZE, VALUE_SIZE, NUMBER_SIZE, HEAD_SIZE = 13.0, 11.0, 10.0, 12.0
LAYER_GAP, NODE_GAP, WIRE_GAP = 38.0, 14.0, 8.0
PADDING, HEAD_HEIGHT, LANE = 12.0, 24.0, 9.0
LONGEST_LABEL, LONGEST_VALUE, ROOM = 36, 26, 12

Point = tuple[float, float]


@dataclass(frozen=True)
class Rect:
    x: float
    y: float
    width: float
    height: float


@dataclass
class Drawing:
    """Where everything is. `zones` are the places right of nodes for values and adjoints, on the
    line that leaves the node; paths run through their points from left to right, those of
    `returns` around the bottom of a loop from right to left."""

    width: float = 0.0
    height: float = 0.0
    nodes: dict[Node, Rect] = field(default_factory=dict)
    zones: dict[Node, Rect] = field(default_factory=dict)
    boxes: dict[Box, Rect] = field(default_factory=dict)
    ports: dict[Port, Rect] = field(default_factory=dict)
    paths: list[tuple[Edge, list[Point]]] = field(default_factory=list)
    stubs: list[tuple[Port, list[Point]]] = field(default_factory=list)
    returns: list[tuple[Port, list[Point]]] = field(default_factory=list)


def label(node: Node) -> str:
    return cut(node.label, LONGEST_LABEL)


def node_width(node: Node) -> float:
    number = width(f"{node.number} ", NUMBER_SIZE) + 2 if node.number else 0.0
    return round(width(label(node), LABEL_SIZE) + number + 20, 1)


def zone_width(node: Node, room: bool) -> float:
    """How much place values need: with `room`, as much as any number may."""
    texts = [cut(text, LONGEST_VALUE) for text in (node.value, node.adjoint) if text]
    if room and node.kind in ("input", "stage"):
        texts.append("0" * ROOM)
    return max((width(text, VALUE_SIZE) for text in texts), default=0.0) + (12 if texts else 0)


def layout(root: Box, *, room: bool = False) -> Drawing:
    """Lay out a graph. With `room`, there is place for values even if none are known yet."""
    inner = _Inside(root, room)
    drawing = Drawing(inner.width, inner.height)
    inner.place(0.0, 0.0, drawing)
    return drawing


@dataclass(eq=False)
class _Unit:
    """What has a place in a layer: a node, a box, a port, or a piece of a long edge."""

    item: Node | Box | Port | None
    width: float
    height: float
    layer: int = 0
    inlets: dict[End, float] = field(default_factory=dict)
    outlets: dict[End, float] = field(default_factory=dict)
    inside: _Inside | None = None


class _Inside:
    """The layout of what is in a box."""

    def __init__(self, box: Box, room: bool) -> None:
        self.box, self.room = box, room
        self.units: list[_Unit] = []
        self.source_of: dict[End, _Unit] = {}
        self.target_of: dict[End, _Unit] = {}
        for port in box.inputs:
            self.add(_Unit(port, _port_width(port), PORT_HEIGHT, outlets={port: PORT_HEIGHT / 2}))
        for item in box.items:
            self.add(self.box_unit(item) if isinstance(item, Box) else self.node_unit(item))
        for port in box.outputs:
            self.add(_Unit(port, _port_width(port), PORT_HEIGHT, inlets={port: PORT_HEIGHT / 2}))
        self.give_layers()
        self.index = {unit: i for i, unit in enumerate(self.units)}
        self.chains = self.cut_edges()
        self.arrange()
        self.measure()

    def add(self, unit: _Unit) -> None:
        self.units.append(unit)
        self.source_of.update(dict.fromkeys(unit.outlets, unit))
        self.target_of.update(dict.fromkeys(unit.inlets, unit))

    def node_unit(self, node: Node) -> _Unit:
        middle: dict[End, float] = {node: NODE_HEIGHT / 2}
        wide = node_width(node) + zone_width(node, self.room)
        return _Unit(node, wide, NODE_HEIGHT, inlets=dict(middle), outlets=dict(middle))

    def box_unit(self, box: Box) -> _Unit:
        inside = _Inside(box, self.room)
        unit = _Unit(box, inside.width, inside.height, inside=inside)
        unit.inlets = {port: inside.level(port) for port in box.inputs}
        unit.outlets = {port: inside.level(port) for port in box.outputs}
        return unit

    def level(self, port: Port) -> float:
        """How far below the top of the box the line through one of its ports runs."""
        ends = self.source_of if port in self.source_of else self.target_of
        return self.top_pad + self.top[self.index[ends[port]]] + PORT_HEIGHT / 2

    # --- layers ---

    def give_layers(self) -> None:
        reads: defaultdict[_Unit, list[_Unit]] = defaultdict(list)
        readers: defaultdict[_Unit, list[_Unit]] = defaultdict(list)
        for edge in self.box.edges:
            source, target = self.source_of[edge.source], self.target_of[edge.target]
            reads[target].append(source)
            readers[source].append(target)
        outputs = set(self.box.outputs)
        first = 1 if self.box.inputs else 0
        for unit in self.units:
            if unit.item in self.box.inputs:
                continue
            unit.layer = max((u.layer + 1 for u in reads[unit]), default=first)
        for unit in reversed(self.units):
            late = isinstance(unit.item, Node) and unit.item.kind == "passive"
            if late and not reads[unit] and readers[unit]:
                unit.layer = min(u.layer for u in readers[unit]) - 1
        last = max((u.layer + 1 for u in self.units if u.item not in outputs), default=0)
        for unit in self.units:
            if unit.item in outputs:
                unit.layer = last

    def cut_edges(self) -> list[tuple[Edge, list[tuple[_Unit, End | None]]]]:
        """Each edge as the units it passes: pieces of edges from one end are shared."""
        wires: dict[tuple[End, int], _Unit] = {}
        chains = []
        for edge in self.box.edges:
            source, target = self.source_of[edge.source], self.target_of[edge.target]
            chain: list[tuple[_Unit, End | None]] = [(source, edge.source)]
            for layer in range(source.layer + 1, target.layer):
                if (edge.source, layer) not in wires:
                    wire = _Unit(None, 0.0, WIRE_HEIGHT, layer)
                    wires[edge.source, layer] = wire
                    self.index[wire] = len(self.units)
                    self.units.append(wire)
                chain.append((wires[edge.source, layer], None))
            chain.append((target, edge.target))
            chains.append((edge, chain))
        return chains

    # --- places ---

    def arrange(self) -> None:
        count = max((u.layer for u in self.units), default=-1) + 1
        layers: list[list[int]] = [[] for _ in range(count)]
        for i, unit in enumerate(self.units):
            layers[unit.layer].append(i)
        links: dict[tuple[int, float, int, float], float] = {}
        for _, chain in self.chains:
            for (a, out), (b, into) in zip(chain, chain[1:], strict=False):
                weight = 1.0 + 2.0 * (a.item is None) + 2.0 * (b.item is None)
                links[self.index[a], _end(a, out, True), self.index[b], _end(b, into, False)] = (
                    weight
                )
        tall = [unit.height for unit in self.units]
        relative = [(a, up / tall[a] - 0.5, b, down / tall[b] - 0.5) for a, up, b, down in links]
        self.layers = ordered(layers, relative)
        weighted = [(*link, weight) for link, weight in links.items()]
        self.top = heights(self.layers, tall, self.gap, weighted)

    def gap(self, a: int, b: int) -> float:
        wires = self.units[a].item is None, self.units[b].item is None
        return WIRE_GAP if all(wires) else WIRE_GAP + 2 if any(wires) else NODE_GAP

    def measure(self) -> None:
        """The size of the box, and where each layer begins."""
        box = self.box
        lanes = len(box.returns)
        is_root = box.kind == "root"
        side = PADDING + LANE * lanes + (6 if is_root else 0)
        self.side = side
        self.top_pad = PADDING + (HEAD_HEIGHT if box.head else 0) + (6 if is_root else 0)
        self.left: list[float] = []
        self.wide: list[float] = []
        at = side
        for layer in self.layers:
            wide = max((self.units[i].width for i in layer), default=0.0)
            self.left.append(at)
            self.wide.append(wide)
            at += wide + LAYER_GAP
        content = max((self.top[i] + unit.height for i, unit in enumerate(self.units)), default=0.0)
        head = width(cut(box.head, 2 * LONGEST_LABEL), HEAD_SIZE) + 2 * PADDING if box.head else 0
        self.width = max(at - LAYER_GAP + side if self.layers else 2 * side, head)
        self.bottom = self.top_pad + content
        self.height = self.bottom + PADDING + LANE * lanes + (6 if is_root else 0)

    def place(self, x: float, y: float, drawing: Drawing) -> None:
        """Put the inside of the box, whose corner is given, into a drawing."""
        if self.box.kind != "root":
            drawing.boxes[self.box] = Rect(x, y, self.width, self.height)
        for unit in self.units:
            left = x + self.left[unit.layer]
            top = y + self.top_pad + self.top[self.index[unit]]
            item = unit.item
            if isinstance(item, Node):
                wide = node_width(item)
                drawing.nodes[item] = Rect(left, top, wide, NODE_HEIGHT)
                if unit.width > wide:
                    drawing.zones[item] = Rect(left + wide, top, unit.width - wide, NODE_HEIGHT)
            elif isinstance(item, Port):
                self.place_port(item, unit, x, left, top, drawing)
            elif isinstance(item, Box):
                assert unit.inside is not None
                unit.inside.place(left, top, drawing)
        for edge, chain in self.chains:
            drawing.paths.append((edge, self.path(chain, x, y)))
        for lane, (out, back) in enumerate(self.box.returns):
            drawing.returns.append((out, self.around(lane, out, back, x, y)))

    def place_port(
        self, port: Port, unit: _Unit, x: float, left: float, top: float, drawing: Drawing
    ) -> None:
        level = top + PORT_HEIGHT / 2
        if port in self.source_of:
            drawing.ports[port] = Rect(left, top, unit.width, PORT_HEIGHT)
            drawing.stubs.append((port, [(x, level), (left, level)]))
        else:
            left += self.wide[unit.layer] - unit.width
            drawing.ports[port] = Rect(left, top, unit.width, PORT_HEIGHT)
            drawing.stubs.append((port, [(left + unit.width, level), (x + self.width, level)]))

    def path(self, chain: list[tuple[_Unit, End | None]], x: float, y: float) -> list[Point]:
        points: list[Point] = []
        for i, (unit, end) in enumerate(chain):
            left, right = (
                x + self.left[unit.layer],
                x + self.left[unit.layer] + self.wide[unit.layer],
            )
            level = y + self.top_pad + self.top[self.index[unit]] + _end(unit, end, i == 0)
            if i == 0:
                points += [(left + unit.width, level), (right, level)]
            elif i < len(chain) - 1:
                points += [(left, level), (right, level)]
            else:
                at_right = isinstance(unit.item, Port)
                points += [(left, level)]
                points += [(right - unit.width, level)] if at_right else []
        return [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]

    def around(self, lane: int, out: Port, back: Port, x: float, y: float) -> list[Point]:
        """From a port on the right side along the bottom to one on the left side."""
        apart = LANE * (lane + 1)
        right, left = x + self.width - self.side + apart, x + self.side - apart
        low = y + self.bottom + apart
        start, end = y + self.level(out), y + self.level(back)
        return [(right, start), (right, low), (left, low), (left, end)]


def _port_width(port: Port) -> float:
    return width(cut(port.label, LONGEST_LABEL), VALUE_SIZE) + 8


def _end(unit: _Unit, end: End | None, leaves: bool) -> float:
    """How far below the top of a unit an edge begins or ends."""
    if end is None:
        return unit.height / 2
    return (unit.outlets if leaves else unit.inlets)[end]
