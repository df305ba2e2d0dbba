"""The tables of docs/benchmarks.md, written by the tool that measured them."""

from collections.abc import Sequence
from pathlib import Path

from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure, Floor, Line


def write(document: Path, of: str, machine: str, lines: Sequence[Line]) -> None:
    """Replace what stands between the two marks of a set.

    Raises:
        BenchError: the document has no such marks.
    """
    begin, end = f"<!-- figures of {of}: begin -->\n", f"<!-- figures of {of}: end -->\n"
    text = document.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        raise BenchError(f"{document} has no marks for the figures of {of}: {begin.strip()}")
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    document.write_text(
        before + begin + "\n".join(table(machine, lines)) + "\n" + end + after, encoding="utf-8"
    )


def table(machine: str, lines: Sequence[Line]) -> list[str]:
    """Return the Markdown of the figures and floors, and of the machine."""
    figures = [line for line in lines if isinstance(line, Figure)]
    floors = [line for line in lines if isinstance(line, Floor)]
    rows = [
        f"{machine}",
        "",
        "| figure | ours | theirs | peer | ratio |",
        "| --- | --- | --- | --- | --- |",
    ]
    for each in figures:
        peer = f"{each.peer}: {each.note}" if each.note else each.peer
        ours, theirs, ratio = _text(each.ours), _text(each.theirs), _text(each.ratio)
        rows.append(f"| `{each.benchmark}` ({each.unit}) | {ours} | {theirs} | {peer} | {ratio} |")
    if floors:
        rows += ["", "| floor | value | what |", "| --- " * 3 + "|"]
        rows += [
            f"| `{each.floor}` ({each.unit}) | {_text(each.value)} | {each.note} |"
            for each in floors
        ]
    return rows


def _text(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
