"""End processes at points of a task, and damage its files: a JSON line a case, and a last one.

Usage: python -m lathe_faults POINTS SEED

Exit status: 0 all went on to what an undisturbed run comes to, 1 something did not, 2 usage.
"""

import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from lathe_faults import files
from lathe_faults.disturbed import TARGETS, Disturbed, Point, told

# Of ten points, six end lathe itself.
_WEIGHTS = (6, 1, 1, 1, 1)
_LONGEST_DELAY = 25.0


def points(count: int, events: int, seed: int) -> list[Point]:
    """Choose points over a run of so many events."""
    chance = random.Random(seed)
    chosen: list[Point] = []
    for index in range(count):
        (target,) = chance.choices(TARGETS, _WEIGHTS)
        # Spread over the whole run, not where chance heaps them.
        event = 1 + (index * events) // count
        chosen.append(Point(target, event, chance.choice([0.0, chance.uniform(0, _LONGEST_DELAY)])))
    chance.shuffle(chosen)
    return chosen


def undisturbed(folder: Path) -> int:
    """Run the task once, check what it comes to, and return how many events it has."""
    run = Disturbed(folder)
    verdict = run.run(None)
    if verdict.problem:
        raise SystemExit(f"without any disturbance {verdict.problem}")
    events = run.events
    run.remove()
    return events


def main(arguments: list[str]) -> int:
    """Run all cases."""
    if len(arguments) != 2 or not all(one.isdigit() for one in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    count, seed = (int(one) for one in arguments)
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="lathe-faults-") as scratch:
        events = undisturbed(Path(scratch) / "undisturbed")
        print(json.dumps({"seed": seed, "points": count, "events": events}), flush=True)
        for index, point in enumerate(points(count, events, seed)):
            began = time.monotonic()
            run = Disturbed(Path(scratch) / f"case-{index}")
            verdict = run.run(point)
            print(told(point, verdict, time.monotonic() - began), flush=True)
            outcomes["failed" if verdict.problem else "hit" if verdict.hit else "missed"] += 1
            if not verdict.problem:
                run.remove()
        for case in files.cases(Path(scratch) / "files", seed):
            print(json.dumps(case.line), flush=True)
            outcomes["failed" if case.problem else case.outcome] += 1
    print(json.dumps({"case": "end", "seed": seed, **outcomes}), flush=True)
    return 1 if outcomes["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
