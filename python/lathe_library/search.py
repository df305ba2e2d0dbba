"""Finding capabilities by the words of a question."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from lathe_library.folder import Entry

_WORD = re.compile(r"[a-z]+|\d+")
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ers", "er", "ed", "es", "s", "ly")
_STOP = frozenset(
    re.findall(
        "[a-z]+",
        "a an and are as at by do for from how i in is it of on or the to what which with",
    )
)
# Of the terms of BM25: how fast repetition saturates, and how much length counts.
_SATURATION, _LENGTH = 1.2, 0.6
_NAME_WEIGHT, _SUMMARY_WEIGHT = 4, 2


def ranked(entries: Sequence[Entry], query: str, limit: int) -> list[Entry]:
    """Return the entries that share words with the query, best first; the score is BM25's."""
    documents = [_document(entry) for entry in entries]
    wanted = set(_words(query))
    if not documents or not wanted:
        return []
    average = sum(document.total() for document in documents) / len(documents)
    frequencies = Counter(word for document in documents for word in wanted if document[word])
    scored = [
        (sum(_score(d, word, frequencies[word], len(documents), average) for word in wanted), entry)
        for d, entry in zip(documents, entries, strict=True)
    ]
    found = [(score, entry) for score, entry in scored if score > 0]
    found.sort(key=lambda pair: (-pair[0], pair[1]["name"]))
    return [entry for _, entry in found[:limit]]


def _score(document: Counter[str], word: str, frequency: int, count: int, average: float) -> float:
    occurrences = document[word]
    if not occurrences:
        return 0.0
    rarity = math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
    length = 1 - _LENGTH + _LENGTH * document.total() / average
    return rarity * occurrences * (_SATURATION + 1) / (occurrences + _SATURATION * length)


def _document(entry: Entry) -> Counter[str]:
    words: Counter[str] = Counter()
    for text, weight in (
        (entry["name"], _NAME_WEIGHT),
        (entry["summary"], _SUMMARY_WEIGHT),
        (entry["signature"], 1),
        (entry["docstring"], 1),
        (entry["kind"], 1),
    ):
        for word in _words(text):
            words[word] += weight
    return words


def _words(text: str) -> list[str]:
    found = _WORD.findall(text.lower())
    return [_stem(word) for word in found if word not in _STOP]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word.removesuffix("e") if len(word) > 4 else word
