"""What a user asks to have differentiated: parameters, what beside the value, for which target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symdiff.errors import NotDifferentiable
from symdiff.stages import Param

Example = tuple[Sequence[Any], Mapping[str, Any]]  # the arguments of a call


@dataclass(frozen=True)
class Selection:
    """The parameters to differentiate with respect to, as the user names them."""

    argnums: Any
    has_aux: bool = False  # the function returns its value, and something beside it
    target: str = "python"  # or "numba": for what the text is written
    options: tuple[tuple[str, Any], ...] = ()  # of the target's decorator
    by_elements: bool = True  # for Numba: elementwise operations on arrays become loops

    @property
    def single(self) -> bool:
        return isinstance(self.argnums, (int, str))

    @property
    def key(self) -> Any:
        many = isinstance(self.argnums, (list, tuple))
        named = repr(list(self.argnums) if many else self.argnums)
        return named, many, self.has_aux, self.target, repr(self.options), self.by_elements

    def resolve(
        self, params: Sequence[Param], function: str, place: Any = None
    ) -> list[tuple[str, int | None]] | None:
        """Names of parameters, with an index for what falls into `*args`.

        Raises NotDifferentiable.
        """
        if self.argnums is None:
            return None
        if not isinstance(self.argnums, (int, str, list, tuple)):
            raise NotDifferentiable(
                f"argnums are positions or names of parameters, not {self.argnums!r}", place
            )
        argnums = self.argnums
        wanted = tuple(argnums) if isinstance(argnums, (list, tuple)) else (argnums,)
        plain = [p.name for p in params if p.passed == "plain"]
        star = next((p.name for p in params if p.passed == "star"), None)
        found: list[tuple[str, int | None]] = []
        for want in wanted:
            if isinstance(want, str):
                if want not in {p.name for p in params}:
                    raise NotDifferentiable(f"{function}() has no parameter {want!r}", place)
                found.append((want, None))
            elif not isinstance(want, int) or isinstance(want, bool):
                raise NotDifferentiable(
                    f"argnums are positions or names of parameters, not {want!r}", place
                )
            elif -len(plain) <= want < len(plain):
                found.append((plain[want], None))
            elif star is not None and want >= len(plain):
                found.append((star, want - len(plain)))
            else:
                raise NotDifferentiable(
                    f"{function}() has {len(plain)} parameters: there is no argument {want}", place
                )
        return found


@dataclass(frozen=True)
class GradientOf:
    """The gradient of a function, as a function that is to be differentiated."""

    function: Any
    argnums: Any
