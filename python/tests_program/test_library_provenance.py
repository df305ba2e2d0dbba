"""What a saved capability says of where it comes from: its block, the journals, the reviews."""

import subprocess
import tomllib

from tests_program.endpoint import MODEL, Code, ModelServer, Text
from tests_program.program import Lathe, requests

_SAVE = '''
def total_amounts(amounts: list[float]) -> float:
    """Add up amounts.

    >>> total_amounts([1.0, 2.0])
    3.0
    """
    return float(sum(amounts))

total_amounts([1.5, 2.0])
lathe.save_function(total_amounts)
'''
_ENDS = "(stat -c %s {0}; head -c 65536 {0}; tail -c 65536 {0}) | sha256sum"


def _ends(lathe: Lathe, name: str) -> str:
    shell = ["sh", "-c", _ENDS.format(name)]
    done = subprocess.run(shell, cwd=lathe.project, capture_output=True, check=True, text=True)
    return done.stdout.split()[0]


def _block(lathe: Lathe, name: str) -> dict[str, object]:
    text = (lathe.project / f"generated-capabilities/proposed/functions/{name}.py").read_text()
    lines = text.split("# ///\n")[0].splitlines()[1:]
    return tomllib.loads("\n".join(line[2:] for line in lines))["tool"]["lathe"]


def test_a_file_says_which_prompt_and_which_data_its_session_had(lathe: Lathe) -> None:
    lathe.write("small.csv", "a,b\n1,2\n")
    lathe.write("large.csv", "a,b\n" + "1,2\n" * 100_000)
    lathe.write("parts/one.csv", "a\n1\n")
    data = ["--data", "small.csv", "--data", "large=large.csv", "--data", "parts=parts"]
    with ModelServer(Code(_SAVE), Text("done")) as server:
        user = lathe.having(**server.variables)
        done = user.run("ask", "Save it", "-m", MODEL, "-s", "s", "-q", *data)
    assert done.code == 0, done
    block = _block(lathe, "total_amounts")
    listing = subprocess.run(["sha256sum"], input=b"4  one.csv\n", capture_output=True, check=True)
    large = _ends(lathe, "large.csv")
    expected = [
        {"name": "large", "bytes": 400_004, "ends_sha256": large},
        {"name": "parts", "bytes": 4, "ends_sha256": listing.stdout.split()[0].decode()},
        {"name": "small", "bytes": 8, "ends_sha256": _ends(lathe, "small.csv")},
    ]
    assert block["data"] == expected
    # Both journals and the reviews say the same.
    (opened,) = lathe.events("s", "session_opened")
    assert [
        {"name": one["name"], "bytes": one["bytes"], "ends_sha256": one["endsSHA256"]}
        for one in opened.data["data"]
    ] == expected
    (saved,) = lathe.events("s", "capability_saved")
    prompt = saved.data["capability"]["origin"]["promptSHA256"]
    assert block["prompt_sha256"] == prompt
    (shown,) = lathe.run("library", "show", "total_amounts", "--json").json_lines()
    assert shown["origin"] == {"prompt_sha256": prompt, "data": expected}
    (event,) = lathe.run("library", "history", "total_amounts", "--json").json_lines()[0]
    assert event["origin"] == shown["origin"]
    looked = lathe.run("library", "diff", "total_amounts").out
    assert f"data: large (400 kB, ends {large[:12]}), parts (4 B" in looked
    assert f"prompt: {prompt[:12]}" in looked
    # An approval keeps it, and another prompt is another hash.
    assert lathe.run("library", "approve", "total_amounts").code == 0
    ((row,),) = lathe.run("library", "list", "--json").json_lines()
    assert (row["status"], row["origin"]) == ("approved", shown["origin"])
    assert "You are the coordinator" in requests(lathe.events("s", "turn_started"))[0]["system"]


def test_without_a_model_no_prompt_is_named(lathe: Lathe) -> None:
    assert lathe.run("exec", "-s", "t", _SAVE).code == 0
    block = _block(lathe, "total_amounts")
    assert "prompt_sha256" not in block
    assert "data" not in block
    ((row,),) = lathe.run("library", "list", "--json").json_lines()
    assert (row["origin"], row["problems"]) == (None, [])
