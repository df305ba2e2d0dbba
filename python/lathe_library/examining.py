"""What can be found out about a proposal by reading it; nothing of it is imported or run."""

import ast
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from lathe_library import block, characters, facts, findings, form, lint, state, tests_form, words
from lathe_library.facts import Kind, Refusal
from lathe_library.findings import Finding, finding


@dataclass(frozen=True)
class Examined:
    """What reading a proposal gave: findings, and what it is made of."""

    findings: list[Finding]
    signature: str = ""
    summary: str = ""
    docstring: str = ""
    imports: list[str] = field(default_factory=list[str])
    host_calls: list[str] = field(default_factory=list[str])


def examined(
    source: str, tests: str, kind: Kind, name: str, *, has_examples: bool = False
) -> Examined:
    """Read a proposal's source and its tests, which may be empty, and return all that is found.

    `has_examples` tells that recorded examples of an agent lie beside it.
    """
    body = block.normalised(source)
    try:
        facts.require_name(name)
        facts.parsed(body)
    except Refusal as refusal:
        refused = [finding("form", None, str(refusal)), *characters.character_findings(body)]
        return Examined(findings.bounded(refused))
    module = ast.parse(body)
    # ruff and bandit are processes: they run beside each other and beside what is read here.
    with ThreadPoolExecutor() as lanes:
        linted = lanes.submit(lint.lint_findings, body, kind)
        of_tests = lanes.submit(_linted_tests, tests, kind)
        found = read(body, tests, kind, name, has_examples=has_examples)
        known = _facts(body, kind, name)
        found += linted.result() + of_tests.result()
    return Examined(
        findings.bounded(found),
        known.signature if known else "",
        known.summary if known else "",
        known.docstring if known else "",
        form.imports(module),
        form.host_calls(module),
    )


def read(
    body: str, tests: str, kind: Kind, name: str, *, has_examples: bool = False
) -> list[Finding]:
    """Return what Lathe's own rules find in a source that can be parsed, and in its tests."""
    module = ast.parse(body)
    found = [
        *words.name_findings(kind, name),
        *characters.character_findings(body),
        *characters.speech_findings(module, body, kind),
        *form.form_findings(module, body, kind, name),
        *state.state_findings(module),
    ]
    if tests.strip():
        found += _of_tests(characters.character_findings(tests))
        found += tests_form.tests_findings(tests, kind, name)
    elif kind == "agent" and has_examples:
        pass
    elif kind == "agent":
        reason = "it has no examples: nothing shows that it still does what it was saved for."
        found.append(finding("no-examples", None, reason))
    else:
        reason = (
            f"it has no tests: call `{name}` in a cell on small data before you save it, or hand "
            "tests over: lathe.save_function(f, tests=[test_a])."
        )
        found.append(finding("no-tests", None, reason))
    return found


def _linted_tests(tests: str, kind: Kind) -> list[Finding]:
    return _of_tests(lint.lint_findings(tests, kind, tests=True)) if tests.strip() else []


def _of_tests(found: list[Finding]) -> list[Finding]:
    return [
        one if one.rule.startswith("test") else replace(one, reason=f"in its tests: {one.reason}")
        for one in found
    ]


def _facts(body: str, kind: Kind, name: str) -> facts.Facts | None:
    try:
        return facts.read(body, kind, name)
    except Refusal:
        return None
