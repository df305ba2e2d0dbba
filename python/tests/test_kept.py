"""Files of slices are found again by what they hold, and kept no longer than they are needed."""

import gc
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernels import Kernel

from lathe_kernel import kept, packages, pages, slices

np = packages.numpy()
pd = packages.pandas()
pa = packages.pyarrow()

_ROWS = 300_000


def _frame() -> Any:
    return pd.DataFrame({"n": np.arange(_ROWS), "s": [f"name {i}" for i in range(_ROWS)]})


def _handed(store: kept.KeptFiles, *values: object) -> list[slices.Slice]:
    store.begin()
    try:
        return [slices.freeze(value, store) for value in values]
    finally:
        store.end()


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


_CHANGES: list[Callable[[Any], object]] = [
    lambda f: f.loc.__setitem__((0, "n"), 5),
    lambda f: f.iloc.__setitem__((_ROWS // 2, 0), -1),
    lambda f: f.iloc.__setitem__((_ROWS - 1, 1), "ZZ"),
    lambda f: f.__setitem__("extra", 1),
    lambda f: f.sort_values("n", ascending=False, inplace=True),
    lambda f: f.rename(columns={"n": "h"}, inplace=True),
    lambda f: f.index.set_names("row", inplace=True),
]


@pytest.mark.parametrize("change", _CHANGES)
def test_what_was_changed_since_is_written_again(change: Callable[[Any], object]) -> None:
    store = kept.KeptFiles()
    frame = _frame()
    _handed(store, frame)
    change(frame)
    (made,) = _handed(store, frame)
    pd.testing.assert_frame_equal(pd.DataFrame(slices.thaw(made.manifest, made.descriptors)), frame)
    before = store.written
    _handed(store, frame)
    assert store.written == before


def test_every_byte_of_an_array_counts() -> None:
    store = kept.KeptFiles()
    array = np.zeros(5 << 20, dtype="uint8")
    _handed(store, array)
    for place in (0, 1, 4095, 4096, 4097, 2 << 20, array.size // 2, array.size - 4097, -1):
        array[place] += 1
        (made,) = _handed(store, array)
        arrived: Any = slices.thaw(made.manifest, made.descriptors)
        assert (arrived == array).all(), place


def test_a_buffer_in_many_slices_is_written_once() -> None:
    store = kept.KeptFiles()
    shared = np.arange(1 << 18)
    made = _handed(store, *({"all": shared, "key": key} for key in range(16)))
    assert store.written < shared.nbytes + 16_000
    assert len({one.descriptors[0] for one in made} | {one.descriptors[1] for one in made}) <= 17
    _handed(store, {"other": shared})
    assert store.written < shared.nbytes + 20_000


def test_a_part_of_what_was_written_gets_a_file_that_holds_nothing_else() -> None:
    store = kept.KeptFiles()
    whole = np.arange(1 << 20)
    (all_of_it,) = _handed(store, whole)
    (part,) = _handed(store, whole[1 << 18 : 1 << 19])
    (again,) = _handed(store, whole)
    assert again.descriptors == all_of_it.descriptors
    assert not set(part.descriptors) & set(all_of_it.descriptors)
    assert all(os.fstat(one).st_blocks * 512 < 5 << 20 for one in part.descriptors)


def test_files_go_with_what_they_hold() -> None:
    store = kept.KeptFiles()
    frame = _frame()
    held = _handed(store, {"frame": frame, "more": [1, 2]})[0].descriptors
    assert all(_is_open(one) for one in held)
    del frame
    gc.collect()
    assert not any(_is_open(one) for one in held)
    text = "x" * (2 << 20)
    held = _handed(store, text)[0].descriptors
    assert all(_is_open(one) for one in held)
    _handed(store, 1)
    assert not any(_is_open(one) for one in held)


def test_what_was_written_before_a_change_is_let_go() -> None:
    store = kept.KeptFiles()
    array = np.zeros(1 << 20)
    first = _handed(store, array)[0].files[0]
    array[7] = 1
    _handed(store, array)
    assert not first.is_open()


def test_the_oldest_files_go_first_where_too_much_is_kept() -> None:
    store = kept.KeptFiles(bound=20 << 20)
    arrays = [np.full(1 << 20, float(i)) for i in range(4)]
    made = [_handed(store, one)[0] for one in arrays]
    large = [max(piece.files, key=lambda file: file.bytes) for piece in made]
    assert [file.is_open() for file in large] == [False, False, True, True]


def test_a_descriptor_that_became_another_file_is_never_used_nor_closed() -> None:
    store = kept.KeptFiles()
    array = np.arange(1 << 18)
    (made,) = _handed(store, array)
    stranger = os.memfd_create("stranger")
    for descriptor in made.descriptors:
        os.dup2(stranger, descriptor)
    (again,) = _handed(store, array)
    os.close(stranger)
    arrived: Any = slices.thaw(again.manifest, again.descriptors)
    assert (arrived == array).all()
    assert all(_is_open(one) for one in made.descriptors)


def test_a_file_of_the_same_number_on_another_device_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = kept.KeptFiles()
    first, second = np.zeros(1 << 18), np.ones(1 << 18)
    file = max(_handed(store, first)[0].files, key=lambda one: one.bytes)
    elsewhere = (file.identity[0] + 1, file.identity[1])

    def behind(_view: memoryview) -> tuple[pages.Identity, int]:
        return elsewhere, file.places[0]

    monkeypatch.setattr(pages, "file_behind", behind)
    (made,) = _handed(store, second)
    arrived: Any = slices.thaw(made.manifest, made.descriptors)
    assert (arrived == 1).all()


_ALONE = """
    import os, sys
    import numpy as np
    from lathe_kernel import kept, pages, slices

    def handed(value):
        store.begin()
        made = slices.freeze(value, store)
        store.end()
        return made

    store = kept.KeptFiles()
    array = np.arange(8_000_000.0)  # 64 MB: larger than what glibc keeps in its heap
    view = memoryview(array).cast("B")
    made = handed(array)
    assert pages.has_one_thread()
    assert pages.file_behind(view), "its memory was not replaced"
    written = store.written
    assert handed(array).descriptors == made.descriptors
    assert store.written == written
    for place in (0, 1, 600, 4_000_000, 7_999_999):
        array[place] = -5.0
        child = np.asarray(slices.thaw(made.manifest, made.descriptors))
        assert child[place] == place, "a change reached what was handed over"
        made = handed(array)
        child = np.asarray(slices.thaw(made.manifest, made.descriptors))
        assert (child == array).all()
    if os.fork() == 0:  # A copy of this process has the same memory, and changes in it stay there.
        array[3] = 99.0
        os._exit(0 if array[3] == 99.0 else 1)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
    assert array[3] == 3.0
    del array, view
    zeros = np.zeros(8_000_000)
    assert not zeros.any()
    print("done")
"""


def test_the_pages_of_a_file_take_the_place_of_an_arrays_own() -> None:
    environment = {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    environment["PYTHONPATH"] = str(Path(kept.__file__).parent.parent)
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_ALONE)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert ran.stdout == "done\n", ran.stderr


def test_pages_are_written_and_mapped_at_any_offset() -> None:
    content = np.random.default_rng(1).integers(0, 255, (9 << 20) + 77, dtype="uint8")
    for offset in (0, 1, 4096, (2 << 20) - 1, (2 << 20) + 4096):
        for length in (0, 1, 5000, 2 << 20, (4 << 20) + 1, content.size):
            descriptor = os.memfd_create("pages", os.MFD_ALLOW_SEALING)
            os.ftruncate(descriptor, offset + length + 1)
            view = memoryview(content)[:length]
            pages.write(descriptor, view, offset)
            mapped = pages.mapped(descriptor)
            assert mapped[offset : offset + length] == view
            assert mapped.nbytes == offset + length + 1
            assert pages.equal(view, descriptor, offset)
            os.close(descriptor)


def test_few_descriptors_are_enough(kernel: Kernel) -> None:
    ran = kernel.ok(
        "import resource; from lathe_kernel import kept, slices\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))\n"
        "store = kept.KeptFiles()\n"
        "arrays = [np.full(1 << 18, float(i)) for i in range(30)]\n"
        "for _ in range(3):\n"
        "    store.begin(); made = slices.freeze(arrays, store); store.end()\n"
        "all((a == b).all() for a, b in zip(arrays, slices.thaw(made.manifest, made.descriptors)))"
    )
    assert ran.text == "True"
