"""The capabilities that an agent's file names and the library does not have."""

from pathlib import Path

from lathe_library import facts, places
from lathe_library.facts import Kind, Refusal
from lathe_library.findings import Finding, finding

_FOLDERS = ((), ("proposed",))
_KINDS = ("functions", "agents")
_BUILT_IN = Path(__file__).resolve().parent.parent / "lathe_builtins"


def unknown(root: Path, source: str, kind: Kind, name: str) -> list[Finding]:
    """Return a finding for each name of CAPABILITIES that neither the library nor lathe has."""
    if kind != "agent":
        return []
    try:
        names = facts.read(source, kind, name).capabilities or []
    except Refusal:
        return []
    return [
        finding(
            "unknown-capability",
            None,
            f"CAPABILITIES names `{one}`, which the library does not have: what imports it fails "
            "until it is saved and approved.",
        )
        for one in names
        if one != name and not _is_there(root, one)
    ]


def _is_there(root: Path, name: str) -> bool:
    if (_BUILT_IN / "agents" / f"{name}.py").is_file():
        return True
    for shelf in _FOLDERS:
        for kind in _KINDS:
            try:
                with places.entered(str(root), *shelf, kind) as folder:
                    if folder is not None and places.content(
                        folder, f"{name}.py", facts.MAXIMUM_BYTES
                    ):
                        return True
            except (FileNotFoundError, Refusal):
                continue
    return False
