"""Files that were cut, damaged, could not be written, or say another time."""

import random
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from lathe_faults import script
from lathe_faults.disturbed import Disturbed
from tests_program.endpoint import MODEL
from tests_program.program import Done, Lathe

_PAGE = 4096
_FRAME = 24 + _PAGE
_HEADER = 32
_YEARS = 10 * 365 * 86_400
# How a refusal names damage: anything else that goes wrong is no such refusal.
_NAMED = (
    "is empty: no lathe has finished making this session",
    "has no unfinished task",
    "is damaged",
    "cannot be read",
    "is not a journal",
    "malformed",
    "not a database",
    "Read-only file system",
    "cannot be written",
    "No space left",
    "disk is full",
)
_Damage = int | tuple[int, bytes]


@dataclass(frozen=True)
class Case:
    """One damage and what came of it."""

    name: str
    # "whole" where the task went on to its answer, "refused" where the damage was named, "skipped"
    # with the reason.
    outcome: str
    problem: str = ""
    note: str = ""

    @property
    def line(self) -> dict[str, str]:
        """The case as JSON says it."""
        told = {"case": self.name, "outcome": self.outcome, "problem": self.problem}
        return {**told, "note": self.note} if self.note else told


def cases(folder: Path, seed: int) -> Iterator[Case]:
    """Try every kind of damage to the files of a session that was killed in the middle."""
    killed = _killed_session(folder / "killed")
    log = killed.session("s") / "journal.sqlite-wal"
    journal = killed.session("s") / "journal.sqlite"
    for name, damage in [*_cuts(log.stat().st_size, seed), *_scratches(log.stat().st_size, seed)]:
        yield _damaged(killed, folder / "damaged", f"log: {name}", log.name, damage)
    folded = _folded(_copied(killed, folder / "folded"))
    for name, damage in _journal_damage(journal.stat().st_size, seed):
        yield _damaged(
            killed, folder / "damaged", f"journal beside its log: {name}", journal.name, damage
        )
    size = (folded.session("s") / journal.name).stat().st_size
    for name, damage in _journal_damage(size, seed):
        yield _damaged(folded, folder / "damaged", f"journal alone: {name}", journal.name, damage)
    for name, seconds in [("set back", -_YEARS), ("set ahead", _YEARS)]:
        yield _clock(killed, folder / "clock", name, seconds)
    yield _full_disk(folder / "full")
    yield _read_only(killed, folder / "read-only")


# --- A session to damage --------------------------------------------------------------------------


def _killed_session(folder: Path) -> Lathe:
    """Make a session whose lathe was killed while its subtasks ran; its log is there."""
    run = Disturbed(folder)
    run.kill_at("subtask_started", 2)
    return run.lathe


def _folded(user: Lathe) -> Lathe:
    """Move the log into the journal, as SQLite does from time to time."""
    with closing(sqlite3.connect(user.session("s") / "journal.sqlite")) as journal:
        journal.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return user


def _copied(killed: Lathe, folder: Path) -> Lathe:
    shutil.rmtree(folder, ignore_errors=True)
    # With owners: kernels run as another user.
    subprocess.run(["cp", "-a", str(killed.project.parent), str(folder)], check=True)
    return replace(killed, home=folder / "home", project=folder / "project")


# --- Damage: a file's bytes before and after ------------------------------------------------------


def _cuts(size: int, seed: int) -> Iterator[tuple[str, _Damage]]:
    """Yield prefixes of the log: a length for each place where one may be cut."""
    chance = random.Random(seed)
    frames = max((size - _HEADER) // _FRAME, 1)
    some = chance.randrange(frames)
    begin = _HEADER + some * _FRAME
    yield "empty", 0
    yield "within its header", 16
    yield "its header alone", _HEADER
    yield f"within the header of frame {some}", begin + 12
    yield f"the header of frame {some} alone", begin + 24
    yield f"within the page of frame {some}", begin + 24 + chance.randrange(1, _PAGE)
    yield f"after frame {some}", begin + _FRAME
    yield "before the last byte", size - 1
    for _ in range(4):
        length = chance.randrange(size)
        yield f"after {length} bytes", length


def _scratches(size: int, seed: int) -> Iterator[tuple[str, _Damage]]:
    chance = random.Random(seed + 1)
    yield "a magic number that is none", (0, b"\0\0\0\0")
    for _ in range(4):
        offset = chance.randrange(size - 64)
        yield f"64 bytes at {offset} overwritten", (offset, chance.randbytes(64))
    yield "a torn last page", (size - 512, bytes(512))


def _journal_damage(size: int, seed: int) -> Iterator[tuple[str, _Damage]]:
    chance = random.Random(seed + 2)
    yield "empty", 0
    yield "within its header", 50
    yield "within its first page", 1000
    for _ in range(3):
        length = chance.randrange(size)
        yield f"after {length} bytes", length
    yield "a header that is none", (0, b"not a database, ")
    for _ in range(3):
        offset = chance.randrange(100, max(size - 64, 101))
        yield f"64 bytes at {offset} overwritten", (offset, chance.randbytes(64))


def _damaged(killed: Lathe, folder: Path, name: str, file: str, damage: _Damage) -> Case:
    user = _copied(killed, folder)
    path = user.session("s") / file
    with path.open("r+b") as opened:
        match damage:
            case int():
                opened.truncate(damage)
            case (offset, content):
                opened.seek(offset)
                opened.write(content)
    return _gone_on(name, user)


def _gone_on(name: str, user: Lathe) -> Case:
    """Go on with what is left: to the answer, or to a refusal that names what is wrong."""
    with script.TaskServer() as server:
        user = user.having(**server.variables)
        try:
            done = user.run("resume", "s", "-q", "--repeat-unknown")
        except AssertionError as error:
            return Case(name, "failed", str(error))
        if done.code == 0 and done.out.rstrip("\n") == script.ANSWER:
            checked = user.run("sessions", "check", "s")
            if checked.code == 0 or name.startswith("journal alone: 64 bytes"):
                # What nothing needed to go on may be damaged, and is named then.
                return Case(
                    name, "whole", note=checked.out.splitlines()[-1] if checked.code else ""
                )
            return Case(name, "whole", f"it is said not to be whole: {checked.out}")
        listed = user.run("sessions", "list")
    if _is_refusal(done) and listed.code == 0:
        return Case(name, "refused", note=done.err.splitlines()[-1].removeprefix("lathe: ")[:200])
    return Case(
        name, "failed", f"ended with {done.code}: {done.out!r} {done.err!r}; {listed.err!r}"
    )


def _is_refusal(done: Done) -> bool:
    last = (done.err.splitlines() or [""])[-1]
    named = any(word in last for word in _NAMED)
    return done.code in (1, 3) and done.out == "" and last.startswith("lathe: ") and named


# --- Clocks ---------------------------------------------------------------------------------------


def _clock(killed: Lathe, folder: Path, name: str, seconds: int) -> Case:
    """The clock was changed between two program runs: events lie in the past or the future."""
    user = _copied(killed, folder)
    with closing(sqlite3.connect(user.session("s") / "journal.sqlite")) as journal:
        triggers = journal.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'event'"
        ).fetchall()
        for trigger, _ in triggers:
            journal.execute(f"DROP TRIGGER {trigger}")
        journal.execute("UPDATE event SET time = time + ?", (-seconds,))
        for _, sql in triggers:
            journal.execute(sql)
        journal.commit()
    case = _gone_on(f"clock {name} by ten years", user)
    if case.outcome == "whole":
        seconds_told = user.outcome("s")["seconds"]
        if not 0 <= seconds_told < 3600:
            return replace(case, problem=f"the task is said to have taken {seconds_told} s")
    return case


