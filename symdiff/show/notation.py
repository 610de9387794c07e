"""Expressions in the notation of mathematics: `σ_x·(1-σ_x)`, `√(x²+y²)`, `1/h²`."""

from __future__ import annotations

import re
from collections.abc import Callable

from symdiff.stages import Apply, Const, Expr, Global, Opaque, Var

Name = Callable[[Var], str]

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "iota": "ι",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
    "Gamma": "Γ",
    "Delta": "Δ",
    "Theta": "Θ",
    "Lambda": "Λ",
    "Xi": "Ξ",
    "Pi": "Π",
    "Sigma": "Σ",
    "Phi": "Φ",
    "Psi": "Ψ",
    "Omega": "Ω",
    "sigmoid": "σ",
}
DIGITS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
INDICES = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
GLOBALS = {
    "numpy.pi": "π",
    "numpy.inf": "∞",
    "numpy.newaxis": "newaxis",
    "math.pi": "π",
    "math.tau": "τ",
    "math.e": "e",
    "math.inf": "∞",
    "math.nan": "nan",
}

# How tightly the parts of an expression hold together.
COND, OR, AND, NOT, COMPARE, SUM, PRODUCT, NEGATIVE, POWER, ATOM = range(10)

COMPARISONS = {
    "lt": "<",
    "le": "≤",
    "gt": ">",
    "ge": "≥",
    "eq": "=",
    "ne": "≠",
    "is": "is",
    "is_not": "is not",
    "in": "in",
    "not_in": "not in",
}
INFIX = {"mod": "mod", "lshift": "<<", "rshift": ">>", "and_": "&", "or_": "|", "xor": "xor"}
MATRIX_PRODUCTS = ("matmul", "numpy.matmul", "numpy.outer")
UNMULTIPLIED = "-0123456789.∞⌊⌈|"
BRACKETS = {
    "abs": "||",
    "math.fabs": "||",
    "numpy.abs": "||",
    "numpy.absolute": "||",
    "math.floor": "⌊⌋",
    "math.ceil": "⌈⌉",
    "tuple": "()",
    "list": "[]",
}


def symbol(name: str) -> str:
    """A name with Greek letters for their names and lowered digits: `sigma_x` is σ_x, `k1` k₁."""
    return re.sub(r"([^\W\d_]*)(_?)(\d{0,2})(?=_|$)", _letters, name.strip("_")) or name


def _letters(match: re.Match[str]) -> str:
    """A word in Greek, and the number after it lowered: but `atan2` stays as it is."""
    word, apart, digits = match.groups()
    letter = GREEK.get(word, word)
    if digits and (apart or len(letter) == 1):
        return letter + digits.translate(INDICES)
    return letter + apart + digits


class Plain:
    """The notation of the table in plain text. `gets` is the sign of assignments that replace a
    value, `apart` what stands between two of them."""

    gets = "←"
    apart = " ;  "

    def symbol(self, name: str) -> str:
        return symbol(name)

    def adjoint(self, prefix: str, symbol: str) -> str:
        return prefix + symbol

    def word(self, text: str) -> str:
        """Words that are not part of a formula."""
        return text

    def value(self, text: str) -> str:
        """A value at a point."""
        return text

    def code(self, text: str) -> str:
        """A statement as the user wrote it."""
        return text

    def formula(self, expr: Expr, name: Name, *, tight: bool = False) -> str:
        return formula(expr, name, tight=tight)


def formula(expr: Expr, name: Name, *, tight: bool = False) -> str:
    """An expression as text. `name` gives the variables' names. If `tight`, sums and what holds
    together even less are in parentheses."""
    return _Printer(name).at(expr, PRODUCT if tight else COND, spaced=True)


