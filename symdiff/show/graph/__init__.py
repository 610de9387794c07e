"""The variable dependency graph of a function, as SVG, DOT and Mermaid."""

from symdiff.show.graph.build import build
from symdiff.show.graph.dot import dot
from symdiff.show.graph.layout import layout
from symdiff.show.graph.mermaid import mermaid
from symdiff.show.graph.model import Box, Edge, Node, Port
from symdiff.show.graph.svg import svg

__all__ = ["Box", "Edge", "Node", "Port", "build", "dot", "layout", "mermaid", "svg"]
