"""What everybody is given to do: cells in a row, and a table that sub-agents add up by parts."""

import re

TURNS = 32
SIZE = 20
_NUMBER = re.compile(r"-?\d+")
_WORKER = re.compile(r"the total of (?:your part|part (\d+)) of the table", re.IGNORECASE)
TURNS_TASK = "Add one number after the other to the total, a cell each."


def cell(turn: int) -> str:
    """Return the cell of a turn, which needs what the one before left."""
    return f"total = {turn} + (total if {turn} else 0)\nprint(total)"


def total_after(turn: int) -> int:
    """Return what that cell prints."""
    return turn * (turn + 1) // 2


def parts(count: int) -> dict[int, list[int]]:
    """Return the table: part by number."""
    return {number: list(range(number, number + SIZE)) for number in range(count)}


def whole(count: int) -> int:
    """Return the sum of all parts."""
    return sum(sum(numbers) for numbers in parts(count).values())


def fan_out_task(count: int) -> str:
    """Return what the coordinator is asked."""
    return f"Have each of {count} parts added up by a sub-agent of its own; add up what they say."


def worker_task(part: int | None = None) -> str:
    """Return what a sub-agent is asked; without a number where it is given its part alone."""
    return f"The total of {'your part' if part is None else f'part {part}'} of the table."


def is_worker(text: str) -> bool:
    """Tell whether a text asks for the total of a part."""
    return _WORKER.search(text) is not None


def part_of(text: str) -> int:
    """Return the part that a text asks for."""
    found = _WORKER.search(text)
    if found is None or found[1] is None:
        raise ValueError("no part was named")
    return int(found[1])


def last_number(text: str) -> int:
    """Return the last whole number in a text."""
    found = _NUMBER.findall(text)
    if not found:
        raise ValueError(f"no number in {text[:200]!r}")
    return int(found[-1])
