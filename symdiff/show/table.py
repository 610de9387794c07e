"""The two columns of hand-written notes: forward stages, and the backward step that faces each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar, overload

from symdiff.show import formats
from symdiff.show.latex import Latex
from symdiff.show.layout import layout
from symdiff.show.listed import BackwardStage, ForwardStage
from symdiff.show.rows import Rows
from symdiff.show.values import Values
from symdiff.stages import Procedure, Var

Item = TypeVar("Item")


class _Listing(Sequence[Item]):
    """A sequence of stages that cannot be changed."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = tuple(items)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return str(self)


class BackwardStages(_Listing[BackwardStage]):
    """The steps of the reverse sweep, in the order in which they are taken."""

    def __str__(self) -> str:
        digits = len(str(len(self)))
        return "\n".join(
            f"{step.number:>{digits}} {'(*)' if step.is_fork else '   '}  {step.text}"
            for step in self
        )


class Stages(_Listing[ForwardStage]):
    """The stages of a function that its derivative depends on, in order.

    As text they are the table: what the function does on the left, read downwards, and the steps
    of the reverse sweep on the right, read upwards. A forward (*) marks a fork, a backward (*) a
    contribution to a variable that has several. With `values` at a point, the value of each stage
    stands beside it, and beside its reversal the adjoint of its variable.
    """

    def __init__(
        self, procedure: Procedure, inputs: Collection[Var], values: Values | None = None
    ) -> None:
        made = Rows(procedure, inputs, values)
        self.name, self.values = procedure.name, values
        self._made_from = procedure, inputs
        super().__init__(made.stages)
        self.made = made  # the rows with what they were made from, for the graph
        self.rows = made.rows
        self.backward = BackwardStages(made.backward[::-1])

    def __str__(self) -> str:
        return layout(self.rows)

    def format(self, kind: str) -> str:
        """The table as "text", "markdown", "latex" (display mathematics) or "html" (a page)."""
        if kind == "text":
            return str(self)
        if kind == "markdown":
            return formats.markdown(self.rows)
        if kind == "latex":
            return f"\\[\n{self._latex()}\n\\]"
        if kind == "html":
            return formats.document(self.rows, f"Stages of {self.name}")
        raise ValueError(f"no table in the format {kind!r}: text, markdown, latex, html")

    def graph(self, kind: str = "svg") -> str:
        """The variable dependency graph as "svg", "dot" (for Graphviz) or "mmd" (Mermaid)."""
        from symdiff.show import graph

        root = graph.build(self.made)
        if kind == "svg":
            return graph.svg(root, title=f"Stages of {self.name}")
        if kind == "dot":
            return graph.dot(root, self.name)
        if kind == "mmd":
            return graph.mermaid(root)
        raise ValueError(f"no graph in the format {kind!r}: svg, dot, mmd")

    def _latex(self) -> str:
        return formats.latex(Rows(*self._made_from, self.values, Latex()).rows)

    def _repr_html_(self) -> str:
        return formats.fragment(self.rows)

    def _repr_markdown_(self) -> str:
        return formats.markdown(self.rows)

    def _repr_latex_(self) -> str:
        return f"$${self._latex()}$$"
