"""What conveners of a roundtable are told of the data."""

import pandas as pd

from lathe_kernel.roundtable_texts import described


def test_wide_data_are_described_within_bounds_and_the_rest_is_counted() -> None:
    wide = pd.DataFrame({f"{number} {'é' * 60}": [1] for number in range(60)})
    told = described({f"part {number}": wide for number in range(30)})
    shown = told.count("of shape (1, 60)")
    assert len(told.encode()) < 20_000
    assert 1 <= shown < 30
    assert told.endswith(f"… {30 - shown} more")
    assert described({"a": pd.DataFrame({"x": [1.5]})}) == (
        "a dict:\n'a': DataFrame of shape (1, 1), columns: x (float64)"
    )
