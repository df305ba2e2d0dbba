from typing import Any

import pytest
from kernels import Kernel

from lathe_library import facts
from lathe_library.refusals import Refusal

_AGENT = '''"""Count rows."""

from lathe.capabilities import count_rows

INSTRUCTIONS = "Count."
RETURNS = None
{}


def check(result: int) -> None:
    if result != count_rows([]):
        raise ValueError("no")
'''


def _read(line: str) -> facts.Facts:
    return facts.read(_AGENT.format(line), "agent", "counter")


def test_the_rights_of_an_agent_are_read_as_they_are_written() -> None:
    plain = _read("")
    assert (plain.model, plain.budget, plain.capabilities) == (None, None, None)
    none = _read("MODEL = None\nBUDGET = {}\nCAPABILITIES = None")
    assert (none.model, none.budget, none.capabilities) == (None, None, None)
    known = _read(
        "MODEL = 'small'\nBUDGET = {'tokens': '20 k', 'usd': 0.5, 'calls': 8, 'time': '1.5min'}\n"
        "CAPABILITIES = ('sum_rows', 'count_rows', 'sum_rows')"
    )
    assert known.model == "small"
    assert known.budget == {"tokens": "20 k", "usd": 0.5, "calls": 8, "time": "1.5min"}
    assert known.capabilities == ["sum_rows", "count_rows"]
    assert (plain.tools, _read("TOOLS = None").tools, _read("TOOLS = []").tools) == (None, None, [])
    assert _read("TOOLS = ('git/*', 'crm/get-*', 'git/*')").tools == ["git/*", "crm/get-*"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("MODEL = 3", "MODEL is the name of a role, such as 'small', not 3"),
        ("MODEL = 'Small one'", "lathe.json says which model plays it"),
        ("MODEL = ['small']", "MODEL is the name of a role"),
        ("BUDGET = 200", 'BUDGET is a dict such as {"tokens": "20k", "time": "2min"}'),
        ("BUDGET = {'coins': 3}", "BUDGET has no item 'coins'; there are tokens, usd, calls,"),
        ("BUDGET = {1: 3}", "BUDGET has no item 1;"),
        ("BUDGET = {'tokens': 0}", "BUDGET 'tokens' is written 200000, '20k' or '2M', not 0."),
        ("BUDGET = {'tokens': '20x'}", "not '20x'"),
        ("BUDGET = {'tokens': '1e3'}", "not '1e3'"),
        ("BUDGET = {'tokens': -0x1" + "0" * 5_000 + "}", "not so large a number"),
        ("BUDGET = {'tokens': True}", "not True"),
        ("BUDGET = {'usd': 1e999}", "BUDGET 'usd' is written 0.50 or 20, not inf"),
        ("BUDGET = {'usd': '1k'}", "not '1k'"),
        ("BUDGET = {'time': '400 days'}", "BUDGET 'time' is written 90, '10min' or '2h'"),
        ("BUDGET = {'calls': [1]}", "BUDGET 'calls' is written 40, not [1]"),
        ("CAPABILITIES = 'count_rows'", "CAPABILITIES is a list of names such as"),
        ("CAPABILITIES = [1]", "CAPABILITIES: 1 is no name"),
        ("CAPABILITIES = ['../x']", "CAPABILITIES: '../x' is no name"),
        ("CAPABILITIES = ['a_' + 'b']", "neither an import, a constant nor a function"),
        (f"CAPABILITIES = {['one_name'] * 51}", "CAPABILITIES has 51 names, more than 50"),
        ("TOOLS = 'git/*'", "TOOLS is a list of patterns of SERVER/TOOL such as"),
        ("TOOLS = ['git']", "TOOLS: 'git' is no pattern of SERVER/TOOL, such as 'git/*'"),
        ("TOOLS = ['/x']", "TOOLS: '/x' is no pattern"),
        ("TOOLS = ['git/']", "TOOLS: 'git/' is no pattern"),
        ("TOOLS = ['git/a b']", "write the names of the server and of its tool as they are"),
        ("TOOLS = ['git/\\x9b']", "is no pattern"),
        (f"TOOLS = ['git/{'a' * 300}']", "is no pattern"),
        (f"TOOLS = {['a/b'] * 51}", "TOOLS has 51 patterns, more than 50"),
        ("CAPABILITIES = []", "it imports count_rows of the library, which CAPABILITIES does not"),
    ],
)
def test_what_is_no_right_is_refused_with_the_mend(line: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        _read(line)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "use",
    [
        "    import lathe.capabilities.sum_rows as f\n",
        "    import lathe\n    lathe.capabilities.sum_rows([])\n",
        "    from lathe.capabilities.sum_rows import sum_rows\n",
        "    from lathe.capabilities import (count_rows, sum_rows)\n",
    ],
)
def test_an_agents_own_code_imports_no_more_than_its_list(use: str) -> None:
    with pytest.raises(Refusal, match="it imports sum_rows of the library"):
        facts.read(_AGENT.format("CAPABILITIES = ['count_rows']") + use, "agent", "counter")


def test_saving_an_agent_writes_its_rights_into_its_file(kernel: Kernel) -> None:
    sent: list[dict[str, Any]] = []

    def save(arguments: dict[str, Any], _received: Any) -> Any:
        sent.append(arguments)
        return {"value": {"path": "p", "status": "proposed"}}, []

    kernel.start()
    kernel.handlers["save_agent"] = save
    kernel.ok(
        "lathe.save_agent('counter', 'Count.', None, model='small',\n"
        "  budget={'tokens': '20k', 'time': 90}, capabilities=('count_rows', 'summary_agent'))\n"
        "lathe.save_agent('thinker', 'Think.', None, capabilities=[], tools=['crm/*'])"
    )
    assert (
        'RETURNS = None\nMODEL = "small"\nBUDGET = {"tokens": "20k", "time": 90}\n'
        'CAPABILITIES = ["count_rows", "summary_agent"]\n'
    ) in sent[0]["source"]
    tools = 'TOOLS = ["crm/*"]\n'
    assert sent[1]["source"].endswith("RETURNS = None\nCAPABILITIES = []\n" + tools)
    refused = kernel.run("lathe.save_agent('counter', 'Count.', None, capabilities=[len])")
    assert "`capabilities` is made of numbers and texts" in refused.error["message"]
    assert len(sent) == 2
