"""The tests of a capability: calls that its session made, and what its author wrote, for pytest."""

import datetime
import inspect
import io
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lathe_kernel import literals, samples, sources
from lathe_kernel.errors import invalid
from lathe_kernel.later_modules import bind_conventional
from lathe_kernel.recording import Call, Recorded
from lathe_kernel.samples import Sample
from lathe_library import lint

_MAXIMUM_RECORDED = 5
_MAXIMUM_CELLS = 50
_PREFIX = "test_recorded_"
_KNOWN: dict[str, Any] = bind_conventional({"datetime": datetime})
_NESTED = """
def _assert_same(got, expected):
    if isinstance(expected, dict):
        assert got.keys() == expected.keys()
        for key, value in expected.items():
            _assert_same(got[key], value)
    elif isinstance(expected, list | tuple):
        assert len(got) == len(expected)
        for one, value in zip(got, expected, strict=True):
            _assert_same(one, value)
    elif isinstance(expected, float):
        assert got == pytest.approx(expected, nan_ok=True)
    else:
        assert got == expected
"""

_FITS = """
def _assert_fits(value, schema):
    if schema is None:
        assert isinstance(value, str)
        return
    if "enum" in schema:
        assert value in schema["enum"]
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": int | float,
        "boolean": bool,
        "null": type(None),
    }
    wanted = schema.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    assert not wanted or any(isinstance(value, kinds.get(one, object)) for one in wanted)
    if isinstance(value, dict):
        assert set(schema.get("required", [])) <= value.keys()
        for key, part in schema.get("properties", {}).items():
            if key in value:
                _assert_fits(value[key], part)
    if isinstance(value, list) and "items" in schema:
        for one in value:
            _assert_fits(one, schema["items"])
"""


@dataclass
class Evidence:
    """The tests of one capability, the files that they read, and what was left out of them."""

    tests: str = ""
    fixtures: dict[str, bytes] = field(default_factory=dict[str, bytes])
    cells: list[int] = field(default_factory=list[int])
    left_out: list[str] = field(default_factory=list[str])
    # Of an agent: what lathe is told of the subtasks in which the session ran it.
    runs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def of_function(
    f: Callable[..., Any],
    recorded: Recorded,
    written: Sequence[str],
    imports: Sequence[str],
) -> Evidence:
    """Return the tests of a function: recorded calls, then the texts of those `written` for it."""
    plain = inspect.unwrap(f)
    if not isinstance(plain, types.FunctionType):
        raise invalid("tests are made for a function that a cell defined.")
    evidence = Evidence()
    evidence.left_out = [
        f"{count} call{'s' if count > 1 else ''}: {reason}"
        for reason, count in recorded.left_out.items()
    ]
    made: list[str] = []
    for call in _chosen(recorded, evidence):
        text = _recorded_test(plain, call, len(made) + 1, evidence)
        if text:
            made.append(text)
            evidence.cells.append(call.cell)
    if made or written:
        evidence.tests = _module(plain.__name__, made, written, imports)
    own = plain.__code__.co_filename.removeprefix("cell ")
    cells = {*evidence.cells, *([int(own)] if own.isdecimal() else [])}
    evidence.cells = sorted(one for one in cells if one > 0)[:_MAXIMUM_CELLS]
    return evidence


def _chosen(recorded: Recorded, evidence: Evidence) -> list[Call]:
    """Return calls that differ most in what they gave, whole ones and short ones first."""
    ordered = sorted(recorded.calls, key=lambda one: (one.is_cut, _length(one)))
    seen: set[str] = set()
    first = [one for one in ordered if not (_shown(one) in seen or seen.add(_shown(one)))]
    rest = [one for one in ordered if one not in first]
    chosen = (first + rest)[:_MAXIMUM_RECORDED]
    if left := len(recorded.calls) - len(chosen):
        evidence.left_out.append(f"{left} more calls: {_MAXIMUM_RECORDED} are kept as examples")
    if recorded.seen > len(recorded.calls) + sum(recorded.left_out.values()) + left:
        unlike = recorded.seen - len(recorded.calls) - sum(recorded.left_out.values())
        evidence.left_out.append(f"{unlike} calls: like others, or made after many")
    return chosen


def _shown(call: Call) -> str:
    return call.result.text if call.result is not None else f"cut {_length(call)}"


def _length(call: Call) -> int:
    return sum(len(one.text) + len(one.file) for one in call.samples())


def _recorded_test(f: types.FunctionType, call: Call, number: int, evidence: Evidence) -> str:
    """Return one test; empty where the result of a part of the data could not be computed."""
    result = call.result
    if result is None:
        try:
            result = _again(f, call)
        except samples.NotKept as reason:
            evidence.left_out.append(f"a call in cell {call.cell}: {reason}")
            return ""
        except Exception as error:
            evidence.left_out.append(
                f"a call in cell {call.cell}: of some rows of its data alone, it raises "
                f"{type(error).__name__}"
            )
            return ""
    names = list(inspect.signature(f).parameters)
    given = [
        _given(one, names[place] if place < len(names) else f"given{place}", number, evidence)
        for place, one in enumerate(call.arguments)
    ]
    given += [f"{name}={_given(one, name, number, evidence)}" for name, one in call.named]
    told = f'    """As called in cell {call.cell}."""'
    if call.is_cut:
        told = f'    """As called in cell {call.cell}, with some rows of its data."""'
    expected = _given(result, "expected", number, evidence)
    lines = [f"    got = {f.__name__}({', '.join(given)})", *_comparison(result, expected)]
    return "\n".join([f"def {_PREFIX}{number}():", told, *lines])


