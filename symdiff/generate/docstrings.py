"""What a generated function says of itself."""

from __future__ import annotations

import textwrap

from symdiff._version import __version__
from symdiff.stages import Place, Procedure


def name_of(procedure: Procedure, mode: str) -> str:
    """What a pushforward is called: f_jvp, and f_hvp where it is that of f_grad."""
    return f"{procedure.name.removesuffix('_grad') if mode == 'hvp' else procedure.name}_{mode}"


def docstring(procedure: Procedure, labels: list[str], mode: str) -> str:
    names = labels[0] if len(labels) == 1 else f"({', '.join(labels)})"
    what = (
        f"its gradient with respect to {names}"
        if len(labels) != 1
        else f"its derivative with respect to {names}"
    )
    if mode == "pullback":
        adjoints = "the adjoints" if len(labels) != 1 else "the adjoint"
        what = f"{adjoints} of {names}, given the cotangent dout of the value"
    if mode == "hvp":
        tangents = [f"{name}_dot" for name in labels]
        along = tangents[0] if len(tangents) == 1 else f"({', '.join(tangents)})"
        sentence = f"Gradient of {procedure.name.removesuffix('_grad')}, and the product of its "
        return _written(f"{sentence}Hessian and {along}.", procedure.place)
    if mode == "tangent":
        dots = ", ".join(f"{name}_dot" for name in labels)
        return _written(f"Tangent of {procedure.name} along ({dots}).", procedure.place)
    if mode == "rows":
        return _written(f"Jacobian of {procedure.name} with respect to {names}.", procedure.place)
    if mode == "many tangents":
        along = f"along many directions of {names}, which are on the last axes."
        return _written(f"Tangents of {procedure.name} {along}", procedure.place)
    if mode == "directions":
        what = f"its tangents along many directions of {names}, which are on the first axes"
    if mode == "jvp":
        dots = ", ".join(f"{name}_dot" for name in labels)
        what = f"its tangent along {dots if len(labels) == 1 else f'({dots})'}"
    return _written(f"Value of {procedure.name} and {what}.", procedure.place)


def _written(sentence: str, place: Place | None) -> str:
    where = (
        ""
        if place is None
        else f" from {place.file.replace(chr(92), '/').rpartition('/')[2]}:{place.line}"
    )
    first = textwrap.fill(sentence, 90, break_long_words=False)
    return f"{first}\n\nWritten by symdiff {__version__}{where}."
