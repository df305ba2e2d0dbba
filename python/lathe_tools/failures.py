"""What the exceptions of the SDK mean to the user."""

from typing import cast

import httpx2
import mcp_types as types
from mcp import InputRequiredRoundsExceededError, MCPError
from pydantic import ValidationError

from lathe_tools.faults import Fault, shortened

_REPORT = "report this to whoever makes the server"


def innermost(error: BaseException) -> BaseException:
    """Return the first exception of a group of groups, or the exception itself."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error


def is_of_transport(error: BaseException) -> bool:
    """Whether HTTP is what failed; errors of the server itself have words of their own."""
    error = innermost(error)
    if not isinstance(error, MCPError):
        return True
    stand_ins = ("Server returned an error response", "Not Found")
    return error.code in (types.CONNECTION_CLOSED, types.PARSE_ERROR) or error.message in stand_ins


def own_fault(error: BaseException) -> Fault | None:
    """Return the fault that was raised here, if that is what it was."""
    found = innermost(error)
    return found if isinstance(found, Fault) else None


def fault_of(error: BaseException, server: str) -> Fault:
    """Return the fault for an exception of the SDK or of what it uses."""
    error = innermost(error)
    if isinstance(error, MCPError):
        return _refusal(error, server)
    if isinstance(error, ValidationError):
        said = shortened("; ".join(str(error).splitlines()[:3]), 500)
        return Fault(
            "invalid", f"it sent what the protocol does not allow: {said}", _REPORT, server
        )
    if isinstance(error, InputRequiredRoundsExceededError):
        return Fault("refused", "it asked the user more than ten times in one call", "", server)
    if isinstance(error, httpx2.HTTPError | httpx2.InvalidURL):
        said = str(error) or type(error).__name__
        return Fault("unreachable", said, "check the address", server)
    if isinstance(error, RuntimeError) and "structured content" in str(error):
        return Fault("bad_result", str(error), _REPORT, server)
    return Fault("failed", f"{type(error).__name__}: {error}", "", server)


def _refusal(error: MCPError, server: str) -> Fault:
    if error.code == types.CONNECTION_CLOSED:
        return Fault("ended", f"the connection ended: {error.message}", "call again", server)
    if error.code == types.PARSE_ERROR:
        said = shortened(error.message.partition("\n")[2].strip() or error.message, 300)
        return Fault("invalid", f"it sent what is no message of JSON-RPC: {said}", _REPORT, server)
    if error.message == "Session terminated":
        return Fault(
            "ended", "it no longer knows the session", "call again: that begins one", server
        )
    if error.code == types.URL_ELICITATION_REQUIRED:
        return Fault(
            "refused",
            f"{error.message}: {shortened(str(error.data), 500)}",
            "open the address in a browser, then call again",
            server,
        )
    return Fault("refused", f"{error.message} (code {error.code})", "", server)
