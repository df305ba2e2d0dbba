"""What is said at a roundtable, as plain records: the same in every kernel that takes part."""

from typing import Literal, NotRequired, TypedDict

from lathe_kernel.computed import Evidence

Kind = Literal["findings", "examination", "position"]
Verdict = Literal["refutes", "weakens", "confirms"]
Now = Literal["hold", "concede"]

MAXIMUM_SEATS = 6
LEAST_SEATS = 4
MAXIMUM_ADDED = 2
ROUNDS = (2, 5)


class Seat(TypedDict):
    """An expert: who it is, what it stands for against the obvious answer, whom it opposes."""

    key: str
    name: str
    perspective: str
    stance: str
    analysis: str
    thinking: str
    opposes: list[str]
    joined: int
    asked_by: str


class Claim(TypedDict):
    """What an expert found, with what it computed."""

    id: str
    seat: str
    round: int
    subtask: int
    claim: str
    evidence: list[Evidence]
    confidence: float
    would_change: str


class Challenge(TypedDict):
    """What an expert says against, or for, a claim of another, with what it computed itself."""

    id: str
    of: str
    seat: str
    round: int
    subtask: int
    challenge: str
    verdict: Verdict
    evidence: list[Evidence]


class Stand(TypedDict):
    """Whether an expert still holds a claim of its own, and why; the newest counts."""

    claim: str
    seat: str
    round: int
    now: Now
    why: str


class Position(TypedDict):
    """An expert's last word."""

    seat: str
    subtask: int
    position: str
    confidence: float
    would_change: str


class Request(TypedDict):
    """A perspective that an expert missed, and what became of that: a seat, or a reason."""

    by: str
    round: int
    perspective: str
    why: str
    seat: NotRequired[str]
    declined: NotRequired[str]


class Failure(TypedDict):
    """An expert that left the table, by its typed outcome."""

    seat: str
    round: int
    subtask: int
    status: str
    reason: str


class Record(TypedDict):
    """The whole of a table so far."""

    question: str
    obvious: str
    seats: list[Seat]
    claims: list[Claim]
    challenges: list[Challenge]
    stands: list[Stand]
    positions: list[Position]
    requests: list[Request]
    failures: list[Failure]


class Brief(TypedDict):
    """What one expert's kernel is told beside its data."""

    kind: Kind
    round: int
    seat: str
    # Claims that may be challenged, and its own that it has to hold or concede.
    others: list[str]
    own: list[str]


def opened(question: str) -> Record:
    """Return the record of a table at which nobody sits yet."""
    return {
        "question": question,
        "obvious": "",
        "seats": [],
        "claims": [],
        "challenges": [],
        "stands": [],
        "positions": [],
        "requests": [],
        "failures": [],
    }


def conceded(record: Record) -> set[str]:
    """Return the claims that their own seats gave up, by what they said last."""
    newest = {one["claim"]: one["now"] for one in record["stands"]}
    return {claim for claim, now in newest.items() if now == "concede"}


def conflicts(record: Record) -> list[Challenge]:
    """Return the challenges that refute a claim which its seat still holds."""
    given_up = conceded(record)
    return [
        one
        for one in record["challenges"]
        if one["verdict"] == "refutes" and one["of"] not in given_up
    ]


def are_opposed(seats: list[Seat]) -> bool:
    """Tell whether any of these opposes another of them."""
    names = {one["name"] for one in seats}
    return any(name in names for one in seats for name in one["opposes"])


def seat_named(record: Record, key: str) -> Seat | None:
    """Return the seat of a key."""
    return next((one for one in record["seats"] if one["key"] == key), None)
