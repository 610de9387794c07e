"""Decides whether a SymPy expression is identically zero, without guessing.

Every step is an identity, so a `True` is a proof; `None` means that no proof was found. The
normal form writes the expression as a rational function of kernels, such as exp(x), log(x + 1)
or sin(y), whose arguments are in normal form themselves, and reduces it by what is known of the
kernels: roots by their powers, sin ** 2 by 1 - cos ** 2.
"""

from __future__ import annotations

from typing import Any

EXPANDABLE = 400  # operations
METHODS = ("identical", "expanded", "normal form", "simplified")


def method_of_proof(expr: Any) -> str | None:
    """Which of METHODS shows that the expression is zero; None when none does."""
    import sympy

    if expr == 0:
        return "identical"
    short = min(expr, sympy.expand_mul(expr), key=lambda e: e.count_ops())
    if short == 0 or short.count_ops() < EXPANDABLE and sympy.expand(short) == 0:
        return "expanded"
    if _Kernels().is_zero(short):
        return "normal form"
    if sympy.simplify(short) == 0:
        return "simplified"
    return None


class _Kernels:
    """The transcendental and algebraic parts of an expression, as symbols."""

    def __init__(self) -> None:
        self.symbols: dict[Any, Any] = {}
        self.relations: list[tuple[Any, int, Any]] = []  # symbol ** power equals an expression
        self.done: dict[Any, Any] = {}

    def is_zero(self, expr: Any) -> bool:
        import sympy

        numerator = sympy.fraction(sympy.together(self.rational(expr)))[0]
        for symbol, power, value in reversed(self.relations):
            poly = sympy.Poly(numerator, symbol)
            reduced = sum(
                (c * symbol ** (k % power) * value ** (k // power) for (k,), c in poly.terms()),
                sympy.S.Zero,
            )
            numerator = sympy.fraction(sympy.together(reduced))[0]
        return bool(sympy.expand(numerator) == 0)

    def rational(self, e: Any) -> Any:
        """The expression as a rational function of symbols and kernels."""
        if e not in self.done:
            self.done[e] = self._rational(e)
        return self.done[e]

    def _rational(self, e: Any) -> Any:
        import sympy

        if e.is_Rational or e.is_Symbol:
            return e
        if e.is_Add or e.is_Mul:
            return e.func(*(self.rational(a) for a in e.args))
        if isinstance(e, sympy.exp):
            return self._power(sympy.E, e.args[0])
        if e.is_Pow:
            return self._power(*e.as_base_exp())
        if isinstance(e, sympy.tan):
            return self.rational(sympy.sin(e.args[0])) / self.rational(sympy.cos(e.args[0]))
        if isinstance(e, (sympy.sinh, sympy.cosh, sympy.tanh)):
            return self.rational(e.rewrite(sympy.exp))
        if isinstance(e, (sympy.sin, sympy.cos)):
            argument = self.canonical(e.args[0])
            sine, cosine = self.kernel("sin", argument), self.kernel("cos", argument)
            if (sine, 2) not in [(s, n) for s, n, _ in self.relations]:
                self.relations.append((sine, 2, 1 - cosine**2))
            return sine if isinstance(e, sympy.sin) else cosine
        return self.kernel(e.func, *(self.canonical(a) for a in e.args))

    def _power(self, base: Any, exponent: Any) -> Any:
        """base ** exponent as a product of integer powers of kernels."""
        import sympy

        if exponent.is_Integer:
            return self.rational(base) ** exponent
        below = sympy.E if base is sympy.E else self.canonical(base)
        product = sympy.S.One
        for term in sympy.Add.make_args(sympy.expand(self.canonical(exponent))):
            factor, rest = term.as_coeff_Mul(rational=True)
            if rest == 1 and factor.is_Integer:
                product *= self.rational(base) ** factor
                continue
            if rest != 1:
                product *= self.kernel("power", below, rest / factor.q) ** factor.p
            elif below is sympy.E:
                product *= self.kernel("root", below, factor.q) ** factor.p
            else:
                product *= self._root(below, int(factor.q)) ** factor.p
        return product

    def _root(self, base: Any, degree: int) -> Any:
        """A root, as the product of those of the factors that are known to be positive and one of
        the rest."""
        import sympy

        above, below = sympy.fraction(base)
        parts = [
            (factor, sign * count)
            for part, sign in ((above, 1), (below, -1))
            for factor, count in sympy.factor_list(part)[1]
            if factor.is_positive
        ]
        product, rest = sympy.S.One, base
        for factor, count in parts:
            product *= self._kernel_of_root(factor, degree) ** count
            rest = rest / factor**count
        rest = sympy.cancel(rest)
        return product if rest == 1 else product * self._kernel_of_root(rest, degree)

    def _kernel_of_root(self, base: Any, degree: int) -> Any:
        root = self.kernel("root", base, degree)
        if root not in [symbol for symbol, _, _ in self.relations]:
            self.relations.append((root, degree, base))
        return root

    def canonical(self, e: Any) -> Any:
        """The one form of all equal rational functions."""
        import sympy

        found = self.rational(e)
        if found.is_Symbol or found.is_Rational:
            return found
        return sympy.cancel(sympy.together(found))

    def kernel(self, *key: Any) -> Any:
        import sympy

        if key not in self.symbols:
            self.symbols[key] = sympy.Dummy(f"k{len(self.symbols)}", real=True)
        return self.symbols[key]
