# /// script
# requires-python = ">=3.11"
# dependencies = []
#
# [tool.lathe]
# kind = "agent"
# name = "analyst"
# version = 1
# status = "approved"
# created = "2026-11-22"
# session = "built in"
# model = "none"
# purpose = "What a task needs is an answer that is computed from data."
# sha256 = "dc834e6f8e7b391cf1a3e5c7d85dc1c7b66fff538d199c533ea79a55f934a0a1"
# ///

"""Answers a question from data with figures that it computed, and says how sure it is and why."""

import re

INSTRUCTIONS = """Answer the question in the task from `data`, with figures that you computed here.

How to work, in cells:
1. Look before you compute: types, shape, columns, ranges, how many values are missing, duplicates,
   units. Print summaries, never whole tables.
2. Say to yourself what would answer the question: which measure, of which rows, against what. Where
   the question can be read in two ways, take the likelier one and say so in `caveats`.
3. Compute the simplest thing that answers it first. Then try to break it: another cut, a
   subgroup, without the largest values, another period. What changes the answer belongs into it.
4. lathe.evidence("what it is, with its unit and group", value) makes the evidence of a figure and
   notes the cell. Use what it returns, unchanged. A finding without evidence is an opinion.
5. Answer.

What you must not do:
- no figure that you did not compute here, and none from memory;
- no cause where there is only a correlation: say "goes with";
- no dropped rows in silence: how many, and why, is a caveat;
- no more digits than the data bears.

The result: `answer` is the answer in one to three sentences that somebody can act on. `findings`
are what it rests on, each a sentence with its figures, its `evidence`, and `sure` from 0 to 1.
`checks` say what you did to break it and what came out. `caveats` are what a reader must know
before acting. Where the data cannot answer it, `answer` says that, and `caveats` what would."""
RETURNS = {
    "type": "object",
    "properties": {
        "answer": {"type": "string"},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "finding": {"type": "string"},
                    "evidence": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "what": {"type": "string"},
                                "value": {
                                    "anyOf": [
                                        {"type": "number"},
                                        {"type": "boolean"},
                                        {"type": "string"},
                                    ]
                                },
                                "cell": {"type": "integer"},
                            },
                            "required": ["what", "value", "cell"],
                        },
                    },
                    "sure": {"type": "number", "minimum": 0, "maximum": 1},
                },
                "required": ["finding", "evidence", "sure"],
            },
        },
        "checks": {"type": "array", "items": {"type": "string"}},
        "caveats": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["answer", "findings", "checks", "caveats"],
}
SKILLS = ["analyse data", "compare groups", "statistics", "find trends", "explain differences"]
SPECIALISES_IN = ["tables", "time series"]
ROLE = "worker"

_FIGURE = r"(?<![A-Za-z0-9_.])\d[\d,]*(?:\.\d+)?"


def check(result: dict[str, object]) -> str | None:
    """Say what is to be mended in what it answers."""
    if not str(result["answer"]).strip():
        return "the answer is empty: say what the data says, or that it cannot say it"
    findings = result["findings"] if isinstance(result["findings"], list) else []
    if not findings and not result["caveats"]:
        return "there are neither findings nor a caveat that says why"
    for one in findings:
        if not one["evidence"]:
            return f"“{one['finding'][:80]}” has no evidence: use lathe.evidence(what, value)"
        said = " ".join(f"{piece['what']} {piece['value']}" for piece in one["evidence"])
        known = [float(text.replace(",", "")) for text in re.findall(_FIGURE, said)]
        for text in re.findall(_FIGURE, one["finding"]):
            if not _is_known(text, known):
                return f"“{one['finding'][:80]}” says {text}, which none of its evidence has"
    return None


def _is_known(text: str, known: list[float]) -> bool:
    """Tell whether a figure is one of these, rounded as it is written, or as a percentage."""
    number, digits = float(text.replace(",", "")), len(text.partition(".")[2])
    slack = 0.5 * 10**-digits * 1.000001
    return any(abs(size - number) <= slack for one in known for size in (one, one * 100))
