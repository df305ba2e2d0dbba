"""A session as its events tell it, in the order in which a reader wants it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Event = dict[str, Any]
COORDINATOR = "coordinator"


@dataclass(frozen=True)
class Task:
    """What the user asked for."""

    text: str


@dataclass(frozen=True)
class Said:
    """What the model wrote beside its code."""

    text: str


@dataclass(frozen=True)
class Ending:
    """How a task ended: the event's own fields."""

    outcome: dict[str, Any]


@dataclass
class Call:
    """A host call of a cell, and its answer; None while there is none."""

    name: str
    arguments: Any
    answer: dict[str, Any] | None = None


Standing = Literal["kept", "part", "undone", "interrupted", "died", "unfinished"]


@dataclass
class Cell:
    """A cell of the session's own kernel."""

    number: int
    code: str
    by_user: bool
    result: dict[str, Any] | None = None
    calls: list[Call] = field(default_factory=list[Call])
    standing: Standing = "unfinished"
    # The checkpoint at which it was left, and what a branch ran from there.
    until: int | None = None
    then: str | None = None

    @property
    def runs(self) -> bool:
        """Whether the working memory holds what it did, or a part of it."""
        return self.standing in ("kept", "part")

    def named(self, *names: str) -> list[Call]:
        """Return its calls of these names."""
        return [call for call in self.calls if call.name in names]


Item = Task | Said | Cell | Ending


@dataclass
class Spent:
    """What one agent used of one model."""

    turns: int = 0
    read: int = 0
    written: int = 0
    microdollars: int | None = 0


@dataclass
class Session:
    """Everything that the files are made of."""

    name: str
    items: list[Item] = field(default_factory=list[Item])
    inputs: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    subtasks: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    spent: dict[tuple[str, str], Spent] = field(default_factory=dict[tuple[str, str], Spent])
    # What agents said to each other, by the messages' ids.
    messages: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    warnings: list[str] = field(default_factory=list[str])
    model: str = ""

    @property
    def cells(self) -> list[Cell]:
        """Return the cells of the session's own kernel, in order."""
        return [item for item in self.items if isinstance(item, Cell)]


def read(name: str, events: Iterable[Event], steps: list[dict[str, Any]]) -> Session:
    """Fold events into a session; `steps` are the cells that its working memory is made of."""
    fold = _Fold(Session(name))
    for event in events:
        fold.take(event)
    _place(fold.session.cells, steps)
    return fold.session


def _place(cells: list[Cell], steps: list[dict[str, Any]]) -> None:
    """Say of each cell whether it counts, wholly or in part."""
    counted = {int(step["cell"]): step for step in steps}
    for cell in cells:
        step = counted.get(cell.number)
        status = cell.result["status"] if cell.result else "unfinished"
        if step is None and status in ("ok", "error"):
            cell.standing = "undone"
        elif step is None or not step.get("wentThrough", True):
            cell.standing = status if status in ("interrupted", "died") else "unfinished"
        else:
            cell.until, cell.then = step.get("until"), step.get("then")
            cell.standing = "kept" if cell.until is None else "part"


class _Fold:
    def __init__(self, session: Session) -> None:
        self.session = session
        self._cells: dict[int, Cell] = {}
        self._calls: dict[int, Call] = {}
        self._agents: dict[str, str] = {}
        self._models: dict[str, str] = {}

    def take(self, event: Event) -> None:
        data, place = event["data"], str(event["place"])
        match event["type"]:
            case "subtask_started":
                self._agents[str(data["place"])] = str(data["agent"]["name"])
            case "subtask_finished":
                self.session.subtasks[int(data["id"])] = data
            case "message_sent":
                self.session.messages[str(data["id"])] = data
            case "turn_started":
                self._models[place] = str(data["model"])
            case "turn_finished":
                self._count(place, data)
                if place == COORDINATOR:
                    self._say(data["reply"])
            case "notice" if data["level"] == "warning":
                self.session.warnings.append(str(data["text"]))
            case kind if place == COORDINATOR:
                self._own(kind, data)
            case _:
                pass

    def _own(self, kind: str, data: dict[str, Any]) -> None:
        session = self.session
        match kind:
            case "session_opened":
                session.inputs, session.model = data["inputs"], str(data["model"])
            case "task_submitted":
                session.items.append(Task(str(data["task"])))
            case "cell_started":
                cell = Cell(
                    int(data["number"]), str(data["code"]), data["author"] in ("user", "owner")
                )
                self._cells[cell.number] = cell
                session.items.append(cell)
            case "cell_finished":
                if (cell := self._cells.get(int(data["number"]))) is not None:
                    cell.result = data
            case "host_called":
                call = Call(str(data["name"]), data["arguments"])
                self._calls[int(data["call"])] = call
                if (cell := self._cells.get(int(data["cell"]))) is not None:
                    cell.calls.append(call)
            case "host_answered":
                if (call := self._calls.get(int(data["call"]))) is not None:
                    call.answer = data
            case "task_finished":
                session.items.append(Ending(data))
            case _:
                pass

    def _say(self, reply: dict[str, Any]) -> None:
        text = str(reply["text"])
        # A reply without a call is the answer itself or holds fenced code: both stand elsewhere.
        if text.strip() and reply["calls"]:
            self.session.items.append(Said(text))

    def _count(self, place: str, data: dict[str, Any]) -> None:
        if data["isReplayed"]:
            return
        reply = data["reply"]
        is_question = place.endswith("/ask") and place not in self._agents
        agent = self._agents.get(place, "ask_model" if is_question else place)
        model = self._models.get(place, str(reply["model"]))
        spent = self.session.spent.setdefault((agent, model), Spent())
        usage = reply["usage"]
        spent.turns += 1
        spent.read += usage["input"] + usage["cacheRead"] + usage["cacheWrite"]
        spent.written += usage["output"]
        price = reply["cost"].get("microdollars", {}).get("_0")
        spent.microdollars = (
            None if price is None or spent.microdollars is None else spent.microdollars + int(price)
        )
