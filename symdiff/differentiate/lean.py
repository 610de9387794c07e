"""What backward functions need not be given: arguments that they do not read, and adjoints of
arrays to be made anew. They add to the adjoints that their caller has.

Recursive functions that take arrays are reversed in this way, and all functions for a compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from symdiff.differentiate.tapes import NAMES, Tapes
from symdiff.rules.tapes import HELPERS
from symdiff.stages import (
    ArrayOf,
    Call,
    Expr,
    Kind,
    Param,
    Procedure,
    Scalar,
    Var,
    called_from,
    is_differentiable,
    steps,
)

if TYPE_CHECKING:
    from symdiff.differentiate.reverse import Reverse


class Lean:
    """How the procedures of a table are reversed."""

    def __init__(self, primal: Mapping[str, Procedure], compiled: bool, again: bool) -> None:
        self.primal, self.again = primal, again
        self.compiled = compiled and not again
        self.needs: dict[str, set[int]] = {}  # the parameters that a backward function reads
        self.depth = 0
        self.unsettled = False
        self.group: list[Callable[[], None]] = []
        self.taped: list[tuple[Tapes, Procedure]] = []  # those that are being derived
        self.kinds: dict[str, tuple[Scalar, ...]] = {}  # of the tapes that a procedure takes

    def is_lean(self, callee: Procedure) -> bool:
        if self.again:
            return False  # what is read and differentiated again computes its values itself
        if self.compiled:
            return True
        return self.is_recursive(callee.name) and any(
            isinstance(p.var.kind, ArrayOf) for p in callee.params
        )

    def is_recursive(self, name: str) -> bool:
        return name in self.called_from(name)

    def called_from(self, name: str) -> list[str]:
        return called_from(self.primal[name].body, self.primal)

    # --- adjoints that are lent

    def lent(self, callee: Procedure, ins: Sequence[int]) -> tuple[int, ...]:
        """The places in `ins` of the arguments whose adjoints a backward function adds to."""
        if not self.is_lean(callee):
            return ()
        return tuple(at for at, i in enumerate(ins) if _is_array(callee.params[i].var.kind))

    def sum_of(
        self,
        sweep: Reverse,
        procedure: Procedure,
        at: int,
        ins: Sequence[int],
        outs: Collection[int],
    ) -> Param:
        """The parameter for the adjoint of an array, as far as it is known before the function is
        reversed: that of what the function has made of the array, or what others add."""
        param = procedure.params[ins[at]]
        leaf: Expr = param.var
        if param.becomes is not None and param.becomes in outs:
            from symdiff.differentiate.activity import results

            leaf = results(procedure)[param.becomes]
        assert isinstance(leaf, Var)
        made = Var(sweep.adjoint_name(param.var.base), param.var.kind)
        sweep.note_full(made, leaf)
        sweep.adjoints[leaf] = made
        return Param(sweep.adjoint_name(param.name), made, becomes=at)

    def reverse_call(
        self,
        sweep: Reverse,
        step: Call,
        callee: Procedure,
        backward: str,
        ins: Sequence[int],
        adjoints: list[Expr | None],
        targets: Sequence[Var],
    ) -> None:
        """Call the backward function with what it reads, and with the sums it adds to."""
        sums: list[Expr] = []
        added: set[Expr] = set()
        for at in self.lent(callee, ins):
            arg, becomes = step.args[ins[at]], callee.params[ins[at]].becomes
            assert isinstance(arg, Var)
            whole = None if becomes is None else adjoints[becomes]
            if whole is not None and becomes is not None:
                adjoints[becomes] = None
            elif arg in sweep.adjoints and arg in added:
                whole = sweep.assign(sweep.new_adjoint(arg), sweep.zero(arg))
            else:
                sweep.adjoint_or_zero(arg)
                whole = sweep.whole_adjoint(arg)
                assert whole is not None
            added.add(arg)
            sums.append(whole)
        needed = [step.args[i] for i in sorted(self.needs.get(backward, ()))]
        handed = [t for t in step.targets[len(callee_results(callee)) :]]
        given = [a for a in adjoints if a is not None]
        call = Call(tuple(targets), backward, (*needed, *handed, *given, *sums))
        if self.is_taped(callee.name):
            self.with_tapes(sweep, call)
        sweep.out.append(call)
        for i, target in zip(ins, targets, strict=True):
            sweep.note_full(target, step.args[i])
            sweep.accumulate(step.args[i], target)

    # --- arguments that are read

    def needed(
        self,
        backward: str,
        given: Sequence[Param],
        read: Collection[Var],
        params: Sequence[Param],
    ) -> list[Param]:
        """Those of the parameters that a backward function reads."""
        needs = self.needs.setdefault(backward, set())
        found = {i for i, p in enumerate(given) if p.var in read}
        self.unsettled = self.unsettled or not found <= needs
        needs |= found
        return [params[i] for i in sorted(needs)]

    def settle(self, derive: Callable[[], None]) -> None:
        """Derive a pair of functions. Those that call each other are derived again until what was
        believed of each other is so."""
        self.group.append(derive)
        self.depth += 1
        derive()
        self.depth -= 1
        if self.depth:
            return
        while self.unsettled:
            self.unsettled = False
            self.taped.clear()
            self.depth += 1
            for each in list(self.group):
                each()
            self.depth -= 1
        self.group.clear()
        self._pass_tapes()

    # --- tapes

    def is_taped(self, name: str) -> bool:
        """Whether a procedure keeps its values on tapes: one that is recursive, or calls such."""
        if not self.compiled:
            return False
        return any(map(self.is_recursive, {name, *self.called_from(name)}))

    def note_taped(self, tapes: Tapes, *pair: Procedure) -> None:
        self.taped += [(tapes, each) for each in pair]

    def with_tapes(self, sweep: Reverse, step: Call) -> None:
        """Pass tapes to a function that is called; among functions that have some, later."""
        sweep.helpers |= HELPERS
        if sweep.tapes is None:
            step.args += tuple(sweep.own_tapes.of(kind) for kind in self.kinds[step.callee])

    def _pass_tapes(self) -> None:
        """Give procedures that call each other the tapes that they, and what they call, use."""
        items = {item for tapes, _ in self.taped for item in tapes.used}
        for _, procedure in self.taped:
            for step in steps(procedure.body):
                if isinstance(step, Call):
                    items.update(self.kinds.get(step.callee, ()))
        kinds = tuple(item for item in NAMES if item in items)
        self.kinds.update((procedure.name, kinds) for _, procedure in self.taped)
        for tapes, procedure in self.taped:
            for step in steps(procedure.body):
                if isinstance(step, Call) and step.callee in self.kinds:
                    step.args += tuple(tapes.of(kind) for kind in self.kinds[step.callee])
            names = {p.name for p in procedure.params}
            for kind in kinds:
                name = NAMES[kind]
                while name in names:
                    name += "_"
                procedure.params.append(Param(name, tapes.of(kind)))
        self.taped.clear()


def callee_results(callee: Procedure) -> tuple[Expr, ...]:
    from symdiff.differentiate.activity import results

    return results(callee)


def _is_array(kind: Kind) -> bool:
    return isinstance(kind, ArrayOf) and bool(kind.dims) and is_differentiable(kind)
