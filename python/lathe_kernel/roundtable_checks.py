"""What holds at a roundtable whatever a model says: of its seats, its findings, its synthesis.

Each check returns what is to be mended, in a sentence, or nothing.
"""

import re
from collections.abc import Iterable
from typing import Any, cast

from lathe_kernel import said_figures
from lathe_kernel.computed import Computed
from lathe_kernel.roundtable_record import Brief, Record, Seat, conceded, conflicts

_FIELDS = ("name", "perspective", "stance", "analysis", "thinking")
MAXIMUM_NAME = 40
MAXIMUM_FIELD = 600
MAXIMUM_CLAIM = 500
MAXIMUM_CLAIMS = 6
MAXIMUM_EVIDENCE = 6
_ALIKE = 0.8
_LEAST_SHARED = 0.25
_WORD = re.compile(r"[^\W\d_]{5,}")


# MARK: Seats


def seats(found: list[dict[str, Any]], least: int, most: int, present: list[Seat]) -> str | None:
    """Check the experts that a convener chose, beside those who sit already."""
    if not least <= len(found) <= most:
        return f"there are {len(found)} experts; choose {least} to {most}"
    for one in found:
        if problem := _seat(one):
            return problem
    names = [str(one["name"]) for one in [*present, *found]]
    known = {_plain(name): name for name in names}
    if len(known) < len(names):
        return f"two experts have the same name: {', '.join(names)}"
    stances = [str(one["stance"]) for one in [*present, *found]]
    for index, stance in enumerate(stances):
        for other in stances[:index]:
            if _likeness(stance, other) > _ALIKE:
                return f"two experts have the same stance: “{other}” and “{stance}”"
    for one in found:
        wrong = [name for name in one["opposes"] if _plain(str(name)) not in known]
        if wrong:
            return f"{one['name']} opposes “{wrong[0]}”, who is none of {', '.join(names)}"
        if not any(_plain(str(name)) != _plain(str(one["name"])) for name in one["opposes"]):
            return f"{one['name']} opposes nobody at the table; name whom its stance contradicts"
    return None


def _seat(one: dict[str, Any]) -> str | None:
    for name in _FIELDS:
        text = str(one.get(name, "")).strip()
        limit = MAXIMUM_NAME if name == "name" else MAXIMUM_FIELD
        if not text:
            return f"an expert has no {name}"
        if len(text) > limit:
            return f"the {name} “{text[:40]}…” has {len(text)} characters; at most {limit}"
    return None


def spelled(found: list[dict[str, Any]], present: list[Seat]) -> dict[str, str]:
    """Return the names of all experts by how they compare."""
    return {_plain(str(one["name"])): str(one["name"]).strip() for one in [*present, *found]}


def plain_name(name: str) -> str:
    """Return a name as it compares."""
    return _plain(name)


# MARK: Findings


def said_here(result: dict[str, Any], here: Computed) -> str | None:
    """Check what an expert answers in its own kernel."""
    if here.brief is None:
        return "this kernel sits at no roundtable; lathe.roundtable(question) seats experts"
    return said(result, here.brief, here)


def synthesis_here(result: dict[str, Any], here: Computed) -> str | None:
    """Check a synthesis in the kernel that writes it."""
    if here.record is None:
        return "this kernel has no record of a roundtable"
    return synthesis(result, here.record)


def said(result: dict[str, Any], brief: Brief, computed: Computed) -> str | None:
    """Check what an expert answers in one round; evidence must be what its kernel computed."""
    for checked in (_claims, _challenges, _stands, _texts):
        if problem := checked(result, brief, computed):
            return problem
    return None


