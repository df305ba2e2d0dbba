package import LatheVocabulary

/// Spans and metrics in OTLP's JSON form: what an endpoint takes, and one line of a file.
package struct OTLPDocument: Sendable {
    private let resource: JSONValue
    private let scope: JSONValue

    /// `attributes` describe the program that the telemetry is of, such as `service.name`.
    package init(attributes: [String: String], version: String) {
        resource = ["attributes": Self.attributes(attributes.mapValues { .string($0) })]
        scope = ["name": "lathe", "version": .string(version)]
    }

    package func traces(_ spans: [Span]) -> JSONValue {
        [
            "resourceSpans": [
                ["resource": resource, "scopeSpans": [["scope": scope, "spans": .array(spans.map(Self.span))]]]
            ]
        ]
    }

    package func metrics(_ fold: MetricFold) -> JSONValue {
        let times: [String: JSONValue] = [
            "startTimeUnixNano": Self.nanoseconds(fold.start), "timeUnixNano": Self.nanoseconds(fold.end),
        ]
        var metrics = [
            Self.histogram(GenAIName.tokenUsage, "{token}", fold.tokens, GenAIName.tokenBounds, times),
            Self.histogram(GenAIName.operationDuration, "s", fold.durations, GenAIName.durationBounds, times),
        ]
        let points = fold.cost.map { attributes, dollars -> JSONValue in
            .object(times.merging(["asDouble": .number(dollars), "attributes": Self.attributes(attributes)]) { $1 })
        }
        metrics.append([
            "name": .string(GenAIName.costMetric), "unit": "{USD}",
            "sum": ["aggregationTemporality": 2, "isMonotonic": true, "dataPoints": .array(points)],
        ])
        return [
            "resourceMetrics": [
                ["resource": resource, "scopeMetrics": [["scope": scope, "metrics": .array(metrics)]]]
            ]
        ]
    }

    private static func span(_ span: Span) -> JSONValue {
        var members: [String: JSONValue] = [
            "traceId": .string(span.trace), "spanId": .string(span.id), "name": .string(span.name),
            "kind": .integer(span.kind.rawValue), "startTimeUnixNano": nanoseconds(span.start),
            "endTimeUnixNano": nanoseconds(span.end), "attributes": attributes(span.attributes),
            "status": span.failure.map { ["code": 2, "message": .string($0.bounded)] } ?? [:],
        ]
        if let parent = span.parent { members["parentSpanId"] = .string(parent) }
        return .object(members)
    }

    private static func histogram(
        _ name: String, _ unit: String, _ histograms: [MetricFold.Attributes: MetricFold.Histogram],
        _ bounds: [Double], _ times: [String: JSONValue]
    ) -> JSONValue {
        let points = histograms.map { attributes, histogram -> JSONValue in
            let own: [String: JSONValue] = [
                "count": .string(String(histogram.count)), "sum": .number(histogram.sum),
                "min": .number(histogram.least), "max": .number(histogram.most),
                "bucketCounts": .array(histogram.buckets.map { .string(String($0)) }),
                "explicitBounds": .array(bounds.map { .number($0) }), "attributes": Self.attributes(attributes),
            ]
            return .object(times.merging(own) { $1 })
        }
        return [
            "name": .string(name), "unit": .string(unit),
            "histogram": ["aggregationTemporality": 2, "dataPoints": .array(points)],
        ]
    }

    /// 64-bit numbers are text in this form.
    private static func nanoseconds(_ seconds: Double) -> JSONValue {
        let whole = seconds.rounded(.down)
        guard whole >= 0, whole < 1e10 else { return "0" }
        let rest = Int(((seconds - whole) * 1e9).rounded())
        return .string(String(Int(whole) * 1_000_000_000 + rest))
    }

    private static func attributes(_ attributes: [String: JSONValue]) -> JSONValue {
        .array(
            attributes.sorted { $0.key < $1.key }.map { name, value in
                ["key": .string(name), "value": any(value)]
            })
    }

    private static func any(_ value: JSONValue) -> JSONValue {
        switch value {
        case .bool: ["boolValue": value]
        case .integer(let number): ["intValue": .string(String(number))]
        case .number: ["doubleValue": value]
        case .string: ["stringValue": value]
        case .array(let items): ["arrayValue": ["values": .array(items.map(any))]]
        case .null, .object: ["stringValue": .string(value.text)]
        }
    }
}
