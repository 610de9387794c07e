"""Arrays that a function changes for its caller: they are lent to it, and not returned.

In the staged computation a call gives a new version of such an array. In the text it is the array
itself: whoever still reads the old version copies it before the call.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Call,
    Loop,
    Procedure,
    Scope,
    Stage,
    Var,
    steps,
)


def lend(procedure: Procedure) -> Procedure:
    """The procedure with what it lends told before each call."""
    if not any(_lends(s, procedure) for s in steps(procedure.body)):
        return procedure
    return replace(procedure, body=_block(procedure.body, procedure))


def _lends(step: object, procedure: Procedure) -> bool:
    callee = procedure.callees.get(step.callee) if isinstance(step, Call) else None
    return callee is not None and any(p.becomes is not None for p in callee.params)


def _block(block: Block, procedure: Procedure) -> Block:
    made: Block = []
    for step in block:
        match step:
            case Branch():
                then, orelse = _block(step.then, procedure), _block(step.orelse, procedure)
                step = replace(step, then=then, orelse=orelse)
            case Loop() | Scope():
                step = replace(step, body=_block(step.body, procedure))
            case Call() if _lends(step, procedure):
                args, targets = list(step.args), list(step.targets)
                for i, param in enumerate(procedure.callees[step.callee].params):
                    if param.becomes is None:
                        continue
                    version = step.targets[param.becomes]
                    old = args[i]
                    made.append(Stage(version, Apply("lend", (old,)) if _is_old(old) else old))
                    args[i] = version
                    targets.remove(version)
                step = replace(step, args=tuple(args), targets=tuple(targets))
        made.append(step)
    return made


def _is_old(expr: object) -> bool:
    return isinstance(expr, Var)


def give_back(made: ast.FunctionDef, procedure: Procedure) -> None:
    """Leave out of what a function returns the arrays that its caller has lent it. One that is
    another object in the end is stored into the caller's."""
    lent = {p.becomes: p.name for p in procedure.params if p.becomes is not None}
    if not lent:
        return
    rebound = {
        target.id
        for node in ast.walk(made)
        if isinstance(node, (ast.Assign, ast.For))
        for top in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for target in ast.walk(top)
        if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
    }
    taken = {n.id for n in ast.walk(made) if isinstance(n, ast.Name)} | set(lent.values())
    own: dict[str, str] = {}
    for name in sorted(rebound & set(lent.values())):
        own[name] = f"{name}_given"
        while own[name] in taken:
            own[name] += "_"
    returning = _Returning(lent, own, isinstance(procedure.result, Apply))
    body = [s for statement in made.body for s in returning.visited(statement)]
    first = [
        ast.Assign([ast.Name(given, ast.Store())], ast.Name(name, ast.Load()))
        for name, given in own.items()
    ]
    if body and isinstance(body[-1], ast.Return) and body[-1].value is None and len(body) > 1:
        body.pop()
    at = 1 if procedure.doc else 0
    made.body = [*body[:at], *first, *body[at:]]


class _Returning(ast.NodeTransformer):
    def __init__(self, lent: dict[int, str], own: dict[str, str], many: bool) -> None:
        self.lent, self.own, self.many = lent, own, many

    def visited(self, statement: ast.stmt) -> list[ast.stmt]:
        made = self.visit(statement)
        return made if isinstance(made, list) else [made]

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        assert node.value is not None
        assert not self.many or isinstance(node.value, ast.Tuple)
        items = node.value.elts if self.many and isinstance(node.value, ast.Tuple) else [node.value]
        stores: list[ast.stmt] = []
        for at, name in self.lent.items():
            item = items[at]
            if name not in self.own and isinstance(item, ast.Name) and item.id == name:
                continue
            given = ast.Name(self.own.get(name, name), ast.Load())
            place = ast.Subscript(given, ast.Constant(Ellipsis), ast.Store())
            stores.append(ast.Assign([place], item))
        left = [item for at, item in enumerate(items) if at not in self.lent]
        value = None if not left else left[0] if len(left) == 1 else ast.Tuple(left, ast.Load())
        return [*stores, ast.Return(value)]