def _claims(result: dict[str, Any], brief: Brief, computed: Computed) -> str | None:
    claims = result.get("claims", [])
    if brief["kind"] == "findings" and not claims:
        return "there is no claim; state at least one, with evidence"
    if len(claims) > MAXIMUM_CLAIMS:
        return f"{len(claims)} claims; keep the strongest {MAXIMUM_CLAIMS}"
    for number, one in enumerate(claims, 1):
        if problem := _evidence(one["evidence"], computed):
            return f"claim {number}: {problem}"
        if not 0 <= one["confidence"] <= 1:
            return f"claim {number}: confidence is a number from 0 to 1"
    return None


def _challenges(result: dict[str, Any], brief: Brief, computed: Computed) -> str | None:
    challenges = result.get("challenges", [])
    if brief["kind"] == "examination" and brief["others"] and not challenges:
        return "challenge at least one claim of another expert, with evidence of your own"
    if len(challenges) > MAXIMUM_CLAIMS:
        return f"{len(challenges)} challenges; keep the strongest {MAXIMUM_CLAIMS}"
    for number, one in enumerate(challenges, 1):
        if one["of"] not in brief["others"]:
            known = ", ".join(brief["others"])
            return f"challenge {number} is of “{one['of']}”; the others' claims are {known}"
        if problem := _evidence(one["evidence"], computed):
            return f"challenge {number}: {problem}"
    return None


def _stands(result: dict[str, Any], brief: Brief, computed: Computed) -> str | None:
    del computed
    if brief["kind"] == "findings":
        return None
    own = [str(one["claim"]) for one in result.get("own", [])]
    if wrong := [one for one in own if one not in brief["own"]]:
        return f"“{wrong[0]}” is no claim of yours; yours are {', '.join(brief['own'])}"
    if missing := [one for one in brief["own"] if one not in own]:
        return f"say of each claim of yours whether you hold or concede it: {', '.join(missing)}"
    if len(set(own)) < len(own):
        return "say it once of each claim of yours"
    return None


def _texts(result: dict[str, Any], brief: Brief, computed: Computed) -> str | None:
    del brief, computed
    for text in _every_text(result):
        if not text.strip():
            return "a text is empty"
        if len(text) > MAXIMUM_CLAIM:
            return f"“{text[:40]}…” has {len(text)} characters; at most {MAXIMUM_CLAIM}"
    return None


