"""What stands for the `lathe` object where a session runs as a notebook, outside of Lathe.

Nothing is delegated, asked or saved: what the session got is given again, from RECORDED, and said
to be so. With `outside_values` before it, this text is a cell of the notebook, without the import
of that: nothing of Lathe is imported there.
"""

# pyright: basic

import json
import shutil
import sys
import types
from pathlib import Path
from typing import Any

from lathe_export.outside_values import (
    LatheError,
    LeftHere,
    NotKept,
    Outcome,
    Outcomes,
    Recollections,
    Subtask,
    SubtaskFailed,
    restored,
)

RECORDED: dict[str, Any] = json.loads("{}")


class Lathe(types.ModuleType):
    """The part of `lathe` that recorded cells use, answered from the recording."""

    LatheError = LatheError
    SubtaskFailed = SubtaskFailed
    AnswerRejected = LatheError
    Table = Array = NotKept

    def __init__(self) -> None:
        """Begin where the recording begins."""
        super().__init__("lathe")
        self.__path__: list[str] = []
        self.Outcome, self.Outcomes, self.Subtask = Outcome, Outcomes, Subtask
        self.capabilities = types.ModuleType("lathe.capabilities")
        self._left = {name: list(calls) for name, calls in RECORDED.items()}
        self._leaving: int | None = None
        sys.modules["lathe"] = self
        sys.modules["lathe.capabilities"] = self.capabilities

    def delegate(
        self,
        agent: Any,
        task: str = "",
        data: Any = None,
        label: str | None = None,
        **_options: Any,
    ) -> Subtask:
        """Return the subtask that was started here."""
        name = label or (agent if isinstance(agent, str) else getattr(agent, "name", None))
        # Who was chosen where none was named, or what instructions were called, is the recording's.
        labels = {"labels": [name]} if label or (name and name.isidentifier()) else {}
        return Subtask(self._next("delegate", task=task, **labels)["subtasks"][0])

    def delegate_each(self, agent: Any, slices: Any, task: str = "", **_options: Any) -> Outcomes:
        """Return what the subtasks of this delegation had answered."""
        recorded = self._next("delegate", task=task)["subtasks"]
        return Outcomes(Subtask(one).outcome() for one in recorded)

    def agent(
        self,
        name: str,
        instructions: str,
        returns: Any = None,
        model: str | None = None,
        limits: Any = None,
        **options: Any,
    ) -> Any:
        """Name an agent; it runs nowhere."""
        parts = {"instructions": instructions, "returns": returns, "limits": limits}
        return types.SimpleNamespace(name=name, model=model, **parts, **options)

    def ask_model(self, prompt: str, *_rest: Any, **_options: Any) -> Any:
        """Return what a model had answered to this question."""
        return restored(self._next("ask_model", prompt=prompt)["value"])

    def send(self, to: Any, text: str = "", *_rest: Any, **_options: Any) -> str:
        """Return the id of the message that was sent here."""
        return str(self._next("send", text=text)["id"])

    def reply(self, message: Any, text: str = "", *_rest: Any, **_options: Any) -> str:
        """Return the id of the reply that was sent here."""
        return self.send(message, text)

    def request(self, to: Any, text: str, *_rest: Any, **_options: Any) -> Any:
        """Return the reply that had come."""
        found = self._next("messages", reply_to=self.send(to, text))["messages"]
        if not found:
            raise TimeoutError("no reply had come")
        return types.SimpleNamespace(**found[0])

    def messages(self, all: bool = False) -> list[Any]:
        """Return what was read here."""
        found = self._next("messages", all=all, reply_to=None)["messages"]
        return [types.SimpleNamespace(**one) for one in found]

    def answer(self, value: Any) -> None:
        """Show an answer."""
        print(value if isinstance(value, str) else repr(value))

    def apart(self, f: Any, *arguments: Any, **named: Any) -> Any:
        """Run it here."""
        return f(*arguments, **named)

    def checkpoint(self, name: str | None = None) -> int:
        """Return the number that the checkpoint had; nothing is kept here."""
        number = self._next("checkpoint")["checkpoint"]
        self._leave([number])
        print(f"[checkpoint {number}]")
        return number

    def rollback(self, to: Any = None) -> None:
        """Do nothing: the cells that were undone are not in this notebook."""

    def branch(self, codes: Any, keep: Any = "lowest") -> Any:
        """Return how the alternatives had ended; the one that was kept runs as the next cell."""
        recorded = self._next("branch")["branches"]
        self._leave([one["checkpoint"] for one in recorded])
        labels = list(codes) if isinstance(codes, dict) else [str(i) for i in range(len(codes))]
        pairs = zip(labels, recorded, strict=True)
        return [types.SimpleNamespace(label=label, **one) for label, one in pairs]

    def agents(self, words: str, limit: int = 3) -> list[Any]:
        """Return the agents that were found."""
        found = self._next("agents", words=" ".join(str(words).split())[:2_000])["agents"]
        return [types.SimpleNamespace(**one, name=one["agent"]) for one in found]

    def synthesise(self, results: Any, question: str, *_rest: Any, **_options: Any) -> Any:
        """Say where results are combined."""
        raise _alone("results are combined")

    def roundtable(self, question: str, *_rest: Any, **_options: Any) -> Any:
        """Say where roundtables are held."""
        raise _alone("roundtables are held")

    def step(self, name: str, *_rest: Any, **_options: Any) -> str:
        """Return the step's name: plans are run in Lathe alone."""
        return name

    def plan(self, goal: str, *_rest: Any, **_options: Any) -> Any:
        """Say where plans are run."""
        raise LatheError(
            "not_recorded", "plans are run in Lathe alone: run the session there to have it"
        )

    def decompose(self, goal: str, *_rest: Any, **_options: Any) -> Any:
        """Say where plans are made."""
        return self.plan(goal)

    def handoff(self, agent: Any, goal: str, *_rest: Any, **_options: Any) -> Any:
        """Say where work is handed over."""
        raise _alone("work is handed over")

    def find(self, query: str, limit: int = 5) -> str:
        """Say where to search."""
        return "Outside of Lathe nothing is searched: lathe library search WORD"

    def remember(self, text: str, *_rest: Any, **_options: Any) -> int:
        """Return the number under which this was remembered; nothing is kept here."""
        return int(self._next("remember", words=text)["id"])

    def recall(self, query: str, limit: int = 5) -> "Recollections":
        """Return what the session had recalled."""
        found = self._next("recall", words=query)
        made = Recollections(types.SimpleNamespace(**one) for one in found["items"])
        made.text = found["text"]
        return made

    def forget(self, id: int) -> None:
        """Forget nothing."""

    def note(self, *_words: Any, **_rest: Any) -> str:
        """Return the name that this note had; nothing is written down here."""
        return f"n{int(self._next('note')['note'])}"

    def ledger(self) -> Any:
        """Return the ledger as it was here."""
        text = json.dumps(self._next("ledger"))
        return json.loads(text, object_hook=lambda one: types.SimpleNamespace(**one))

    def cells(self, *numbers: int) -> dict[str, Any]:
        """Hand nothing over: what a writer made of cells is recorded."""
        return {}

    def save_written(self, written: Subtask, *_rest: Any, **_options: Any) -> str:
        """Save nothing."""
        return f"{written.label}: not saved outside of Lathe"

    def save_function(self, f: Any, *_rest: Any, **_options: Any) -> str:
        """Make a function importable from lathe.capabilities; nothing is written."""
        setattr(self.capabilities, f.__name__, f)
        return f"{f.__name__}: not saved outside of Lathe"

    def save_agent(self, name: str, *_rest: Any, **_options: Any) -> str:
        """Save nothing."""
        return f"{name}: not saved outside of Lathe"

    def save_refined(self, written: Subtask, *_rest: Any, **_options: Any) -> str:
        """Save nothing."""
        return f"{written.label}: not saved outside of Lathe"

    def load_parquet(self, path: Any, **options: Any) -> Any:
        """Read a Parquet file."""
        import pandas

        return pandas.read_parquet(self._found(path), **options)

    def load_csv(self, path: Any, **options: Any) -> Any:
        """Read a CSV file."""
        import pandas

        return pandas.read_csv(self._found(path), **options)

    def load_arrow(self, path: Any) -> Any:
        """Read an Arrow IPC file."""
        import pyarrow

        with pyarrow.ipc.open_file(self._found(path)) as file:
            return file.read_all()

    def output(self, cell: int, stream: str = "stdout") -> str:
        """Return the whole output of an earlier cell, as it was recorded."""
        return str(self._next("output", cell=cell, stream=stream)["text"])

    def save_artifact(self, name: str, data: Any) -> str:
        """Write a file into the folder `artifacts` beside this notebook."""
        path = Path("artifacts") / Path(name).name
        path.parent.mkdir(exist_ok=True)
        if isinstance(data, Path):
            shutil.copyfile(data, path)
        elif hasattr(data, "savefig"):
            data.savefig(path, dpi=150, bbox_inches="tight")
        elif hasattr(data, "to_csv") and path.suffix in (".csv", ".tsv", ".txt"):
            separator = "," if path.suffix == ".csv" else "\t"
            data.to_csv(path, sep=separator, index=data.index.name is not None)
        elif hasattr(data, "to_parquet") and path.suffix == ".parquet":
            data.to_parquet(path)
        elif hasattr(data, "to_excel") and path.suffix == ".xlsx":
            data.to_excel(path)
        elif hasattr(data, "to_html") and path.suffix == ".html":
            path.write_text(data.to_html(), "utf-8")
        elif hasattr(data, "to_json"):
            lines = path.suffix == ".jsonl"
            path.write_text(data.to_json(orient="records", lines=lines), "utf-8")
        elif isinstance(data, (bytes, bytearray, memoryview)):
            path.write_bytes(data)
        else:
            text = data if isinstance(data, str) else json.dumps(data, default=str, indent=2)
            path.write_text(text, "utf-8")
        print(f"[artifact {path}]")
        return path.name

    def leave_at(self, checkpoint: int) -> None:
        """Leave the next cell at this checkpoint, as the session did."""
        self._leaving = checkpoint

    def capability(self, name: str, source: str) -> None:
        """Define a function of the library, as its source was when the notebook was made."""
        module = types.ModuleType(f"lathe.capabilities.{name}")
        exec(compile(source, f"{name}.py", "exec"), module.__dict__)
        setattr(self.capabilities, name, getattr(module, name))

    def _leave(self, numbers: list[int]) -> None:
        if self._leaving in numbers:
            self._leaving = None
            raise LeftHere("the session went back to this point")

    def _found(self, path: Any) -> Any:
        """Return where an input is that the session had below /data."""
        here = {one["inside"]: one["path"] for one in RECORDED.get("inputs", [])}
        return here.get(str(path), path)

    def _next(self, call: str, **wanted: Any) -> dict[str, Any]:
        """Return the recorded answer to a call: the first that is left, else the last that fits."""
        fits = [one for one in RECORDED.get(call, []) if wanted.items() <= one["asked"].items()]
        left = [one for one in self._left.get(call, []) if one in fits]
        if not fits:
            raise LatheError("not_recorded", f"the session made no such call of lathe.{call}")
        if left:
            self._left[call].remove(left[0])
        found = (left or fits[-1:])[0]
        if "reason" in found:
            raise LatheError(found["code"], found["reason"])
        if call in ("delegate", "ask_model"):
            print(f"[recorded answer of lathe.{call}: nothing is run or asked]", file=sys.stderr)
        return found


lathe = Lathe()


def _alone(what: str) -> LatheError:
    return LatheError("not_recorded", f"{what} in Lathe alone: run the session there to have it")
