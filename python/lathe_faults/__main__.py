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

# Of twenty points, ten end lathe itself.
_WEIGHTS = (10, 2, 2, 2, 2, 1, 1)
_LONGEST_DELAY = 25.0


def points(count: int, stretches: dict[str, tuple[int, int]], seed: int) -> list[Point]:
    """Choose points over a run in which each process is there in a stretch of the events."""
    chance = random.Random(seed)
    targets = [TARGETS[index] for index in _turns(count)]
    chosen: list[Point] = []
    for target in TARGETS:
        first, last = stretches[target]
        mine = targets.count(target)
        for index in range(mine):
            # Spread over the whole stretch, not where chance heaps them.
            event = first + (index * (last - first + 1)) // mine
            delay = chance.choice([0.0, chance.uniform(0, _LONGEST_DELAY)])
            chosen.append(Point(target, event, round(delay, 1)))
    chance.shuffle(chosen)
    return chosen


def _turns(count: int) -> list[int]:
    """Give the place of a target for each point, by weight."""
    row = [index for index, weight in enumerate(_WEIGHTS) for _ in range(weight)]
    return [row[index % len(row)] for index in range(count)]


def undisturbed(folder: Path) -> dict[str, tuple[int, int]]:
    """Run the task once, check what it comes to, and return where its processes are."""
    run = Disturbed(folder)
    verdict = run.run(None)
    if verdict.problem:
        raise SystemExit(f"without any disturbance {verdict.problem}")
    stretches = run.stretches
    run.remove()
    return stretches


def main(arguments: list[str]) -> int:
    """Run all cases."""
    if len(arguments) != 2 or not all(one.isdigit() for one in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    count, seed = (int(one) for one in arguments)
    outcomes: Counter[str] = Counter()
    by_target: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="lathe-faults-") as scratch:
        stretches = undisturbed(Path(scratch) / "undisturbed")
        print(json.dumps({"seed": seed, "points": count, "stretches": stretches}), flush=True)
        for index, point in enumerate(points(count, stretches, seed)):
            began = time.monotonic()
            run = Disturbed(Path(scratch) / f"case-{index}")
            verdict = run.run(point)
            print(told(point, verdict, time.monotonic() - began), flush=True)
            outcome = "failed" if verdict.problem else "hit" if verdict.hit else "missed"
            outcomes[outcome] += 1
            by_target[f"{point.target} {outcome}"] += 1
            if not verdict.problem:
                run.remove()
        for case in files.cases(Path(scratch) / "files", seed):
            print(json.dumps(case.line), flush=True)
            outcomes["failed" if case.problem else case.outcome] += 1
    print(json.dumps({"case": "end", "seed": seed, **outcomes, "kills": by_target}), flush=True)
    return 1 if outcomes["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
