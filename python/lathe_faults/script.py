"""The task that is disturbed: what its model says, by the conversation alone."""

import json
from typing import Any

from tests_program.endpoint import Code, Line, ModelServer, Refusal, Text

TASK = "Add up what each shop sold, and say so."
DATA = "shop,amount\nnorth,3\nsouth,5\neast,2\nnorth,4\nsouth,1\n"
ANSWER = "{'north': 7, 'south': 6, 'east': 2} heron ['one', 'two', 'three', 'four'] 3"
VARIABLES = (
    "print(sorted(totals.items()), notes, word, [o.value for o in outcomes], total_shop([1.0]))"
)
SUBTASKS = 3

_FIRST = """
notes = ["one"]
totals = {}
counts = sales.groupby("shop").size()
"""
_SAVING = '''
def total_shop(amounts: list[float]) -> float:
    """Add up what a shop sold.

    >>> total_shop([1.0, 2.0])
    3.0
    """
    return float(sum(amounts))

earned = total_shop([1.5, 2.0])

saved = lathe.save_function(total_shop)
notes.append("two")
'''
_DELEGATING = """
agent = lathe.agent(name="adder", instructions="Add up the amounts.", returns={"total": int})
parts = {name: part for name, part in sales.groupby("shop", sort=False)}
outcomes = lathe.delegate_each(agent, parts, task="add")
totals.update({o.label: o.value["total"] for o in outcomes})
notes.append("three")
"""
_ASKING = """
word = lathe.ask_model("Which word?")
lathe.save_artifact("totals.csv", sales)
"""
_ENDING = """
notes.append("four")
lathe.answer(f"{totals} {word} {notes} {len(outcomes)}")
"""
_COORDINATOR = (_FIRST, _SAVING, _DELEGATING, _ASKING, _ENDING)
# Each cell does without what an earlier one made: a subtask's kernel that is replaced is empty.
_SUBTASK = (
    "half = int(data['amount'].sum())",
    "half = int(data['amount'].sum())\nlathe.answer({'total': half})",
)


class TaskServer(ModelServer):
    """Says what comes next by the cells of a conversation that went well.

    So it can be asked anew at any point. A model whose cell did not go well, since its kernel was
    ended, sends it again.
    """

    def __init__(self) -> None:
        """Begin to listen when it is entered."""
        super().__init__()
        self.asked: list[str] = []

    def line(self, index: int, request: dict[str, Any]) -> Line:
        """Return the reply to a request."""
        messages: list[dict[str, Any]] = request["messages"]
        first = _text(next(m for m in messages if m["role"] == "user"))
        went_well = sum(m["role"] == "tool" and not _failed(_text(m)) for m in messages)
        replies = sum(m["role"] == "assistant" for m in messages)
        if first.startswith("Which word?"):
            who, codes = "question", ()
        elif first.startswith("Slice: "):
            who, codes = first.splitlines()[0], _SUBTASK
        else:
            who, codes = "coordinator", _COORDINATOR
        self.asked.append(f"{who} {replies}")
        if who == "question":
            return Text("heron")
        return (
            Code(codes[went_well]) if went_well < len(codes) else Refusal(400, "the task is over")
        )


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else json.dumps(content)


def _failed(text: str) -> bool:
    return (
        "KernelDied" in text
        or "The kernel died" in text
        or "Not run:" in text
        or "Traceback" in text
    )
