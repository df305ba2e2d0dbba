"""What can go wrong with a server, as values that lathe tells the user."""

from dataclasses import dataclass
from typing import Any

_LONGEST_REASON = 2_000


# Not frozen: whoever passes an exception on sets its traceback.
@dataclass(eq=False)
class Fault(Exception):
    """Why a request could not be done.

    The code is one of not_defined, not_found, cannot_start, ended, flooded, invalid, timeout,
    refused, unauthorized, unreachable, resting, unknown_tool, bad_arguments, bad_result,
    too_large, cancelled, bad_request, failed.
    """

    code: str
    reason: str
    mend: str = ""
    server: str = ""

    def json(self) -> dict[str, Any]:
        """Return the form in which it goes to lathe."""
        return {
            "code": self.code,
            "server": self.server,
            "reason": shortened(self.reason),
            "mend": shortened(self.mend),
        }

    def __str__(self) -> str:
        """Return the reason, for logs."""
        return f"{self.server}: {self.reason}"


def shortened(text: str, limit: int = _LONGEST_REASON) -> str:
    """Cut a text that a server wrote, and say how much is missing."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} more characters)"
