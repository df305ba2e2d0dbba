"""Serves lathe on standard input, a socket, until that is closed: `python -I lathe_tools EXCHANGE`.

The first line is {"event": "ready"}, or {"event": "missing", "reason": …} and the end.
"""

import asyncio
import logging
import shutil
import signal
import sys
from pathlib import Path

# Run by path, in isolated mode: the package is found beside this file.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lathe_tools.sdk import importing
from lathe_tools.wire import Wire


def main() -> int:
    """Serve until lathe closes its end."""
    # lathe decides about Ctrl-C; its closed socket ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    # It logs what it was answered; lathe is told what went wrong.
    logging.getLogger("mcp.client.auth").setLevel(logging.CRITICAL)
    return asyncio.run(_serve(Path(sys.argv[1])))


async def _serve(exchange: Path) -> int:
    wire = Wire(exchange)
    await wire.open()
    try:
        with importing(without="mcp.server"):
            from lathe_tools.host import Host
    except ImportError as error:
        await wire.tell("missing", reason=f"a package does not load: {error}")
        return 1
    await wire.tell("ready")
    try:
        await Host(wire).serve()
    finally:
        # Nobody reads what is left in it.
        shutil.rmtree(exchange, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
