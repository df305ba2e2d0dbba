import json
import os
import signal
import time

import wire
from conftest import MakeKernel
from kernels import Kernel, Template


def test_names_survive_from_cell_to_cell(kernel: Kernel) -> None:
    kernel.ok("x = 20\ndef double(n): return 2 * n")
    ran = kernel.ok("double(x) + 2")
    shown = {"type": "int", "text": "42", "name": "_2", "characters": 2, "number": 42.0}
    assert ran.payload["result"] == shown
    assert ran.payload["error"] is None
    assert kernel.ok("_2, _, Out[2]").text == "(42, 42, 42)"


def test_a_result_is_kept_under_the_number_that_lathe_gave_the_cell(kernel: Kernel) -> None:
    kernel.cell = 40
    assert kernel.ok("'forty-one'").payload["result"]["name"] == "_41"
    assert kernel.ok("_41").text == "'forty-one'"


def test_a_semicolon_and_none_show_no_result(kernel: Kernel) -> None:
    assert kernel.ok("5;").payload["result"] is None
    assert kernel.ok("None").payload["result"] is None
    assert kernel.ok("").payload["result"] is None


def test_a_long_result_is_bounded_and_says_how_long_it_is(kernel: Kernel) -> None:
    result = kernel.ok("'x' * 1_000_000").payload["result"]
    assert len(result["text"]) == 200_000
    assert result["characters"] == 1_000_002
    assert kernel.ok("len(_1)").text == "1000000"


def test_an_error_has_its_whole_traceback_without_frames_of_ours(kernel: Kernel) -> None:
    kernel.ok("def inner(row):\n    return row['x']")
    ran = kernel.run("def outer():\n    return inner({})\nouter()")
    assert ran.payload["status"] == "error"
    assert ran.error["type"] == "KeyError"
    assert ran.error["message"] == "'x'"
    assert ran.error["traceback"].splitlines() == [
        "Traceback (most recent call last):",
        '  File "cell 2", line 3, in <module>',
        "    outer()",
        '  File "cell 2", line 2, in outer',
        "    return inner({})",
        "           ^^^^^^^^^",
        '  File "cell 1", line 2, in inner',
        "    return row['x']",
        "           ~~~^^^^^",
        "KeyError: 'x'",
    ]
    assert (ran.stdout, ran.stderr) == ("", "")


def test_causes_and_frames_of_packages_stay_in_a_traceback(kernel: Kernel) -> None:
    ran = kernel.run(
        "import json\ntry:\n    json.loads('{')\nexcept ValueError as e:\n"
        "    raise RuntimeError('no') from e"
    )
    trace = ran.error["traceback"]
    assert "json/decoder.py" in trace
    assert "direct cause" in trace
    assert trace.endswith("RuntimeError: no")


def test_a_syntax_error_points_at_its_line(kernel: Kernel) -> None:
    ran = kernel.run("x = 1\nif x\n    pass")
    assert ran.error["type"] == "SyntaxError"
    assert 'File "cell 1", line 2' in ran.error["traceback"]
    assert kernel.run("  x = 1\n y = 2").error["type"] == "IndentationError"


def test_an_exception_whose_text_fails_is_still_reported(kernel: Kernel) -> None:
    ran = kernel.run("class Bad(Exception):\n    def __str__(self): raise ValueError\nraise Bad")
    assert ran.error["type"] == "Bad"
    assert "ValueError" in ran.error["message"]
    assert kernel.ok("1").text == "1"


def test_a_failing_repr_is_told_on_standard_error(kernel: Kernel) -> None:
    ran = kernel.run("class Bad:\n    def __repr__(self): raise ValueError('bad repr')\nBad()")
    assert "ValueError: bad repr" in ran.stderr + str(ran.payload["error"])
    assert kernel.ok("1").text == "1"


def test_await_works_at_the_top_level(kernel: Kernel) -> None:
    ran = kernel.ok(
        "import asyncio\nawait asyncio.gather(asyncio.sleep(0.01, 'a'), asyncio.sleep(0, 'b'))"
    )
    assert ran.text == "['a', 'b']"