# --- Disks ----------------------------------------------------------------------------------------


def _mounting(command: str, user: Lathe) -> Lathe:
    """Give the same user, whose program starts in a mount namespace after this command."""
    shell = f'{command} && exec "$@"'
    return replace(user, starter=("unshare", "--mount", "/bin/sh", "-c", shell, "sh"))


def _cannot_mount() -> str:
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if tried.returncode == 0 else f"mounting is not permitted: {tried.stderr.strip()}"


def _full_disk(folder: Path) -> Case:
    """The disk of the sessions is full in the middle of a task."""
    name = "disk full"
    if obstacle := _cannot_mount():
        return Case(name, "skipped", note=obstacle)
    user = Lathe.in_folder(folder)
    user.write("sales.csv", script.DATA)
    sessions = user.project / ".lathe"
    sessions.mkdir()
    # The tmpfs ends with its mount namespace: what is on it is looked at in the same one.
    kept = folder / "kept"
    command = f"mount -t tmpfs -o size=1150k none '{sessions}'"
    copy = f"mkdir -p '{kept}' && cp -a '{sessions}/.' '{kept}/'"
    run = replace(
        user,
        starter=(
            "unshare",
            "--mount",
            "/bin/sh",
            "-c",
            f'{command} && "$@"; code=$?; {copy}; exit $code',
            "sh",
        ),
    )
    with script.TaskServer() as server:
        done = run.having(**server.variables).run(
            "ask", script.TASK, "-m", MODEL, "-d", "sales.csv", "-s", "s", "-q"
        )
    if done.code == 0:
        return Case(name, "failed", "the disk was large enough: nothing was tried")
    if "lathe: " not in done.err or done.code < 0:
        return Case(name, "failed", f"ended with {done.code}: {done.err!r}")
    said = done.err.splitlines()[-1][:200]
    shutil.rmtree(sessions)
    subprocess.run(["cp", "-a", str(kept), str(sessions)], check=True)
    if not (sessions / "sessions" / "s").exists():
        return Case(name, "refused", note=said)
    listed = user.run("sessions", "check", "s")
    if listed.code != 0:
        return Case(name, "refused", note=f"{said}; nothing of the session was kept")
    with script.TaskServer() as server:
        again = user.having(**server.variables)
        state = again.run("resume", "s", "-q", "--repeat-unknown")
        if state.code == 0 and state.out.rstrip("\n") == script.ANSWER:
            return Case(name, "whole", note=said)
        if "no unfinished task" in state.err:
            return Case(name, "refused", note=said)
    return Case(name, "failed", f"with room again it ends with {state.code}: {state.err!r}")


def _read_only(killed: Lathe, folder: Path) -> Case:
    """The folder of the sessions cannot be written."""
    name = "read-only folder"
    if obstacle := _cannot_mount():
        return Case(name, "skipped", note=obstacle)
    user = _copied(killed, folder)
    sessions = user.project / ".lathe"
    bound = _mounting(
        f"mount --bind '{sessions}' '{sessions}' && mount -o remount,bind,ro '{sessions}'", user
    )
    with script.TaskServer() as server:
        done = bound.having(**server.variables).run("resume", "s", "-q")
    if not _is_refusal(done):
        return Case(name, "failed", f"ended with {done.code}: {done.out!r} {done.err!r}")
    whole = _gone_on(name, user)
    return replace(whole, note=done.err.splitlines()[-1][:200])
