"""The errors that code in a kernel meets; each reason says what happened and what to do."""

from typing import Literal

ErrorCode = Literal[
    "unknown_call",
    "invalid_arguments",
    "not_allowed",
    "limit",
    "model_failed",
    "library",
    "cancelled",
    "gone",
    "tool_failed",
    "unknown_outcome",
    "refused",
    "memory",
]


class LatheError(Exception):
    """A request to Lathe that could not be met.

    `code` is one of the host call codes of docs/kernel-protocol.md; `reason` is for a person.
    """

    def __init__(self, code: str, reason: str) -> None:
        """Keep the code beside the reason."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


class SubtaskFailed(LatheError):
    """A subtask that ended without a value.

    `status` is its typed outcome: incomplete, failed, cancelled, not_run, out_of_budget or refused.
    """

    def __init__(self, label: str, status: str, reason: str) -> None:
        """Name the subtask, its status and why."""
        super().__init__("model_failed", f"subtask {label} is {status}: {reason}")
        self.label = label
        self.status = status


class HandoffRolledBack(LatheError):
    """A handoff that came to nothing: all variables go back to the checkpoint before it.

    `cause` is declined, expired (not accepted in time), unaccepted or failed.
    """

    def __init__(self, agent: str, cause: str, reason: str, checkpoint: int) -> None:
        """Name the receiver, what happened, and where the memory goes back to."""
        why = reason.rstrip(".")
        super().__init__(
            "not_allowed",
            f"the handoff to {agent} is rolled back ({cause}): {why}. When this cell has ended, "
            f"all variables are as at checkpoint {checkpoint}, made just before; go on without it.",
        )
        self.cause = cause
        self.checkpoint = checkpoint


class SpecialistDeclined(LatheError):
    """A specialist that is not granted; the reason says how to go on without one."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__("not_allowed", f"no specialist: {reason}")


class AnswerRejected(LatheError):
    """An answer that its check or its schema refused; mend the value and answer again."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__("invalid_arguments", reason)


class ToolError(LatheError):
    """A tool that failed, in the words of its server, which are cut."""

    def __init__(self, tool: str, reason: str) -> None:
        """Name the tool, SERVER.NAME, beside what its server said."""
        super().__init__("tool_failed", f"{tool}: {reason}")
        self.tool = tool


for _error in (
    LatheError,
    SubtaskFailed,
    HandoffRolledBack,
    SpecialistDeclined,
    AnswerRejected,
    ToolError,
):
    # Tracebacks name an exception as code can catch it.
    _error.__module__ = "lathe"


def invalid(reason: str) -> LatheError:
    """Return the error for arguments that the caller can mend."""
    return LatheError("invalid_arguments", reason)
