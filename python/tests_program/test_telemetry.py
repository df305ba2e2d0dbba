"""What lathe tells an OpenTelemetry endpoint, parsed by OpenTelemetry's own messages."""

import base64
import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from tests_program.demo import FIRST, Demo
from tests_program.endpoint import MODEL, Code, ModelServer, Text
from tests_program.program import Done, Lathe
from tests_program.shop import SALES

_SECRET = "zebra-crossing"
_DELEGATE = """
lathe.ask_model("Which animal is striped? zebra-crossing")
found = lathe.delegate_each("count rows", sales.groupby("shop"), task="count")
"""


@dataclass
class Endpoint:
    """A collector: keeps what is posted to it, by path."""

    status: int = 200
    posted: list[tuple[str, dict[str, str], Any]] = field(
        default_factory=list[tuple[str, dict[str, str], Any]]
    )
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    def documents(self, path: str) -> list[Any]:
        return [document for where, _, document in self.posted if where == path]


@contextmanager
def _endpoint(status: int = 200, *, hangs: bool = False) -> Generator[Endpoint]:
    endpoint = Endpoint(status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if hangs:
                endpoint.released.wait()
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            endpoint.posted.append((self.path, headers, json.loads(body)))
            self.send_response(endpoint.status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.released.set()
        server.shutdown()
        server.server_close()


def _spans(documents: list[Any]) -> list[Any]:
    """Parse with OpenTelemetry's messages, strictly; its JSON writes identifiers in hexadecimal."""
    service: Any = __import__(
        "opentelemetry.proto.collector.trace.v1.trace_service_pb2", fromlist=["x"]
    )
    json_format: Any = __import__("google.protobuf.json_format", fromlist=["x"])
    found: list[Any] = []
    for document in documents:
        text = json.dumps(_with_bytes(document))
        request = json_format.Parse(text, service.ExportTraceServiceRequest())
        for resource in request.resource_spans:
            names = {one.key: one.value.string_value for one in resource.resource.attributes}
            assert names["service.name"]
            found += [span for scope in resource.scope_spans for span in scope.spans]
    assert all(len(span.trace_id) == 16 and len(span.span_id) == 8 for span in found)
    return found


def _metrics(documents: list[Any]) -> dict[str, Any]:
    service: Any = __import__(
        "opentelemetry.proto.collector.metrics.v1.metrics_service_pb2", fromlist=["x"]
    )
    json_format: Any = __import__("google.protobuf.json_format", fromlist=["x"])
    text = json.dumps(documents[-1])
    request = json_format.Parse(text, service.ExportMetricsServiceRequest())
    (resource,) = request.resource_metrics
    return {one.name: one for scope in resource.scope_metrics for one in scope.metrics}


def _with_bytes(value: object) -> Any:
    if isinstance(value, list):
        return [_with_bytes(one) for one in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for name, part in cast("dict[str, object]", value).items():
        if name in ("traceId", "spanId", "parentSpanId"):
            made[name] = base64.b64encode(bytes.fromhex(str(part))).decode()
        else:
            made[name] = _with_bytes(part)
    return made


def _attributes(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def _asked(lathe: Lathe, *more: str) -> Done:
    lathe.write("sales.csv", SALES)
    script = [
        Code("1 / 0"),
        Code(_DELEGATE),
        Text(_SECRET),
        Code("lathe.answer('one')"),
        Code("lathe.answer('two')"),
        Code(f"lathe.answer({_SECRET!r})"),
    ]
    with ModelServer(*script) as server:
        return lathe.having(**server.variables).run(
            "ask", f"Count {_SECRET}", "-m", MODEL, "-d", "sales.csv", "-s", "s", *more
        )


def test_a_run_is_told_as_spans_and_metrics_without_content(lathe: Lathe) -> None:
    with _endpoint() as endpoint:
        told = lathe.having(
            OTEL_EXPORTER_OTLP_ENDPOINT=endpoint.address,
            OTEL_EXPORTER_OTLP_HEADERS="x-key=a%20b",
            OTEL_SERVICE_NAME="shop",
        )
        done = _asked(told)
    assert (done.code, done.err) == (0, ""), done
    assert all(headers["x-key"] == "a b" for _, headers, _ in endpoint.posted)
    assert _SECRET not in json.dumps([document for _, _, document in endpoint.posted])
    spans = _spans(endpoint.documents("/v1/traces"))
    by_id = {span.span_id: span for span in spans}
    assert len({span.trace_id for span in spans}) == 1
    names = sorted(span.name for span in spans)
    assert names.count("chat scripted") == 6
    assert names.count("invoke_agent count_rows") == 2
    assert {"execute_tool lathe.delegate", "execute_tool lathe.wait"} <= set(names)
    (root,) = [span for span in spans if not span.parent_span_id]
    assert root.name == "invoke_agent coordinator"
    for span in spans:
        if span is root:
            continue
        parent = by_id[span.parent_span_id]
        assert parent.start_time_unix_nano <= span.start_time_unix_nano
        if span.name == "invoke_agent count_rows":
            assert parent.name.startswith("execute_tool ")
    (failed,) = [span for span in spans if span.status.code == 2]
    assert failed.name == "execute_tool python"
    assert _attributes(failed)["error.type"] == "ZeroDivisionError"
    chat = next(span for span in spans if span.name == "chat scripted")
    said = _attributes(chat)
    assert (said["gen_ai.operation.name"], said["gen_ai.provider.name"]) == ("chat", "openai")
    assert (said["gen_ai.usage.input_tokens"], said["gen_ai.usage.output_tokens"]) == (100, 10)
    assert said["gen_ai.conversation.id"] == "s"
    metrics = _metrics(endpoint.documents("/v1/metrics"))
    points = metrics["gen_ai.client.token.usage"].histogram.data_points
    sums = {_attributes(point)["gen_ai.token.type"]: (point.count, point.sum) for point in points}
    assert sums == {"input": (6, 600), "output": (6, 60)}
    durations = metrics["gen_ai.client.operation.duration"].histogram.data_points
    assert sum(point.count for point in durations) == len(spans)


def test_content_is_told_where_it_is_asked_for(lathe: Lathe) -> None:
    lathe.write("lathe.json", json.dumps({"telemetry": {"file": "t.jsonl", "content": True}}))
    done = _asked(lathe)
    assert (done.code, done.err) == (0, ""), done
    lines = [json.loads(line) for line in (lathe.project / "t.jsonl").read_text().splitlines()]
    spans = _spans([line for line in lines if "resourceSpans" in line])
    (root,) = [span for span in spans if not span.parent_span_id]
    said = _attributes(root)
    assert _SECRET in said["gen_ai.input.messages"]
    assert json.loads(said["gen_ai.output.messages"])[0]["parts"][0]["content"] == _SECRET
    cells = [span for span in spans if span.name == "execute_tool python"]
    code = json.loads(_attributes(cells[0])["gen_ai.tool.call.arguments"])["code"]
    assert "1 / 0" in [code, *(_attributes(one)["gen_ai.tool.call.arguments"] for one in cells)][0]


@pytest.mark.parametrize("kind", ["closed", "hangs", "refuses"])
def test_a_dead_endpoint_fails_nothing_and_is_told(lathe: Lathe, kind: str) -> None:
    with _endpoint(400, hangs=kind == "hangs") as endpoint:
        address = "http://127.0.0.1:9" if kind == "closed" else endpoint.address
        begin = time.monotonic()
        done = lathe.having(OTEL_EXPORTER_OTLP_ENDPOINT=address).run("exec", "-s", "s", "6 * 7")
        seconds = time.monotonic() - begin
    assert (done.code, done.out) == (0, "42\n")
    assert "telemetry: 1 of 1 spans" in done.err
    assert "not delivered" in done.err
    assert seconds < 60


def test_a_past_session_is_told_the_same(demo: Demo) -> None:
    done = demo.lathe.run("sessions", "export", FIRST, "--to", "otlp", "-o", "first.otlp.jsonl")
    assert done.code == 0, done
    text = (demo.lathe.project / "first.otlp.jsonl").read_text("utf-8")
    spans = _spans([json.loads(line) for line in text.splitlines() if "resourceSpans" in line])
    assert len([one for one in spans if one.name == "invoke_agent delay_analyst"]) == 16
    assert all(_attributes(one)["lathe.replayed"] for one in spans if one.name.startswith("chat"))
    with _endpoint() as endpoint:
        sent = demo.lathe.run("sessions", "export", FIRST, "--to", "otlp", "-o", endpoint.address)
    assert sent.code == 0, sent
    again = _spans(endpoint.documents("/v1/traces"))
    assert {one.span_id for one in again} == {one.span_id for one in spans}


def test_settings_that_cannot_be_used_are_named(lathe: Lathe, tmp_path: Path) -> None:
    lathe.write("lathe.json", json.dumps({"telemetry": {"endpoint": "nowhere"}}))
    done = lathe.run("exec", "-s", "s", "1")
    assert done.code == 2
    assert "telemetry: endpoint" in done.err
    assert str(tmp_path) in done.err