def _again(f: types.FunctionType, call: Call) -> Sample:
    """Return the result for arguments of which only a part is kept."""
    if "lathe" in f.__code__.co_names:
        raise samples.NotKept("it makes host calls, which are not made again for a test")
    arguments = [_value(one) for one in call.arguments]
    result = samples.sample(f(*arguments, **{name: _value(one) for name, one in call.named}))
    if result.is_cut:
        raise samples.NotKept("its result is too large to compare whole")
    return result


def _value(one: Sample) -> Any:
    """Return what a sample makes; its text is this kernel's own."""
    if one.file:
        read = _KNOWN["pd"].read_csv if one.suffix == ".csv" else _KNOWN["pd"].read_parquet
        return read(io.BytesIO(one.file))
    return eval(one.text, dict(_KNOWN))


def _given(one: Sample, name: str, number: int, evidence: Evidence) -> str:
    if not one.file:
        return one.text
    file = next((known for known, data in evidence.fixtures.items() if data == one.file), None)
    if file is None:
        file = f"recorded_{number}_{name}{one.suffix}"
        evidence.fixtures[file] = one.file
    return f'{one.text}(_FIXTURES / "{file}")'


def _comparison(result: Sample, expected: str) -> list[str]:
    match result.kind:
        case "number":
            return [f"    assert got == pytest.approx({expected}, nan_ok=True)"]
        case "nested":
            return [f"    _assert_same(got, {expected})"]
        case "frame":
            return [f"    pd.testing.assert_frame_equal(got, {expected})"]
        case "series":
            return [f"    pd.testing.assert_series_equal(got, {expected})"]
        case "array":
            return [f"    np.testing.assert_allclose(got, {expected})"]
        case _:
            if expected in ("None", "True", "False"):
                return [f"    assert got is {expected}"]
            return [f"    assert got == {expected}"]


def _module(
    name: str,
    made: list[str],
    written: Sequence[str],
    imports: Sequence[str],
    *,
    of_agent: bool = False,
) -> str:
    body = "\n\n\n".join([*made, *(one.strip("\n") for one in written)])
    helper = _NESTED.strip("\n") if "_assert_same(" in body else ""
    whole = f"{helper}\n\n\n{body}" if helper else body
    # What is not used is taken out again when the text is tidied.
    heads = [
        "import datetime",
        "from pathlib import Path",
        "import numpy as np",
        "import pandas as pd",
        "import pytest",
        *imports,
        *([] if of_agent else [f"from {name} import {name}"]),
    ]
    fixtures = ""
    if "_FIXTURES" in whole:
        fixtures = f'\n\n_FIXTURES = Path(__file__).parent / "fixtures" / {literals.literal(name)}'
    docstring = f'"""Tests of {name}: calls that a session made, and what was written for it."""'
    text = f"{docstring}\n\n" + "\n".join(dict.fromkeys(heads)) + f"{fixtures}\n\n\n{whole}\n"
    return lint.tidied(text)


def written_source(test: Any) -> sources.FunctionSource:
    """Return the source of a test that a cell defined.

    Raises:
        LatheError: it is no such function, or its name is one of the recorded ones.
    """
    source = sources.function_source(test)
    if not source.name.startswith("test_") or source.name.startswith(_PREFIX):
        raise invalid(f"a test is a function `test_…` of a cell, not `{source.name}`.")
    return source


def of_agent(
    name: str, examples: Sequence[tuple[Any, Any]], *, has_prepare: bool, has_check: bool
) -> Evidence:
    """Return the tests of an agent: what is expected fits `RETURNS` and passes its hooks.

    Raises:
        LatheError: an example is too large, cannot be written down, or holds what looks secret.
    """
    evidence = Evidence()
    made = [
        _example(number, given, expected, evidence, has_prepare, has_check)
        for number, (given, expected) in enumerate(examples, 1)
    ]
    if made:
        hooks = [hook for hook, there in (("check", has_check), ("prepare", has_prepare)) if there]
        imports = [f"from {name} import {', '.join(['RETURNS', *hooks])}"]
        evidence.tests = _module(name, [_FITS.strip("\n"), *made], [], imports, of_agent=True)
    return evidence


def _example(
    number: int, given: Any, expected: Any, evidence: Evidence, has_prepare: bool, has_check: bool
) -> str:
    try:
        data, result = samples.sample(given), samples.sample(expected)
        if data.is_cut or result.is_cut:
            raise samples.NotKept("a table has more rows than a test keeps; give a smaller one")
    except samples.NotKept as reason:
        raise invalid(f"example {number} cannot be kept: {reason}.") from None
    lines = [f"def test_example_{number}():", f"    expected = {result.text}"]
    if has_prepare:
        lines += [f"    data = {_given(data, 'data', number, evidence)}", "    prepare(data)"]
    lines.append("    _assert_fits(expected, RETURNS)")
    if has_check:
        lines.append("    assert check(expected) in (None, True)")
    return "\n".join(lines)
