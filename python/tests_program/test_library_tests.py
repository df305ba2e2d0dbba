"""`lathe library test`: what lies in the library is run again, outside of a session."""

from tests_program.program import Lathe

_SAVE = '''
def total_shop(amounts: list[float]) -> float:
    """Add up what a shop sold.

    >>> total_shop([1.0, 2.0])
    3.0
    """
    return float(sum(amounts)) * 1.0

earned = total_shop([1.5, 2.0])
lathe.save_function(total_shop)
'''


def test_tests_are_run_again_and_a_file_that_was_changed_fails_them(lathe: Lathe) -> None:
    empty = lathe.run("library", "test")
    assert (empty.code, empty.err) == (0, "")
    assert lathe.run("exec", "-s", "s", _SAVE).code == 0
    done = lathe.run("library", "test", "total_shop", "--mutation", "--json")
    assert (done.code, done.err) == (0, "")
    ((row,),) = done.json_lines()
    assert (row["passed"], row["tests"]["passed"], row["tests"]["recorded"]) == (True, 1, 1)
    assert row["mutation"]["mutants"] == 3
    assert row["mutation"]["noticed"] >= 2
    file = lathe.project / "generated-capabilities/proposed/functions/total_shop.py"
    file.write_text(file.read_text().replace("* 1.0", "* 2.0"))
    failed = lathe.run("library", "test")
    assert failed.code == 1
    assert "`test_recorded_1` fails" in failed.out
    assert "its docstring's example fails" in failed.out
    assert "0 capabilities passed, 1 failed" in failed.out
    missing = lathe.run("library", "test", "nothing_here")
    assert (missing.code, missing.out) == (1, "")
    assert "nothing_here" in missing.err
