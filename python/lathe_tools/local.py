"""A Python file of the project as a server of tools: `python -I lathe_tools/local.py FILE`.

Its own public functions, with type hints, become tools: the schema comes from the hints, the
description from the docstring. The file runs in this process, with the user's rights, after the
user allowed it; what it prints goes to the server's log.
"""

import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

# Run by path, in isolated mode: the package is found beside this file, and only for this import.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from lathe_tools.sdk import importing

del sys.path[0]

with importing():
    from mcp.server.mcpserver import MCPServer


def main() -> int:
    """Serve the functions of the file named."""
    path = Path(sys.argv[1])
    # A print of the file must not stand between messages; later the SDK sees to that.
    channel = os.dup(1)
    os.dup2(2, 1)
    try:
        functions = public_functions(loaded(path))
    except Exception as error:
        print(f"{path} cannot be loaded: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    server = MCPServer(path.stem, instructions=inspect.getdoc(sys.modules[path.stem]))
    for function in functions:
        missing = untyped(function)
        if missing:
            print(f"{function.__name__} is no tool: no type hint of {missing}", file=sys.stderr)
            continue
        server.add_tool(function, description=inspect.getdoc(function))
    sys.stdout.flush()
    os.dup2(channel, 1)
    os.close(channel)
    server.run("stdio")
    return 0


def loaded(path: Path) -> ModuleType:
    """Run the file as a module of its stem's name; what lies beside it can be imported."""
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError("it is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def public_functions(module: ModuleType) -> list[Callable[..., Any]]:
    """Return the functions that were defined in the file and have no underscore, in its order."""
    return [
        value
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    ]


def untyped(function: Callable[..., Any]) -> str:
    """Name the parameters without a type hint."""
    parameters = inspect.signature(function).parameters.values()
    return ", ".join(each.name for each in parameters if each.annotation is inspect.Parameter.empty)


if __name__ == "__main__":
    sys.exit(main())
