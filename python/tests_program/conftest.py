from pathlib import Path

import pytest

from tests_program.demo import Demo
from tests_program.program import Lathe


@pytest.fixture
def lathe(tmp_path: Path) -> Lathe:
    """A user who has never used the program."""
    return Lathe.in_folder(tmp_path)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Both recorded sessions of the demo, run once for all tests that look at them."""
    return Demo.run(Lathe.in_folder(tmp_path_factory.mktemp("demo")))
