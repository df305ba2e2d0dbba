"""What examining a capability can find: each rule by name, and whether it is a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

RULES: Final[dict[str, bool]] = {
    # The form of the source.
    "form": True,
    "name": True,
    "one-public-name": True,
    "code-at-import": True,
    "type-hints": True,
    "docstring": True,
    "docstring-example": True,
    "hidden-state": True,
    "changes-others": True,
    "missing-dependency": True,
    "private-import": True,
    "hidden-characters": True,
    "look-alike": True,
    "instructs-model": True,
    "ruff": True,
    "bandit": True,
    # The form of the tests.
    "tests-form": True,
    "test-asserts-nothing": True,
    "test-cannot-fail": True,
    "test-never-calls": True,
    "test-tampers": True,
    "no-tests": True,
    # The form of an agent's recorded examples.
    "example-form": True,
    "example-sensitive": True,
    # What a reviewer should know.
    "loose-types": False,
    "global-setting": False,
    "reaches-out": False,
    "mixed-script": False,
    "addresses-a-model": False,
    "ruff-style": False,
    "bandit-note": False,
    "no-examples": False,
    "unknown-capability": False,
    "unchecked": False,
}
"""Each static rule, and whether what breaks it is refused; docs/admission.md has what they mean."""

MAXIMUM_FINDINGS = 60
_LONGEST_REASON = 400


@dataclass(frozen=True, order=True)
class Finding:
    """One rule that a source or its tests break, where, and how to mend it."""

    line: int | None
    rule: str
    reason: str
    refusal: bool


def finding(rule: str, line: int | None, reason: str, code: str = "") -> Finding:
    """Return a finding of a rule of `RULES`; `code` is a linter's own name of it."""
    text = reason[:_LONGEST_REASON] + ("…" if len(reason) > _LONGEST_REASON else "")
    return Finding(line, f"{rule}:{code}" if code else rule, text, RULES[rule])


def bounded(found: Sequence[Finding]) -> list[Finding]:
    """Return refusals first, each once, by their lines; what is left out is counted."""
    ordered = sorted(set(found), key=lambda one: (not one.refusal, one.line or 0, one.rule))
    if len(ordered) <= MAXIMUM_FINDINGS:
        return ordered
    kept, left = ordered[: MAXIMUM_FINDINGS - 1], ordered[MAXIMUM_FINDINGS - 1 :]
    refusal = any(one.refusal for one in left)
    reason = f"{len(left)} more findings were left out; mend these first."
    return [*kept, Finding(None, "form" if refusal else "unchecked", reason, refusal)]
