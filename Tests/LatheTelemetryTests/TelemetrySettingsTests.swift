import LatheVocabulary
import Testing

@testable import LatheTelemetry

@Suite struct TelemetrySettingsTests {
    @Test func `the variables of OpenTelemetry go before the file`() throws {
        let file = try TelemetrySettings(["endpoint": "http://file:4318", "content": true])
        let settings = file.over(environment: [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "https://env:4318/base", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://m/x",
            "OTEL_EXPORTER_OTLP_HEADERS": "a=1, b=%20x", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "a=2",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "2500", "OTEL_RESOURCE_ATTRIBUTES": "team=x,service.name=y",
            "OTEL_SERVICE_NAME": "z",
        ])
        #expect(settings.traces?.absoluteString == "https://env:4318/base/v1/traces")
        #expect(settings.metrics?.absoluteString == "http://m/x")
        #expect(settings.traceHeaders == ["a": "2", "b": " x"])
        #expect(settings.metricHeaders == ["a": "1", "b": " x"])
        #expect(settings.timeout == 2.5)
        #expect(settings.resource == ["service.name": "z", "team": "x"])
        #expect(settings.capturesContent)
        #expect(settings.problems.isEmpty)
    }

    @Test func `it is off unless somebody wants it, and one variable ends it`() throws {
        #expect(!TelemetrySettings().over(environment: [:]).isOn)
        let file = try TelemetrySettings(["file": "t.jsonl"])
        #expect(file.over(environment: [:]).isOn)
        #expect(!file.over(environment: ["OTEL_SDK_DISABLED": "true"]).isOn)
    }

    @Test func `what cannot be used is named`() {
        let settings = TelemetrySettings().over(environment: [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "nonsense", "OTEL_EXPORTER_OTLP_TIMEOUT": "soon",
        ])
        #expect(!settings.isOn)
        #expect(settings.problems.count == 2)
        #expect(throws: TelemetryProblem.self) { try TelemetrySettings(["endpoint": "http://user:pw@host"]) }
        #expect(throws: TelemetryProblem.self) { try TelemetrySettings(["headers": ["a": "b"]]) }
    }
}
