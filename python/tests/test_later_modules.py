import subprocess
import sys
from pathlib import Path

_PYTHON = str(Path(__file__).resolve().parent.parent)

# In a process of its own: this one has imported everything.
_CODE = """
import pickle, sys, types
sys.path.insert(0, sys.argv[1])
from lathe_kernel.later_modules import bind_conventional
names = bind_conventional({})
stand = names["pd"]
assert "pandas" not in sys.modules and isinstance(stand, types.ModuleType)
kept = pickle.dumps([stand])
assert "pandas" not in sys.modules
def late(): return pd.Series([1, 2]).sum()
later = types.FunctionType(late.__code__, names)
assert later() == 3
import pandas
assert pickle.loads(kept) == [pandas]
assert names["pd"] is pandas, "the name has the module itself now"
assert stand.DataFrame is pandas.DataFrame and "Series" in dir(stand)
stand.of_a_test = 1
assert pandas.of_a_test == 1
assert "numpy" in sys.modules and type(names["np"]).__name__ == "LaterModule"
assert names["np"].pi > 3 and names["np"] is sys.modules["numpy"]
print("all held")
"""


def test_a_name_stands_for_its_module_until_something_of_it_is_used() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", _CODE, _PYTHON], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("all held\n", "")
