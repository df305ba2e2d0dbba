"""A small table, the code that answers from it, and what a refusal looks like."""

from tests_program.program import Done

SALES = "shop,amount\nnorth,3\nsouth,5\nnorth,4\n"
SUM = 'lathe.answer(f"In all {sales.amount.sum()}.")'


def refused(done: Done, code: int, *words: str) -> None:
    """One line on standard error that holds these words, nothing on standard output."""
    assert (done.code, done.out) == (code, ""), done
    assert done.err.startswith("lathe: ")
    assert done.err.count("\n") == 1, done.err
    for word in words:
        assert word in done.err, done.err
