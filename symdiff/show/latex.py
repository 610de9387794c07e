r"""Expressions in LaTeX: `\frac{g}{\sigma_{x} + p^{2}}`."""

from __future__ import annotations

import re

from symdiff.show.notation import (
    AND,
    ATOM,
    COMPARE,
    COND,
    GREEK,
    NEGATIVE,
    NOT,
    OR,
    POWER,
    PRODUCT,
    SUM,
    Name,
)  # fmt: skip
from symdiff.stages import Apply, Const, Expr, Global, Opaque, Var

COMMANDS = {letter: f"\\{name}" for name, letter in GREEK.items() if name != "sigmoid"}
COMMANDS |= {"ο": "o"}
KNOWN = {
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "min", "max", "arcsin", "arccos",
    "arctan", "gcd", "det",
}  # fmt: skip
SPELT = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}
CONSTANTS = {
    "math.pi": r"\pi", "math.tau": r"\tau", "math.e": "e", "math.inf": r"\infty",
    "numpy.pi": r"\pi", "numpy.inf": r"\infty", "numpy.e": "e",
}  # fmt: skip
COMPARISONS = {
    "lt": "<", "le": r"\le", "gt": ">", "ge": r"\ge", "eq": "=", "ne": r"\ne",
    "is": r"\text{ is }", "is_not": r"\text{ is not }", "in": r"\in", "not_in": r"\notin",
}  # fmt: skip
INFIX = {
    "mod": r"\bmod", "lshift": r"\ll", "rshift": r"\gg", "and_": r"\mathbin{\&}",
    "or_": r"\mid", "xor": r"\oplus",
}  # fmt: skip
BRACKETS = {
    "abs": (r"\left|", r"\right|"),
    "math.fabs": (r"\left|", r"\right|"),
    "numpy.abs": (r"\left|", r"\right|"),
    "math.floor": (r"\lfloor ", r" \rfloor"),
    "math.ceil": (r"\lceil ", r" \rceil"),
    "tuple": (r"\left(", r"\right)"),
    "list": (r"\left[", r"\right]"),
}
SPECIAL = {
    "\\": r"$\backslash$", "{": r"$\{$", "}": r"$\}$", "$": r"$\$$", "&": r"$\&$", "#": r"$\#$",
    "%": r"$\%$", "_": r"$\_$", "^": r"$\hat{}$", "~": r"$\sim$", "<": "$<$", ">": "$>$",
    "|": "$|$", "…": r"$\dots$", "×": r"$\times$", "·": r"$\cdot$",
}  # fmt: skip


def escaped(text: str) -> str:
    r"""Text within `\text` that LaTeX, and MathJax too, set as it stands."""
    return "".join(SPECIAL.get(c, c) for c in text)


class Latex:
    """The notation of LaTeX, for the cells of the table: see notation.Plain."""

    gets = r"\gets"
    apart = r" ;\quad "

    def symbol(self, name: str) -> str:
        r"""`\sigma_{x}`; words are upright."""
        base, _, rest = name.strip("_").partition("_")
        match = re.fullmatch(r"([^\W\d_]+?)(\d{1,2})", base)
        if match and (len(match[1]) == 1 or match[1] in GREEK):
            base, rest = match[1], match[2] + ("," + rest if rest else "")
        parts = [_word(part) for part in rest.split("_") if part]
        return _word(base) + (f"_{{{', '.join(parts)}}}" if parts else "")

    def adjoint(self, prefix: str, symbol: str) -> str:
        return (r"\partial " if prefix == "∂" else r"\mathrm{d}") + symbol

    def word(self, text: str) -> str:
        return rf"\text{{{escaped(text)}}}"

    def value(self, text: str) -> str:
        pieces = re.split(r"(-?\d+(?:\.\d+)?(?:e[-+]\d+)?)", text)
        told = [self.word(p) if p.strip() else p for p in pieces[::2]]
        numbers = [_scientific(p) for p in pieces[1::2]]
        return "".join(a + b for a, b in zip(told, [*numbers, ""], strict=True))

    def code(self, text: str) -> str:
        return rf"\texttt{{{escaped(text)}}}"

    def formula(self, expr: Expr, name: Name, *, tight: bool = False) -> str:
        return _Printer(name, self).at(expr, PRODUCT if tight else COND)


