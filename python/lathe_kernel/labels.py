"""The forms in which several slices are given, as labels and objects."""

from collections.abc import Iterable, Mapping
from typing import cast

from lathe_kernel.errors import invalid
from lathe_kernel.packages import is_pandas, loaded

_LABEL_CHARACTERS = 60


def labelled(slices: object) -> list[tuple[str, object]]:
    """Return slices as unique labels and objects, in order.

    Accepts a dict, a pandas GroupBy, a list of (label, object) or any list.

    Raises:
        LatheError: what was given is not several slices.
    """
    if is_pandas(slices, "DataFrame", "Series") or isinstance(slices, str | bytes):
        raise invalid(
            f'a {type(slices).__name__} is one slice; give several: `df.groupby("column")`, '
            "a dict label → object, or a list. For one slice use `lathe.delegate`."
        )
    if isinstance(slices, Mapping):
        pairs: list[tuple[object, object]] = list(cast("Mapping[object, object]", slices).items())
    elif isinstance(slices, Iterable):
        members = list(cast("Iterable[object]", slices))
        pairs = _pairs(members, grouped=_is_group_by(cast("object", slices)))
    else:
        raise invalid(f"{slices!r:.80} cannot be split into slices; give a dict or a list.")
    return _unique([(_label(label), value) for label, value in pairs])


def _pairs(members: list[object], *, grouped: bool) -> list[tuple[object, object]]:
    if grouped or (members and all(_is_pair(member) for member in members)):
        return [cast("tuple[object, object]", member) for member in members]
    return [
        (member if isinstance(member, str) and len(member) <= _LABEL_CHARACTERS else place, member)
        for place, member in enumerate(members, 1)
    ]


def _is_pair(member: object) -> bool:
    if not isinstance(member, tuple) or len(cast("tuple[object, ...]", member)) != 2:
        return False
    return isinstance(cast("tuple[object, object]", member)[0], str | int)


def _is_group_by(value: object) -> bool:
    module = loaded("pandas")
    if module is None:
        return False
    typing = module.api.typing
    return isinstance(value, typing.DataFrameGroupBy | typing.SeriesGroupBy)


def _label(label: object) -> str:
    if isinstance(label, tuple):
        return ", ".join(str(part) for part in cast("tuple[object, ...]", label))
    return str(label)


def _unique(pairs: list[tuple[str, object]]) -> list[tuple[str, object]]:
    used: set[str] = set()
    result: list[tuple[str, object]] = []
    for label, value in pairs:
        short = " ".join(label.split())[:_LABEL_CHARACTERS] or "slice"
        candidate, count = short, 1
        while candidate in used:
            count += 1
            candidate = f"{short} ({count})"
        used.add(candidate)
        result.append((candidate, value))
    return result