class _Printer:
    def __init__(self, name: Name) -> None:
        self.name = name

    def at(self, expr: Expr, least: int, spaced: bool = False) -> str:
        """The text of an expression, in parentheses if it holds together less than `least`."""
        text, level = self.render(expr, spaced)
        if level >= least:
            return text
        return f"({self.render(expr, False)[0]})"

    def render(self, expr: Expr, spaced: bool) -> tuple[str, int]:
        """The text of an expression and how tightly it holds together."""
        match expr:
            case Var():
                return self.name(expr), ATOM
            case Const():
                return _constant(expr.value)
            case Global():
                return GLOBALS.get(expr.name, symbol(expr.name)), ATOM
            case Opaque():
                args = [self.at(arg, ATOM) for arg in expr.args]
                return re.sub(r"\b_(\d+)\b", lambda m: args[int(m[1])], expr.template), ATOM
            case Apply():
                return self.apply(expr.op, expr.args, spaced)

    def apply(self, op: str, args: tuple[Expr, ...], spaced: bool) -> tuple[str, int]:
        if op in ("add", "sub") and len(args) == 2:
            left, right = self.at(args[0], SUM, spaced), self.at(args[1], PRODUCT)
            right = f"({right})" if right.startswith("-") else right
            sign = "+" if op == "add" else "-"
            return (f"{left} {sign} {right}" if spaced else f"{left}{sign}{right}"), SUM
        if op == "mul":
            return self.product(args), PRODUCT
        if op == "truediv":
            above = PRODUCT if _is(args[0], "mul") else NEGATIVE
            return f"{self.at(args[0], above)}/{self.at(args[1], POWER)}", PRODUCT
        if op in ("pow", "math.pow"):
            return self.power(*args), POWER
        if op == "neg":
            return f"-{self.at(args[0], PRODUCT)}", NEGATIVE
        if op in ("math.sqrt", "numpy.sqrt") and len(args) == 1:
            return f"√{self.at(args[0], ATOM)}", POWER
        if op in COMPARISONS:
            left, right = (self.at(arg, SUM, True) for arg in args)
            return f"{left} {COMPARISONS[op]} {right}", COMPARE
        if op in INFIX:
            return f"{self.at(args[0], POWER)} {INFIX[op]} {self.at(args[1], POWER)}", PRODUCT
        if op == "floordiv":
            return f"⌊{self.at(args[0], NEGATIVE)}/{self.at(args[1], POWER)}⌋", ATOM
        if op in ("and", "or"):
            level = AND if op == "and" else OR
            return f" {op} ".join(self.at(arg, level, True) for arg in args), level
        if op == "not":
            return f"not {self.at(args[0], NOT)}", NOT
        if op == "cond":
            test, then = (self.at(arg, OR, True) for arg in args[:2])
            orelse = self.at(args[2], COND, True)
            return f"{then} if {test} else {orelse}", COND
        if op == "getitem":
            index = args[1]
            if isinstance(index, Apply) and index.op == "tuple":
                inner = ", ".join(self.at(arg, COND) for arg in index.args)
            else:
                inner = self.at(index, COND)
            return f"{self.at(args[0], ATOM)}[{inner}]", ATOM
        if op == "slice":
            bounds = ["" if arg == Const(None) else self.at(arg, COND) for arg in args]
            return ":".join(bounds[:2] if bounds[2:] in ([], [""]) else bounds), ATOM
        if op in MATRIX_PRODUCTS and len(args) == 2:
            level = PRODUCT if op != "numpy.outer" else POWER
            sign = "@" if op != "numpy.outer" else "⊗"
            return f"{self.at(args[0], level)} {sign} {self.at(args[1], POWER)}", PRODUCT
        if op == "numpy.transpose" and len(args) == 1:
            return f"{self.at(args[0], ATOM)}ᵀ", ATOM
        if op == "record":
            make, *given = args
            return f"{self.at(make, ATOM)}({', '.join(self.at(a, COND) for a in given)})", ATOM
        if op == "keyword" and isinstance(args[0], Const):
            return f"{args[0].value}={self.at(args[1], COND)}", ATOM
        if op == "∂":
            return "/".join("∂" + self.at(arg, ATOM) for arg in args), PRODUCT
        inner = ", ".join(self.at(arg, COND) for arg in args)
        if op in BRACKETS:
            comma = "," if op == "tuple" and len(args) == 1 else ""
            return f"{BRACKETS[op][0]}{inner}{comma}{BRACKETS[op][1]}", ATOM
        return f"{_function(op)}({inner})", ATOM

    def product(self, args: tuple[Expr, ...]) -> str:
        """`2p`, `k·x`, `(1-σ)·σ`: a number stands right before what it multiplies."""
        left, right = args
        before = self.at(left, PRODUCT if _is(left, "mul") else NEGATIVE)
        after = self.at(right, PRODUCT if _is(right, "mul") else POWER)
        after = f"({after})" if after.startswith("-") else after
        if isinstance(left, Const) and left.value not in (0, 1) and after[0] not in UNMULTIPLIED:
            return before + after
        return f"{before}·{after}"

    def power(self, base: Expr, exponent: Expr) -> str:
        under = self.at(base, ATOM)
        match exponent:
            case Const(int(n)) if not isinstance(n, bool):
                return under + str(n).translate(DIGITS)
            case Apply("neg", (Const(int(n)),)):
                return under + str(-n).translate(DIGITS)
        return f"{under}^{self.at(exponent, ATOM)}"


def _is(expr: Expr, op: str) -> bool:
    return isinstance(expr, Apply) and expr.op == op


def _constant(value: object) -> tuple[str, int]:
    if isinstance(value, float):
        text = f"{value:.15g}" if float(f"{value:.15g}") == value else repr(value)
        text = re.sub(r"e\+?(-?)0*", r"e\1", text).replace("inf", "∞")
    else:
        text = "…" if value is ... else str(value) if value is None else repr(value)
    return text, NEGATIVE if text.startswith("-") else ATOM


def _function(op: str) -> str:
    """The name of a function as one writes it: without its module, Greek where it is."""
    name = op.removeprefix("helper:").rpartition(".")[2]
    return {"log2": "log₂", "log10": "log₁₀"}.get(name) or symbol(name)