class _Printer:
    def __init__(self, name: Name, notation: Latex) -> None:
        self.name, self.notation = name, notation

    def at(self, expr: Expr, least: int) -> str:
        text, level = self.render(expr)
        return text if level >= least else rf"\left({text}\right)"

    def all(self, args: tuple[Expr, ...]) -> str:
        return ", ".join(self.at(arg, COND) for arg in args)

    def render(self, expr: Expr) -> tuple[str, int]:
        match expr:
            case Var():
                return self.name(expr), ATOM
            case Const():
                return _constant(expr.value)
            case Global():
                known = CONSTANTS.get(expr.name)
                return known or self.notation.symbol(expr.name.rpartition(".")[2]), ATOM
            case Opaque():
                return self.opaque(expr), ATOM
            case Apply():
                return self.apply(expr.op, expr.args)

    def opaque(self, expr: Opaque) -> str:
        pieces = re.split(r"\b_(\d+)\b", expr.template)
        texts = [self.notation.code(p) if p else "" for p in pieces[::2]]
        args = [self.at(expr.args[int(i)], ATOM) for i in pieces[1::2]]
        return "".join(a + b for a, b in zip(texts, [*args, ""], strict=True))

    def apply(self, op: str, args: tuple[Expr, ...]) -> tuple[str, int]:
        match op, args:
            case "add" | "sub", (a, b):
                right = self.at(b, PRODUCT)
                right = rf"\left({right}\right)" if right.startswith("-") else right
                return f"{self.at(a, SUM)} {'+' if op == 'add' else '-'} {right}", SUM
            case "mul", (a, b):
                return self.product(a, b), PRODUCT
            case "truediv", (a, b):
                return rf"\frac{{{self.at(a, COND)}}}{{{self.at(b, COND)}}}", POWER
            case "pow" | "math.pow", (a, b):
                return f"{self.at(a, ATOM)}^{{{self.at(b, COND)}}}", POWER
            case "neg", (a,):
                return f"-{self.at(a, PRODUCT)}", NEGATIVE
            case "math.sqrt" | "numpy.sqrt", (a,):
                return rf"\sqrt{{{self.at(a, COND)}}}", ATOM
            case "floordiv", (a, b):
                return rf"\lfloor {self.at(a, NEGATIVE)} / {self.at(b, POWER)} \rfloor", ATOM
            case "and" | "or", _:
                level = AND if op == "and" else OR
                return rf" \text{{ {op} }} ".join(self.at(a, level) for a in args), level
            case "not", (a,):
                return rf"\text{{not }} {self.at(a, NOT)}", NOT
            case "cond", (test, a, b):
                test_text, then = self.at(test, OR), self.at(a, OR)
                return (
                    rf"{then} \text{{ if }} {test_text} \text{{ else }} {self.at(b, COND)}",
                    COND,
                )
            case "getitem", (a, Apply("tuple", inner)):
                return f"{self.at(a, ATOM)}[{self.all(inner)}]", ATOM
            case "getitem", (a, b):
                return f"{self.at(a, ATOM)}[{self.at(b, COND)}]", ATOM
            case "slice", _:
                bounds = ["" if a == Const(None) else self.at(a, COND) for a in args]
                return ":".join(bounds[:2] if bounds[2:] in ([], [""]) else bounds), ATOM
            case "∂", (a, b):
                return rf"\frac{{\partial {self.at(a, ATOM)}}}{{\partial {self.at(b, ATOM)}}}", ATOM
            case "matmul" | "numpy.matmul", (a, b):
                return rf"{self.at(a, PRODUCT)} \, {self.at(b, POWER)}", PRODUCT
            case "numpy.outer", (a, b):
                return rf"{self.at(a, POWER)} \otimes {self.at(b, POWER)}", PRODUCT
            case "numpy.transpose", (a,):
                return f"{self.at(a, ATOM)}^{{\\mathsf{{T}}}}", POWER
            case "record", (make, *given):
                return rf"{self.at(make, ATOM)}\left({self.all(tuple(given))}\right)", ATOM
            case "keyword", (Const(name), value):
                return f"{self.notation.code(str(name))}={self.at(value, COND)}", ATOM
        if op in COMPARISONS and len(args) == 2:
            return f"{self.at(args[0], SUM)} {COMPARISONS[op]} {self.at(args[1], SUM)}", COMPARE
        if op in INFIX and len(args) == 2:
            return f"{self.at(args[0], POWER)} {INFIX[op]} {self.at(args[1], POWER)}", PRODUCT
        if op in BRACKETS:
            left, right = BRACKETS[op]
            return f"{left}{self.all(args)}{right}", ATOM
        return rf"{self.function(op)}\left({self.all(args)}\right)", ATOM

    def product(self, a: Expr, b: Expr) -> str:
        left = self.at(a, PRODUCT if _is(a, "mul") else NEGATIVE)
        right = self.at(b, PRODUCT if _is(b, "mul") else POWER)
        right = rf"\left({right}\right)" if right.startswith("-") else right
        if isinstance(a, Const) and not re.match(r"[-\d.]", right):
            return f"{left} {right}"
        return rf"{left} \cdot {right}"

    def function(self, op: str) -> str:
        name = op.removeprefix("helper:").rpartition(".")[2]
        name = SPELT.get(name, name)
        if name in KNOWN:
            return f"\\{name}"
        if name in GREEK or len(name) == 1:
            return self.notation.symbol(name)
        return rf"\operatorname{{{escaped(name)}}}"


def _is(expr: Expr, op: str) -> bool:
    return isinstance(expr, Apply) and expr.op == op


def _word(word: str) -> str:
    if word in GREEK:
        return COMMANDS.get(GREEK[word], GREEK[word])
    if word in COMMANDS:
        return COMMANDS[word]
    return word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{escaped(word)}}}"


def _constant(value: object) -> tuple[str, int]:
    if isinstance(value, bool) or value is None:
        return rf"\text{{{value}}}", ATOM
    if value is ...:
        return r"\dots", ATOM
    if isinstance(value, (int, float)):
        text = f"{value:.15g}" if float(f"{value:.15g}") == value else repr(value)
        text = text.replace("inf", r"\infty").replace("nan", r"\text{nan}")
        digits, _, power = text.partition("e")
        if power:
            text = (
                rf"{digits} \cdot 10^{{{int(power)}}}" if digits != "1" else f"10^{{{int(power)}}}"
            )
        return text, NEGATIVE if text.startswith("-") else PRODUCT if power else ATOM
    return rf"\texttt{{{escaped(repr(value))}}}", ATOM


def _scientific(text: str) -> str:
    r"""`1e-12` as `10^{-12}`."""
    digits, _, power = text.partition("e")
    if not power:
        return text
    return ("" if digits == "1" else rf"{digits} \cdot ") + f"10^{{{int(power)}}}"
