"""What `display` and a cell's last expression show: text to the output, the rest as artifacts."""

import base64
import binascii
import builtins
import contextlib
import math
import numbers
from typing import Any, cast

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import PlainTextFormatter

from lathe_kernel import figures
from lathe_kernel.artifacts import Artifacts
from lathe_kernel.packages import is_numpy, is_pandas
from lathe_kernel.protocol import MAXIMUM_RESULT_CHARACTERS, CellResult

# The best form first: an object is kept once, not once for each form it has.
_RICH = ("image/png", "image/svg+xml", "image/jpeg", "application/pdf", "text/html")
_TEXT = ("text/plain",)
_UNDERS = ("_", "__", "___")
# Types whose printers write `repr`, as long as nobody has put another in their place.
_STOCK: Any = PlainTextFormatter()
_AS_REPR: dict[type, object] = {kind: _STOCK.type_printers.get(kind) for kind in (int, str)}
_PLAIN_TYPES = (int, float, complex, str, bytes, bool, list, tuple, dict, set, frozenset)


class ResultHook(DisplayHook):  # pyright: ignore[reportUntypedBaseClass]
    """Keeps the text of a cell's result for the `finished` frame instead of printing it."""

    captured: CellResult | None = None
    artifacts: Artifacts | None = None

    def quiet(self) -> bool:
        """Tell whether the cell ends in a semicolon; its words are looked at only if it has one."""
        inputs = cast("Any", self).shell.history_manager.input_hist_parsed
        return bool(inputs) and ";" in inputs[-1] and bool(super().quiet())

    def start_displayhook(self) -> None:
        """Do nothing: there is no prompt to prepare."""

    def write_output_prompt(self) -> None:
        """Do nothing: there is no prompt."""

    def finish_displayhook(self) -> None:
        """Do nothing: nothing was printed."""

    def log_output(self, format_dict: dict[str, Any]) -> None:
        """Keep no second copy of results."""

    def compute_format_data(self, result: Any) -> Any:
        """Ask only for the forms that are kept: none but text for data."""
        shell = cast("Any", self).shell
        bundle, metadata = _formatted(shell.display_formatter, result)
        text = bundle.get("text/plain", "")
        self.captured = {
            "type": type(result).__name__,
            "text": text[:MAXIMUM_RESULT_CHARACTERS],
            "name": f"_{shell.execution_count - 1}",
            "characters": len(text),
        }
        if (number := _number(result)) is not None:
            self.captured["number"] = number
        return bundle, metadata

    def flush(self) -> None:
        """Let go of the results of earlier cells, `%reset -f out`: every reference to them."""
        super().flush()
        hidden = cast("Any", self).shell.user_ns_hidden
        hidden.update({name: "" for name in ("_", "__", "___") if name in hidden})

    def update_user_ns(self, result: Any) -> None:
        """Keep a result as `_`, `__`, `___`, `_5` and in `Out` as IPython does."""
        shell = cast("Any", self).shell
        names, hidden, own = shell.user_ns, shell.user_ns_hidden, vars(self)
        kept = names["_oh"]
        if not self._keeps(result, kept):
            cast("Any", super()).update_user_ns(result)
            return
        # A name that the user has bound is the user's.
        free = all(
            under not in names or names[under] is (hidden[under] if under in hidden else own[under])
            for under in _UNDERS
        )
        own["___"], own["__"], own["_"] = own["__"], own["_"], result
        number = cast("Any", self).prompt_count
        added = {f"_{number}": result}
        if free and "_" not in vars(builtins):
            added = {under: own[under] for under in _UNDERS} | added
        names.update(added)
        hidden.update(added)
        kept[number] = result

    def _keeps(self, result: Any, kept: dict[int, Any]) -> bool:
        """Tell whether nothing but keeping the result is to be done."""
        hook = cast("Any", self)
        return bool(
            hook.cache_size
            and hook.do_full_cache
            and result is not kept
            and len(kept) < hook.cache_size
            and vars(self).keys() >= set(_UNDERS)
        )

    def write_format_data(self, format_dict: dict[str, Any], md_dict: object = None) -> None:
        """Send the rich form of a result as an artifact."""
        if self.artifacts is not None:
            send_rich(format_dict, self.artifacts)


class ArtifactPublisher(DisplayPublisher):  # pyright: ignore[reportUntypedBaseClass]
    """Prints the text of what is displayed and sends its rich form as an artifact."""

    artifacts: Artifacts | None = None

    def publish(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, data: dict[str, Any], metadata: object = None, **_options: object
    ) -> None:
        """Show one bundle."""
        if "text/plain" in data:
            print(data["text/plain"])
        if self.artifacts is not None:
            send_rich(data, self.artifacts)

    def clear_output(self, wait: bool = False) -> None:
        """Do nothing: what was printed stays in the record of the cell."""


def register_figures(formatter: Any) -> None:
    """Show matplotlib figures as PNG, at the resolution of every other figure."""
    png = formatter.formatters["image/png"]
    png.for_type_by_name("matplotlib.figure", "Figure", figures.display)


def send_rich(bundle: dict[str, Any], artifacts: Artifacts) -> None:
    """Send the best rich form in a bundle, if there is one."""
    for mime in _RICH:
        if (content := bundle.get(mime)) is not None:
            artifacts.send_shown(
                mime, _as_bytes(mime, content), getattr(content, "figure_title", None)
            )
            return


def _formatted(formatter: Any, value: object) -> tuple[dict[str, Any], dict[str, Any]]:
    if type(value) in _PLAIN_TYPES:
        # They have no other form; the whole formatter would look for one in every kind.
        text = _text(formatter.formatters["text/plain"], value)
        return ({} if text is None else {"text/plain": text}), {}
    bundle, metadata = formatter.format(value, include=_TEXT if _is_data(value) else _TEXT + _RICH)
    return bundle, metadata


def _text(formatter: Any, value: object) -> str | None:
    """Return what the formatter gives, for whole numbers and text without its printer's set-up."""
    kind = type(value)
    stock = _AS_REPR.get(kind)
    if (
        stock is not None
        and formatter.pprint
        and formatter.type_printers.get(kind) is stock
        and id(value) not in formatter.singleton_printers
    ):
        with contextlib.suppress(ValueError):  # A number of too many digits, which it reports.
            return repr(value)
    return cast("str | None", formatter(value))


def _number(value: object) -> float | None:
    """Return a value that is one finite number; None for any other."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _is_data(value: object) -> bool:
    return is_pandas(value, "DataFrame", "Series", "Index") or is_numpy(value, "ndarray", "generic")


def _as_bytes(mime: str, content: object) -> bytes:
    if isinstance(content, bytes):
        return content
    text = str(content)
    if mime in ("image/svg+xml", "text/html"):
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return text.encode("utf-8", "replace")
