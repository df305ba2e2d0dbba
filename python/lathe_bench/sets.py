"""The figures by name, and the sets that `make` knows."""

from lathe_bench import (
    admission_figures,
    call_figures,
    copy_figures,
    crm_figures,
    durable_figures,
    floors,
    kernel_figures,
    library_figures,
    memory_figures,
    orchestration_figures,
    prompt_figure,
    recall_figures,
    slice_figures,
    token_figures,
    told_figures,
    use_figures,
)
from lathe_bench.run import Measurement

_XEUS = ("xpython",)
_GIB = 1 << 30

_PLAIN = (
    Measurement(("prompt_tokens",), prompt_figure.prompt_tokens),
    Measurement(("roundtrip",), kernel_figures.roundtrip),
    Measurement(("cold_start", "cold_start_without_imports"), kernel_figures.cold_start),
    Measurement(("isolated_kernel",), kernel_figures.isolated_kernel),
    Measurement(("isolated_kernels_8_at_once",), kernel_figures.isolated_kernels),
)

_KERNEL = (
    Measurement(floors.NAMES, floors.floors, memory=4 * _GIB),
    Measurement(("roundtrip", "roundtrip_vs_xeus"), kernel_figures.roundtrip, _XEUS),
    Measurement(("roundtrip_plain",), kernel_figures.roundtrip_plain),
    Measurement(
        ("cold_start", "cold_start_without_imports", "cold_start_vs_xeus"),
        kernel_figures.cold_start,
        _XEUS,
    ),
    Measurement(("isolated_kernel", "isolated_kernel_vs_xeus"), kernel_figures.isolated_kernel),
    Measurement(("isolated_kernels_8_at_once",), kernel_figures.isolated_kernels),
    Measurement(("isolated_100",), kernel_figures.isolated_100, memory=8 * _GIB),
    Measurement(("output_100mb", "output_100mb_vs_xeus"), kernel_figures.output, _XEUS),
    Measurement(("flood_latency",), kernel_figures.flood_latency),
    Measurement(
        ("interrupt", "interrupt_vs_xeus", "interrupt_sleep"), kernel_figures.interrupt, _XEUS
    ),
    Measurement(
        (
            "idle_memory",
            "idle_memory_8_kernels",
            "idle_memory_without_imports",
            "idle_memory_vs_xeus",
        ),
        kernel_figures.idle_memory,
        _XEUS,
        memory=2 * _GIB,
    ),
    Measurement(
        slice_figures.names(),
        slice_figures.slices,
        ("ray", "joblib"),
        shared_memory=7 * _GIB,
        memory=14 * _GIB,
    ),
    Measurement(
        ("slice_1gb_16_memory", "slice_1gb_16_memory_frame"), slice_figures.memory, memory=6 * _GIB
    ),
    Measurement(
        copy_figures.NAMES,
        copy_figures.copies,
        ("dill",),
        shared_memory=2 * _GIB,
        memory=6 * _GIB,
    ),
)

_DURABLE = (
    Measurement(durable_figures.NAMES, durable_figures.durable),
    Measurement(durable_figures.RESUMES, durable_figures.resumes),
    Measurement(memory_figures.NAMES, memory_figures.memory, ("dill", "joblib"), memory=6 * _GIB),
)

_LIBRARY = (
    Measurement(library_figures.RECALL, library_figures.recall),
    Measurement(library_figures.NAMES, library_figures.searches),
    Measurement(admission_figures.ADMISSION, admission_figures.admission),
    Measurement(admission_figures.PROMPT, admission_figures.prompts),
    Measurement(use_figures.NAMES, use_figures.calls),
)

_TOOLS = (
    Measurement(token_figures.names(), token_figures.token_figures, memory=2 * _GIB),
    Measurement(told_figures.NAMES, told_figures.told),
    Measurement(crm_figures.NAMES, crm_figures.crm),
    Measurement(call_figures.LATENCY, call_figures.latency),
    Measurement(call_figures.MEMORY, call_figures.memory),
    Measurement(call_figures.LOOP, call_figures.loop),
)
_MEMORY = (
    Measurement(recall_figures.TOLD, recall_figures.told),
    Measurement(recall_figures.NAMES, recall_figures.searches),
)
_ORCHESTRATION = (
    Measurement(orchestration_figures.TURNS, orchestration_figures.turns),
    Measurement(orchestration_figures.HUNDRED, orchestration_figures.hundred),
    Measurement(orchestration_figures.THOUSAND, orchestration_figures.thousand, memory=4 * _GIB),
)

SETS = {
    "bench": _PLAIN,
    "kernel": _KERNEL,
    "durable": _DURABLE,
    "library": _LIBRARY,
    "tools": _TOOLS,
    "memory": _MEMORY,
    "orchestration": _ORCHESTRATION,
}


def names(of: str) -> frozenset[str]:
    """Return the names of all figures of a set."""
    return frozenset(name for measurement in SETS[of] for name in measurement.names)
