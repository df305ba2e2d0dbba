import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kernels import Kernel, Template

MakeKernel = Callable[[], Kernel]


@pytest.fixture(scope="session")
def template() -> Iterator[Template]:
    made = Template()
    yield made
    made.close()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    for kind in ("functions", "agents"):
        (folder / kind).mkdir(parents=True)
    return folder


@pytest.fixture
def make_kernel(template: Template, tmp_path: Path) -> Iterator[MakeKernel]:
    made: list[Kernel] = []

    def make() -> Kernel:
        work = tmp_path / f"work-{len(made)}"
        work.mkdir()
        kernel = template.kernel(work)
        made.append(kernel)
        return kernel

    yield make
    for kernel in made:
        kernel.close()


@pytest.fixture
def kernel(make_kernel: MakeKernel) -> Kernel:
    kernel = make_kernel()
    assert kernel.start()["problems"] == []
    return kernel
