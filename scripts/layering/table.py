"""The architecture as data: who may import what, and the exceptions with their reasons.

A new target gets its row here in the change that adds it. Everything that is not listed is refused.
"""

from typing import Final

LIBRARIES: Final = frozenset(
    {
        "LatheVocabulary",
        "LatheWire",
        "LatheSandbox",
        "LatheStore",
        "LatheKernelHost",
        "LatheProviders",
        "LatheLibrary",
        "LatheTools",
        "LatheRecall",
        "LatheEngine",
        "LatheServer",
        "LatheScreens",
        "LatheTelemetry",
    }
)
"""Every Swift library of the project; the table below says who may see which."""

C_MODULES: Final = frozenset(
    {"CCrypto", "CCurl", "CPython", "CPythonLibrary", "CSQLite", "CSandbox"}
)
"""One module per C library: a module map and what Swift cannot spell."""

IMPORTS: Final[dict[str, frozenset[str]]] = {
    "LatheVocabulary": frozenset(),
    "LatheWire": frozenset({"CSandbox"}),
    "LatheSandbox": frozenset({"LatheVocabulary", "CSandbox"}),
    "LatheStore": frozenset({"LatheVocabulary", "CSQLite", "CCrypto"}),
    "LatheKernelHost": frozenset({"LatheVocabulary", "LatheWire", "LatheSandbox", "CSandbox"}),
    "LatheProviders": frozenset({"LatheVocabulary", "CCurl"}),
    "LatheLibrary": frozenset({"LatheVocabulary", "CCrypto"}),
    "LatheTools": frozenset({"LatheVocabulary", "CCrypto"}),
    # Searches as the library does, with its words, vectors and estimate of tokens.
    "LatheRecall": frozenset({"LatheVocabulary", "LatheLibrary"}),
    "LatheEngine": frozenset({"LatheVocabulary"}),
    "LatheServer": frozenset({"LatheVocabulary"}),
    "LatheScreens": frozenset({"LatheVocabulary"}),
    "LatheTelemetry": frozenset({"LatheVocabulary"}),
    "lathe": LIBRARIES | {"CSandbox"},
    "lathe-bench": frozenset(
        {
            "LatheVocabulary",
            "LatheKernelHost",
            "LatheEngine",
            "LatheProviders",
            "LatheStore",
            "LatheLibrary",
            "LatheTools",
            "LatheRecall",
        }
    ),
    "lathe-kernel": frozenset(
        {"CPython", "CSandbox", "LatheWire", "LatheSandbox", "LatheVocabulary"}
    ),
}
"""For each folder of Sources, the modules of this project that it may import."""

SYSTEM: Final = frozenset({"Foundation", "Glibc", "Synchronization", "Observation", "RegexBuilder"})
"""Modules of the toolchain that any target may import unless a line below says otherwise."""

SYSTEM_BY_TARGET: Final[dict[str, frozenset[str]]] = {
    # Forks from one thread: nothing that starts threads, in itself or in what it imports.
    "LatheVocabulary": frozenset({"Glibc", "Synchronization"}),
    "LatheWire": frozenset({"Glibc", "Synchronization"}),
    "LatheSandbox": frozenset({"Glibc", "Synchronization"}),
    "lathe-kernel": frozenset({"Glibc", "Synchronization"}),
    # No I/O and no clock of its own: what the engine needs comes through ports.
    "LatheEngine": frozenset({"Foundation", "Synchronization"}),
    # HTTP belongs to who talks to models, downloads weights or sends telemetry.
    "LatheProviders": SYSTEM,
    "LatheTelemetry": SYSTEM | {"FoundationNetworking"},
    "lathe": SYSTEM | {"Dispatch", "FoundationNetworking"},
    "LatheServer": SYSTEM | {"Dispatch"},
    "LatheScreens": frozenset({"Foundation", "Synchronization"}),
    "LatheKernelHost": SYSTEM | {"Dispatch"},
}
"""What each folder of Sources that differs from `SYSTEM` may import of the toolchain."""

THREADLESS: Final = frozenset({"LatheWire", "lathe-kernel"})
"""Targets without Swift concurrency: its threads do not survive a fork."""

WHOLE_TESTS: Final = frozenset(
    {
        "EndToEndTests",
        "EscapeTests",
        "LatheFuzz",
        "LiveTests",
        "LatheEngineTests",
        "LatheRecallTests",
        "LatheTests",
        "LatheTestSupport",
    }
)
"""Folders of Tests that run the real parts together and may import any library."""

TEST_SUPPORT: Final = frozenset({"LatheTestSupport"})
"""What any test may import beside its own target."""

LONGEST_FILE: Final = 400
"""Lines a source file may have before it needs a reason in `EXCEPTIONS`."""

EXCEPTIONS: Final[dict[tuple[str, str], str]] = {}
"""A rule and a path relative to the root, with the reason why that file may break that rule."""
