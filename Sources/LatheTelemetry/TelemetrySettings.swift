package import Foundation
package import LatheVocabulary

/// Where telemetry goes, and whether what was said goes with it. From lathe.json and OpenTelemetry's own variables.
///
/// ```json
/// {"telemetry": {"endpoint": "http://127.0.0.1:4318", "file": "telemetry.jsonl", "content": false}}
/// ```
/// Headers come from `OTEL_EXPORTER_OTLP_HEADERS` alone: they hold keys.
package struct TelemetrySettings: Sendable, Hashable {
    /// Of the two signals; nil where it is sent nowhere.
    package var traces: URL?
    package var metrics: URL?
    package var traceHeaders: [String: String] = [:]
    package var metricHeaders: [String: String] = [:]
    /// A file to which lines are added; relative to the project's folder.
    package var file: String?
    package var capturesContent = false
    /// Seconds that one request may take.
    package var timeout = 10.0
    package var resource: [String: String] = ["service.name": "lathe"]
    /// What of the environment could not be understood, for the user.
    package var problems: [String] = []

    package var isOn: Bool { traces != nil || metrics != nil || file != nil }

    package init() {}

    /// Reads the member `telemetry` of a lathe.json.
    package init(_ value: JSONValue) throws(TelemetryProblem) {
        guard let members = value.objectValue else { throw TelemetryProblem(reason: "it must be an object") }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            switch name {
            case "endpoint":
                guard let text = value.stringValue, let base = Self.url(text) else {
                    throw TelemetryProblem(reason: "endpoint must be an address such as http://127.0.0.1:4318")
                }
                traces = base.appendingPathComponent("v1/traces")
                metrics = base.appendingPathComponent("v1/metrics")
            case "file":
                guard let path = value.stringValue, !path.isEmpty else {
                    throw TelemetryProblem(reason: "file must be the path of a file")
                }
                file = path
            case "content":
                guard let flag = value.boolValue else {
                    throw TelemetryProblem(reason: "content must be true or false")
                }
                capturesContent = flag
            default:
                throw TelemetryProblem(reason: "'\(name)' is not a setting; known are endpoint, file, content")
            }
        }
    }

    /// These settings, and where they say nothing, the others.
    package func over(_ other: TelemetrySettings) -> TelemetrySettings {
        guard isOn || capturesContent else { return other }
        return self
    }

    /// What the environment says goes before the files. What cannot be understood is left out and told.
    package func over(environment: [String: String]) -> TelemetrySettings {
        var result = self
        func value(_ name: String) -> String? {
            environment["OTEL_" + name].flatMap { $0.isEmpty ? nil : $0 }
        }
        if value("SDK_DISABLED")?.lowercased() == "true" { return TelemetrySettings() }
        if let text = value("EXPORTER_OTLP_ENDPOINT"), let base = result.read(text, "EXPORTER_OTLP_ENDPOINT") {
            result.traces = base.appendingPathComponent("v1/traces")
            result.metrics = base.appendingPathComponent("v1/metrics")
        }
        if let text = value("EXPORTER_OTLP_TRACES_ENDPOINT") {
            result.traces = result.read(text, "EXPORTER_OTLP_TRACES_ENDPOINT")
        }
        if let text = value("EXPORTER_OTLP_METRICS_ENDPOINT") {
            result.metrics = result.read(text, "EXPORTER_OTLP_METRICS_ENDPOINT")
        }
        if value("TRACES_EXPORTER") == "none" { result.traces = nil }
        if value("METRICS_EXPORTER") == "none" { result.metrics = nil }
        let shared = Self.pairs(value("EXPORTER_OTLP_HEADERS"))
        result.traceHeaders = shared.merging(Self.pairs(value("EXPORTER_OTLP_TRACES_HEADERS"))) { $1 }
        result.metricHeaders = shared.merging(Self.pairs(value("EXPORTER_OTLP_METRICS_HEADERS"))) { $1 }
        if let text = value("EXPORTER_OTLP_TIMEOUT") {
            if let milliseconds = Double(text), milliseconds > 0, milliseconds <= 600_000 {
                result.timeout = milliseconds / 1000
            } else {
                result.problems.append("OTEL_EXPORTER_OTLP_TIMEOUT must be milliseconds, up to 600000")
            }
        }
        if let form = value("EXPORTER_OTLP_PROTOCOL"), form != "http/json", result.isOn {
            result.problems.append("OTEL_EXPORTER_OTLP_PROTOCOL is \(form.bounded); lathe sends http/json")
        }
        result.resource.merge(Self.pairs(value("RESOURCE_ATTRIBUTES"))) { $1 }
        if let name = value("SERVICE_NAME") { result.resource["service.name"] = name }
        if let text = value("INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT") {
            result.capturesContent = ["true", "span_only", "span_and_event"].contains(text.lowercased())
        }
        return result
    }

    private mutating func read(_ text: String, _ name: String) -> URL? {
        if let url = Self.url(text) { return url }
        problems.append("OTEL_\(name) is no address such as http://127.0.0.1:4318; nothing is sent there")
        return nil
    }

    /// An address of HTTP without a name or a password in it.
    package static func url(_ text: String) -> URL? {
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme?.lowercased() ?? ""),
            let host = url.host, !host.isEmpty, url.user == nil
        else { return nil }
        return url
    }

    /// `name=value,name=value`, with percent signs for what is special.
    private static func pairs(_ text: String?) -> [String: String] {
        var pairs: [String: String] = [:]
        for pair in (text ?? "").split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, !parts[0].isEmpty else { continue }
            pairs[parts[0]] = parts[1].removingPercentEncoding ?? parts[1]
        }
        return pairs
    }
}

/// Why the settings of telemetry cannot be used, for whoever wrote them.
package struct TelemetryProblem: Error, Sendable, Hashable {
    package var reason: String
}
