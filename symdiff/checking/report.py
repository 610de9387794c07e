"""What a check found, as data and as a page to read."""

from __future__ import annotations

from dataclasses import dataclass, replace

MAX_SHOWN = 8
VERDICTS = {"proved": "proved", "agrees": "equal in numbers"}


@dataclass(frozen=True)
class Path:
    """One way through the function, and what was shown for it."""

    conditions: tuple[str, ...]
    verdict: str  # "proved", "agrees" or "wrong"
    method: str  # "normal form", "30 digits", ...
    points: int
    settled: bool = True  # it is proved, or taken only where values happen to be equal

    def __str__(self) -> str:
        where = " and ".join(self.conditions) or "everywhere"
        points = "1 point" if self.points == 1 else f"{self.points} points"
        return f"{self.verdict} where {where}  ({self.method}; {points})".replace(
            "where everywhere", "everywhere"
        )


@dataclass(frozen=True)
class Counterexample:
    """A point at which the generated code is wrong, and the line that is the first to be so; with
    arrays, where several contributions stand in one line, it is not `certain`."""

    point: str
    claim: str
    expected: str
    got: str
    line: int = 0
    text: str = ""
    detail: str = ""
    certain: bool = True

    def __str__(self) -> str:
        page = [
            f"at {self.point or 'the only point'}:",
            f"  {self.claim}",
            f"    should be  {self.expected}",
            f"    is         {self.got}",
        ]
        if self.line:
            page += [
                "first line of the generated text at fault:"
                if self.certain
                else "line of the generated text that is probably at fault:",
                f"  {self.line:>4} | {self.text}",
            ]
            page += [f"       | {self.detail}"] if self.detail else []
        return "\n".join(page)


@dataclass(frozen=True)
class Report:
    """The outcome of a check; true when the generated code was found right.

    `status` is "proved": equal to SymPy's derivative on every path, and every arm was reached;
    "agrees": equal in numbers, to `digits` digits at `points` points; "wrong": `counterexample`
    shows where; "unknown": the functions could not be compared, `reason` says why. `method` is what
    the derivative was held against: "symbols", SymPy's derivative and exact numbers, or
    "differences" of the original in floats, which tell a few digits only.
    """

    status: str
    function: str
    generated: str
    wrt: tuple[str, ...]
    paths: tuple[Path, ...] = ()
    points: int = 0
    digits: int = 0
    counterexample: Counterexample | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    method: str = "symbols"

    def __bool__(self) -> bool:
        return self.status in {"proved", "agrees"}

    def __str__(self) -> str:
        subject = f"{self.generated}, the derivative of {self.function}"
        if self.wrt:
            subject += f" with respect to {', '.join(self.wrt)}"
        page = [f"{self.status}: {subject}"]
        if self.reason:
            page.append(self.reason)
        if self.counterexample is not None:
            page.append(str(self.counterexample))
        page += [f"  path {i}: {path}" for i, path in enumerate(self.paths[:MAX_SHOWN], start=1)]
        if len(self.paths) > MAX_SHOWN:
            rest = [path.verdict for path in self.paths[MAX_SHOWN:]]
            counts = [f"{rest.count(v)} {meaning}" for v, meaning in VERDICTS.items() if v in rest]
            page.append(f"  and {len(rest)} more paths: {', '.join(counts)}")
        page += [f"  note: {note}" for note in self.notes]
        if self.points:
            points = "1 point" if self.points == 1 else f"{self.points} points"
            how = " with differences" if self.method == "differences" else ""
            page.append(
                f"  {points} compared{how}, to at least {self.digits} digits,"
                f" in {self.seconds:.1f} s"
            )
        return "\n".join(page)

    def _repr_html_(self) -> str:
        from symdiff.show.reports import html

        return html(self)

    def _repr_markdown_(self) -> str:
        from symdiff.show.reports import markdown

        return markdown(self)

    def _repr_latex_(self) -> str:
        from symdiff.show.reports import latex

        return latex(self)


def of_both(gradient: Report, derivative: Report) -> Report:
    """The report of a second derivative, from that of the gradient and that of its derivative."""
    ways = (gradient.status, derivative.status)
    status = "agrees" if derivative.status == "proved" and "agrees" in ways else derivative.status
    note = f"the gradient was checked first: {gradient.status}"
    return replace(
        derivative,
        status=status,
        function=gradient.function,
        notes=(note, *derivative.notes),
        digits=min(gradient.digits, derivative.digits),
        seconds=gradient.seconds + derivative.seconds,
        method="differences"
        if "differences" in (gradient.method, derivative.method)
        else "symbols",
    )
