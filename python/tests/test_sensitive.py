import json
from pathlib import Path

import pytest

from lathe_library import sensitive

_SAMPLES = json.loads((Path(__file__).parent / "sensitive_samples.json").read_text())


@pytest.mark.parametrize("sample", _SAMPLES, ids=lambda one: one["text"][:30])
def test_the_rule_is_the_one_that_lathe_has_for_what_is_remembered(sample: dict[str, str]) -> None:
    found = sensitive.reason(sample["text"])
    assert found == (f"it holds what looks like {sample['kind']}" if sample["kind"] else "")