def test_sys_exit_ends_the_cell_and_not_the_kernel(kernel: Kernel) -> None:
    assert kernel.run("import sys\nsys.exit()").payload["status"] == "ok"
    ran = kernel.run("sys.exit(3)")
    assert (ran.payload["status"], ran.error["type"], ran.error["message"]) == (
        "error",
        "SystemExit",
        "3",
    )
    assert ran.stderr == ""
    for code in ("exit()", "quit()", "exit"):
        ran = kernel.run(f"{code}\nprint('not reached')" if code != "exit" else code)
        assert (ran.payload["status"], ran.stdout) == ("ok", "")
    assert kernel.ok("1").text == "1"


def test_an_interrupt_stops_a_loop_and_a_sleep(kernel: Kernel) -> None:
    for code in (
        "while True: pass",
        "import time; time.sleep(300)",
        "import asyncio\nawait asyncio.sleep(300)",
    ):
        ran = kernel.run(code, interrupt_after=0.2)
        assert ran.payload["status"] == "interrupted"
        assert ran.error["type"] == "KeyboardInterrupt"
        assert "lathe_kernel" not in ran.error["traceback"]
    assert kernel.ok("6 * 7").text == "42"


def test_an_idle_kernel_ignores_an_interrupt(kernel: Kernel) -> None:
    os.kill(kernel.pid, signal.SIGINT)
    time.sleep(0.1)
    assert kernel.ok("1").text == "1"


def test_an_interrupted_host_call_leaves_the_channel_in_order(kernel: Kernel) -> None:
    kernel.handlers["ask_model"] = lambda _arguments, _received: ({"never": True}, [])
    ran = kernel.run("lathe.ask_model('hello')", interrupt_after=0.3)
    assert ran.payload["status"] == "interrupted"
    # The late reply comes first; the next call has to get its own.
    wire.send(kernel.channel, 18, 1, json.dumps({"value": "late"}).encode(), [])
    kernel.handlers["ask_model"] = lambda _arguments, _received: ({"value": {"value": "now"}}, [])
    assert kernel.ok("lathe.ask_model('again')").text == "'now'"


def test_kernels_do_not_share_names_or_random_numbers(make_kernel: MakeKernel) -> None:
    one, other = make_kernel(), make_kernel()
    one.start()
    other.start()
    one.ok("secret = 1")
    assert other.run("secret").error["type"] == "NameError"
    code = "import random, numpy\n(random.random(), float(numpy.random.random()))"
    assert one.ok(code).text != other.ok(code).text


def test_a_process_that_the_user_forks_cannot_speak_to_lathe(kernel: Kernel) -> None:
    ran = kernel.ok(
        "import os\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try:\n"
        "        lathe.ask_model('hi')\n"
        "    except lathe.LatheError as error:\n"
        "        print(error.code)\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)[1]"
    )
    assert (ran.text, ran.stdout, ran.calls) == ("0", "not_allowed\n", [])


def test_the_state_can_be_asked_for_between_cells(kernel: Kernel) -> None:
    kernel.ok("numbers = [1, 2, 3]")
    (item,) = kernel.inspect()["variables"]["items"]
    assert (item["name"], item["type"], item["shape"]) == ("numbers", "list", [3])


def test_history_and_output_leave_no_second_copy(kernel: Kernel) -> None:
    kernel.ok("print('x' * 5_000_000)")
    assert kernel.ok("len(get_ipython().history_manager.outputs)").text == "0"


def test_main_is_the_namespace_of_the_cells(kernel: Kernel) -> None:
    kernel.ok("x = 5\nimport __main__")
    assert kernel.ok("__main__.x").text == "5"


def test_the_template_has_one_thread(template: Template) -> None:
    assert len(os.listdir(f"/proc/{template.process.pid}/task")) == 1  # noqa: PTH208


def test_shell_commands_print_to_the_cell(kernel: Kernel) -> None:
    assert kernel.ok("print('a')\n!echo b\nprint('c')").stdout == "a\nb\nc\n"


def test_an_error_that_is_falsy_is_an_error(kernel: Kernel) -> None:
    ran = kernel.run("class Empty(Exception):\n    def __len__(self): return 0\nraise Empty")
    assert (ran.payload["status"], ran.error["type"]) == ("error", "Empty")


def test_the_template_lists_its_packages(template: Template) -> None:
    assert {"ipython", "numpy", "pandas", "pyarrow", "matplotlib"} <= set(
        template.ready["packages"]
    )
