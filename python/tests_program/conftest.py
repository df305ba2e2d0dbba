import os
from pathlib import Path

import pytest

from tests_program.demo import Demo
from tests_program.pasts import Pasts
from tests_program.program import Lathe


@pytest.fixture
def lathe(tmp_path: Path) -> Lathe:
    """A user who has never used the program."""
    return Lathe.in_folder(tmp_path)


@pytest.fixture(scope="session")
def pasts(tmp_path_factory: pytest.TempPathFactory) -> Pasts:
    return Pasts(tmp_path_factory.mktemp("pasts"))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Both recorded sessions of the demo, run once for all tests that look at them.

    The workers of a run share it: what a test adds has a name of its own.
    """
    folder = tmp_path_factory.getbasetemp()
    return Demo.shared(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)
