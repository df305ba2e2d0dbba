"""The command that lathe runs for its neighbours' files: JSON out, and nothing is imported.

export FORMAT    files for {"capabilities": […]} on standard input; `skills` or `claude-agents`
import PATH      proposals for the skills and agents in a folder, or of one file
"""

import dataclasses
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any, cast

# Run by path, in isolated mode: the package is found beside this file.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lathe_library.refusals import Refusal
from lathe_neighbours import claude, skills
from lathe_neighbours.found import Folder
from lathe_neighbours.items import Document, Exported, Imported

_MAXIMUM_REQUEST = 64 << 20
_MAXIMUM_ITEMS = 500


def main(arguments: list[str]) -> int:
    """Carry out one command: 0 done, 1 refused with {"refusal": …} as the output, 2 misused."""
    try:
        match arguments:
            case ["export", ("skills" | "claude-agents") as form]:
                _print(dataclasses.asdict(_exported(form)))
            case ["import", path]:
                _print(dataclasses.asdict(_imported(path)))
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except Refusal as refusal:
        _print({"refusal": str(refusal)})
        return 1
    return 0


def _exported(form: str) -> Exported:
    request = cast("dict[str, Any]", json.loads(sys.stdin.buffer.read(_MAXIMUM_REQUEST)))
    made = Exported()
    for document in cast("list[Document]", request["capabilities"]):
        try:
            (skills if form == "skills" else claude).export(document, made)
        except Refusal as refusal:
            made.left_out.append(f"{document['kind']} {document['name']}: {refusal}")
    return made


def _imported(path: str) -> Imported:
    found = Imported()
    try:
        status = os.lstat(path)
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}.") from None
    if stat.S_ISREG(status.st_mode):
        _item(Folder(os.path.dirname(path) or "."), os.path.basename(path), found)  # noqa: PTH119, PTH120
    elif stat.S_ISDIR(status.st_mode):
        _folder(Folder(os.path.normpath(path)), found, depth=0)
    else:
        raise Refusal(f"{path} is a link or no file; name the real one.")
    if not found.proposals and not found.left_out:
        raise Refusal(
            f"{path} holds neither a skill (SKILL.md) nor an agent (NAME.md with fields)."
        )
    return found


def _folder(folder: Folder, found: Imported, depth: int) -> None:
    names = folder.names()
    if "SKILL.md" in names:
        _item(folder, "SKILL.md", found)
        return
    for name in names:
        if len(found.proposals) >= _MAXIMUM_ITEMS:
            found.left_out.append(f"{name} and what follows: at most {_MAXIMUM_ITEMS} at a time.")
            return
        if name.endswith(".md"):
            _item(folder, name, found)
        elif depth < 3 and not name.endswith((".py", ".txt", ".json")):
            try:
                _folder(folder.below(name), found, depth + 1)
            except Refusal as refusal:
                found.left_out.append(f"{name}: {refusal}")


def _item(folder: Folder, file: str, found: Imported) -> None:
    try:
        if file == "SKILL.md":
            skills.read(folder, found)
        else:
            claude.read(folder, file, found)
    except Refusal as refusal:
        place = folder.name if file == "SKILL.md" else file
        found.left_out.append(f"{place}: {refusal}")


def _print(value: object) -> None:
    sys.stdout.buffer.write(
        json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