def _every_text(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in cast("dict[str, Any]", value).values():
            yield from _every_text(one)
    elif isinstance(value, list):
        for one in cast("list[Any]", value):
            yield from _every_text(one)


def _evidence(given: list[Any], computed: Computed) -> str | None:
    if not given:
        return "it has no evidence; compute it and use lathe.evidence(what, value)"
    if len(given) > MAXIMUM_EVIDENCE:
        return f"{len(given)} pieces of evidence; keep the strongest {MAXIMUM_EVIDENCE}"
    for one in given:
        if not computed.has(one):
            return (
                f"the evidence “{str(one.get('what'))[:60]}” was not made by "
                "lathe.evidence(what, value) in this kernel; use what that returned, unchanged"
            )
    return None


# MARK: Synthesis


def synthesis(result: dict[str, Any], record: Record) -> str | None:
    """Check that a synthesis says what experts said, hides no conflict and names who dissents."""
    if not result["consensus"] and not result["dissent"]:
        return "there is neither consensus nor dissent"
    owners = _owners(record)
    gone = conceded(record)
    for one in result["consensus"]:
        if problem := _agreed(one, record, owners, gone):
            return f"consensus “{one['statement'][:60]}”: {problem}"
    for one in result["dissent"]:
        if problem := _disputed(one, record, owners, gone):
            return f"dissent “{one['question'][:60]}”: {problem}"
    return _hidden(result, record)


def _owners(record: Record) -> dict[str, str]:
    said_by = {one["id"]: one["seat"] for one in record["claims"]}
    return said_by | {one["id"]: one["seat"] for one in record["challenges"]}


def _agreed(
    one: dict[str, Any], record: Record, owners: dict[str, str], gone: set[str]
) -> str | None:
    if problem := _cited(one["statement"], one["claims"], record, owners, gone):
        return problem
    if len({owners[name] for name in one["claims"]}) < 2:
        return "consensus rests on claims of at least two experts"
    for challenge in conflicts(record):
        if challenge["of"] in one["claims"]:
            return (
                f"{challenge['of']} is refuted by {challenge['id']} and still held: that is dissent"
            )
    return None


def _disputed(
    one: dict[str, Any], record: Record, owners: dict[str, str], gone: set[str]
) -> str | None:
    if len(one["sides"]) < 2:
        return "dissent has at least two sides"
    if not one["settle"].strip():
        return "say which evidence would settle it"
    for side in one["sides"]:
        if problem := _cited(side["position"], side["claims"], record, owners, gone):
            return problem
        speaking = {owners[name] for name in side["claims"]}
        if not side["seats"] or not set(side["seats"]) <= speaking:
            return (
                f"the side of {', '.join(side['seats']) or 'nobody'} cites claims of "
                f"{', '.join(sorted(speaking))}; each expert of a side has a claim in it"
            )
    sides = [set(side["seats"]) for side in one["sides"]]
    if any(a & b for index, a in enumerate(sides) for b in sides[:index]):
        return "an expert is on two sides"
    return None


def _cited(
    text: str, names: list[str], record: Record, owners: dict[str, str], gone: set[str]
) -> str | None:
    if not names:
        return "no claim is cited; cite those that it rests on"
    if unknown := [name for name in names if name not in owners]:
        return f"no expert made the claim “{unknown[0]}”; there are {', '.join(owners)}"
    if given_up := [name for name in names if name in gone]:
        return f"{given_up[0]} was conceded by its own expert"
    source = _words_of(names, record)
    figures = list(said_figures.of_text(source)) + _values_of(names, record)
    most_seats = len(record["seats"])
    for found in said_figures.found(text):
        if not said_figures.is_said(found, figures, most_seats):
            return f"no cited claim has the figure {found}; say what {', '.join(names)} say"
    words, known = _stems(text), _stems(source)
    if words and len(words & known) / len(words) < _LEAST_SHARED:
        return f"that is not what {', '.join(names)} say; no expert made this claim"
    return None


def _hidden(result: dict[str, Any], record: Record) -> str | None:
    told = [{name for side in one["sides"] for name in side["claims"]} for one in result["dissent"]]
    owners = _owners(record)
    for challenge in conflicts(record):
        seat = challenge["seat"]
        if not any(
            challenge["of"] in names and any(owners[name] == seat for name in names)
            for names in told
        ):
            return (
                f"{challenge['id']} refutes {challenge['of']}, which is still held: "
                "this conflict is nowhere in the dissent; cite both on their sides"
            )
    return None


def _said_as(name: str, record: Record) -> tuple[str, list[Any]]:
    for claim in record["claims"]:
        if claim["id"] == name:
            return f"{claim['claim']} {claim['would_change']}", list(claim["evidence"])
    for challenge in record["challenges"]:
        if challenge["id"] == name:
            return challenge["challenge"], list(challenge["evidence"])
    return "", []


def _words_of(names: list[str], record: Record) -> str:
    texts: list[str] = []
    for name in names:
        text, evidence = _said_as(name, record)
        texts += [text, *(f"{one['what']} {one['value']}" for one in evidence)]
        seat = name[:1]
        texts += [one["position"] for one in record["positions"] if one["seat"] == seat]
    return " ".join(texts)


def _values_of(names: list[str], record: Record) -> list[float]:
    values = [one["value"] for name in names for one in _said_as(name, record)[1]]
    return [float(one) for one in values if isinstance(one, int | float)]


# MARK: Words


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", name.lower()))


def _stems(text: str) -> set[str]:
    return {one.lower()[:5] for one in _WORD.findall(text)}


def _likeness(one: str, other: str) -> float:
    a, b = set(_plain(one).split()), set(_plain(other).split())
    return len(a & b) / len(a | b) if a | b else 1.0
