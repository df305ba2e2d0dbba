"""Names that a new capability may not take, because code would mean something else by them."""

import builtins
import importlib.machinery
import sys

from lathe_library.refusals import Refusal

_OF_LATHE = """
accept agent agents answer apart ask_model branch capabilities cells checkpoint context decline
decompose delegate delegate_each display evidence examine_agent examine_function find forget
gather handoff heard ledger load_arrow load_csv load_parquet messages note output plan recall
remember reply request request_specialist resource resources rollback roundtable save_agent
save_artifact save_function save_refined save_written send step subtask subtasks synthesise tools
wait
"""
OF_LATHE = frozenset(_OF_LATHE.split())
"""What the `lathe` object has, and the shell's own name."""


def require_free(name: str) -> None:
    """Refuse a name of Python, of an installed package or of the `lathe` object.

    Packages are looked for by their files: nothing is imported.
    """
    taken = None
    if name in sys.stdlib_module_names:
        taken = "a module of Python"
    elif hasattr(builtins, name):
        taken = "a built-in of Python"
    elif name in OF_LATHE or name == "lathe":
        taken = "something that lathe has"
    elif importlib.machinery.PathFinder.find_spec(name) is not None:
        taken = "an installed package"
    if taken:
        raise Refusal(
            f"`{name}` is the name of {taken}: choose another one, such as `{name}_of_data`."
        )
