"""The command that lathe runs to write a session as a file; nothing of the session is ever run.

notebook    a Jupyter notebook
markdown    a report

Standard input: one JSON line with what is asked for (`Request`), then the session's events, one a
line. Standard output: {"text": the file, "copies": [{"from": path, "to": path beside the file}]}.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

# Run by path, in isolated mode: the package is found beside this file.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lathe_export import notebook, report, session
from lathe_export.request import Request

_USAGE = 2
# What a terminal might act on inside JSON's strings, where an escape says the same.
_TREACHEROUS = re.compile("[\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def main(arguments: list[str]) -> int:
    """Write one file: 0 done, 2 misused."""
    if arguments not in (["notebook"], ["markdown"]):
        print(__doc__, file=sys.stderr)
        return _USAGE
    lines = sys.stdin.buffer.read().decode("utf-8").split("\n")
    request = Request(**json.loads(lines[0]))
    events = [json.loads(line) for line in lines[1:] if line]
    past = session.read(request.session, events, request.steps)
    copies: list[dict[str, str]] = []
    if arguments == ["notebook"]:
        made: Any = json.dumps(notebook.notebook(past, request), ensure_ascii=False, indent=1)
        text = _TREACHEROUS.sub(lambda found: f"\\u{ord(found[0]):04x}", made) + "\n"
    else:
        text, copies = report.report(past, request)
    answer = json.dumps({"text": text, "copies": copies})
    sys.stdout.write(answer + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
