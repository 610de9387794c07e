"""The transformations with target="numba": each as a dispatcher, and as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symdiff.differentiate.together import NotTogether
from symdiff.dispatch.dispatcher import (
    Maker,
    Shape,
    compiled,
    in_mode,
    options_of,
    parameters_of,
)
from symdiff.dispatch.jacobian import (
    Driver,
    is_reverse,
    module,
    takes_many,
    tree_of_result,
    tree_of_spec,
)
from symdiff.errors import NotCompiled
from symdiff.generate import Generated, Selection, find_for, place_of
from symdiff.stages import unused

if TYPE_CHECKING:
    from symdiff.api import Derived

GRADIENT = Shape("grad", "symdiff_both[1]")
GRADIENT_AND_AUX = Shape("grad", "symdiff_both[1], symdiff_both[0][1]")
VALUE_AND_GRADIENT = Shape("value_and_grad")


def for_numba(selection: Selection, function: Any, **options: Any) -> Selection:
    """What is asked for, of Numba, with the options of the function's own decorator."""
    given = {**options_of(function), **{k: v for k, v in options.items() if v}}
    return replace(selection, target="numba", options=tuple(given.items()))


def gradient(of: Derived, shape: Shape, *, cache: bool, **options: Any) -> Any:
    """A dispatcher for `grad` and `value_and_grad`."""
    selection = for_numba(of._selection, of.__wrapped__, **options)
    return compiled(of.__wrapped__, selection, in_mode("grad"), shape, of, cache=cache)


def pushforward(function: Any, selection: Selection, *, cache: bool, **options: Any) -> Any:
    """A dispatcher that takes the function's arguments, and a tangent of each differentiated one:
    the value and its tangent."""
    extra = tangents(function, selection)
    shape = Shape("pushforward", parameters=extra, passed=extra)
    selection = for_numba(selection, function, **options)
    return compiled(function, selection, in_mode("jvp"), shape, None, cache=cache)


def pullback(function: Any, selection: Selection, *, cache: bool, **options: Any) -> Any:
    """A dispatcher that takes the function's arguments, and the cotangent of its value: the value
    and the adjoints."""
    refuse_any_number(function, "pullback")
    extra = (beside("dout", function),)
    shape = Shape("pullback", parameters=extra, passed=extra)
    selection = for_numba(selection, function, **options)
    return compiled(function, selection, in_mode("pullback"), shape, None, cache=cache)


def product(of: Derived, *, cache: bool, **options: Any) -> Any:
    """A dispatcher for `hvp`: it takes the function's arguments and the vector."""
    refuse_any_number(of.__wrapped__, "product with the Hessian")
    selection = for_numba(of._selection, of.__wrapped__, **options)
    vector = beside("vector", of.__wrapped__)
    passed: tuple[str, ...] = (vector,)
    if not selection.single:
        passed = tuple(f"{vector}[{i}]" for i in range(len(selection.argnums)))
    shape = Shape("hvp", parameters=(vector,), passed=passed)
    return compiled(of.__wrapped__, selection, in_mode("tangent"), shape, of, cache=cache)


def jacobian(of: Derived, direction: str | None, *, cache: bool, **options: Any) -> Any:
    """A dispatcher for `jacobian` and `hessian`."""
    selection = for_numba(of._selection, of.__wrapped__, **options)
    shape = Shape(of.mode or "jacobian")

    def making(at_once: bool) -> Maker:
        def make(
            function: Any, selection: Selection, specs: Sequence[Any]
        ) -> tuple[Generated, Callable[..., Any]]:
            def sweep(mode: str) -> Generated:
                return find_for(function, selection, mode, tuple(specs), {})

            made = jacobian_by(sweep, direction, of.mode or "", selection.single, at_once)
            return made, made.function

        return make

    return compiled(
        of.__wrapped__, selection, making(True), shape, of, otherwise=making(False), cache=cache
    )


def jacobian_by(
    sweep: Callable[[str], Generated],
    direction: str | None,
    what: str,
    single: bool,
    at_once: bool = True,
) -> Generated:
    """The text of a Jacobian, from the sweep in a mode; that of the Hessian, where it is one over
    the gradient. With `at_once` one forward sweep takes many columns, where that is possible."""
    found = sweep("jvp")
    inputs = tuple(tree_of_spec(found.reading.specs[n]) for n, _ in found.chosen)
    outputs: Any
    if what == "hessian":
        outputs = inputs[0] if single else inputs
    else:
        outputs = tree_of_result(found.reading.procedure.result)
    reverse = direction == "reverse" or (
        direction is None and what != "hessian" and is_reverse(inputs, outputs)
    )
    by = "rows" if reverse else "columns"
    if reverse and at_once and isinstance(outputs, tuple) and what == "jacobian":
        try:
            return sweep("rows")
        except NotTogether:
            pass
    if reverse:
        found = sweep("pullback")
    elif at_once and takes_many(inputs, outputs):
        try:
            found, by = sweep("directions"), "together"
        except NotTogether:
            by = "columns"
    base = found.reading.procedure.name.removesuffix("_grad")
    names = [n for n, _ in found.chosen]
    shown = names[0] if single else f"({', '.join(names)})"
    name = f"{base}_{what}"
    driver = Driver(found, names, inputs, outputs)
    sentence = f"{what.capitalize()} of {base} with respect to {shown}"
    text = module(driver, name, sentence, by, single)
    return replace(found, text=text, name=name, code=None, _compiled=None, stages_of_lines={})


def tangents(function: Any, selection: Selection) -> tuple[str, ...]:
    """The names of the parameters for tangents: any number, where it depends on the kinds of the
    arguments how many there are."""
    refuse_any_number(function, "pushforward")
    names, _ = parameters_of(function)
    if selection.argnums is None:
        return (f"*{beside('tangents', function)}",)
    many = isinstance(selection.argnums, (list, tuple))
    wanted = selection.argnums if many else [selection.argnums]
    chosen = [n if isinstance(n, str) else names[n] for n in wanted]
    return tuple(beside(f"{n}_dot", function) for n in chosen)


def refuse_any_number(function: Any, what: str) -> None:
    """Raises NotCompiled for functions with `*args`, which leave no place for what follows them."""
    if any(n.startswith("*") for n in parameters_of(function)[0]):
        raise NotCompiled(f"a compiled {what} of a function with *args", place_of(function))


def beside(wanted: str, function: Any) -> str:
    """A name that no parameter of a function has."""
    return unused(wanted, {n.lstrip("*") for n in parameters_of(function)[0]})
