"""Names of tools, servers and arguments as Python identifiers, and back."""

import hashlib
import keyword
import re
from collections.abc import Callable, Iterable

_INVALID = re.compile(r"[^A-Za-z0-9_]")
_DIGITS = 6
_SOFT = frozenset({"True", "False", "None"})


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """Return an identifier for each name; different names get different ones.

    A name that is an identifier keeps it, whatever else there is. Of others each character that
    identifiers cannot have becomes `_`; where that is taken, six digits of the name's SHA-256
    follow, so that a name's identifier does not depend on the order of the names.
    """
    return _apart(names, identifier)


def class_names(names: Iterable[str]) -> dict[str, str]:
    """Return the name of a class for each name; different names get different ones."""
    return _apart(names, class_name)


def identifier(name: str) -> str:
    """Return the identifier that a name would have if it were the only one."""
    text = _INVALID.sub("_", name) or "_"
    if text[0].isdigit():
        text = "_" + text
    if text.startswith("__"):
        # What begins so means something to Python where it is an attribute of a module.
        text = "x" + text
    return text + "_" if keyword.iskeyword(text) or text in _SOFT else text


def class_name(*words: str) -> str:
    """Return words as the name of a class: `create-contact`, `address` is CreateContactAddress."""
    parts = [part for word in words for part in re.split(r"[^A-Za-z0-9]+", word) if part]
    text = "".join(part[0].upper() + part[1:] for part in parts) or "Value"
    return "_" + text if text[0].isdigit() else text


def _apart(names: Iterable[str], wished: Callable[[str], str]) -> dict[str, str]:
    distinct = list(dict.fromkeys(names))
    given = {name: name for name in distinct if wished(name) == name}
    rivals: dict[str, list[str]] = {}
    for name in distinct:
        if name not in given:
            rivals.setdefault(wished(name), []).append(name)
    taken = set(given)
    for wish, rival in rivals.items():
        alone = len(rival) == 1 and wish not in taken
        given.update({name: wish if alone else f"{wish}_{_hash(name)}" for name in rival})
    return {name: given[name] for name in distinct}


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
