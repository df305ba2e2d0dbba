internal import LatheVocabulary

/// Adds up the metrics of a program run over the spans that ended. Replayed calls used nothing and are not counted.
package struct MetricFold: Sendable {
    struct Histogram: Sendable, Hashable {
        var count = 0
        var sum = 0.0
        var least = Double.infinity
        var most = -Double.infinity
        /// One more than there are bounds.
        var buckets: [Int]

        mutating func add(_ value: Double, bounds: [Double]) {
            count += 1
            sum += value
            least = min(least, value)
            most = max(most, value)
            buckets[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        }
    }

    typealias Attributes = [String: JSONValue]

    private(set) var tokens: [Attributes: Histogram] = [:]
    private(set) var durations: [Attributes: Histogram] = [:]
    private(set) var cost: [Attributes: Double] = [:]
    /// Of the first and the last span, in seconds since 1970.
    private(set) var start = Double.infinity
    private(set) var end = 0.0

    package init() {}

    var isEmpty: Bool { durations.isEmpty }

    package mutating func take(_ span: Span) {
        guard span.attributes[GenAIName.isReplayed] == nil else { return }
        start = min(start, span.start)
        end = max(end, span.end)
        var shared = span.attributes.filter { Self.dimensions.contains($0.key) }
        add(span.end - span.start, to: &durations, shared, GenAIName.durationBounds)
        guard span.attributes[GenAIName.operation]?.stringValue == GenAIName.chat else { return }
        if let dollars = span.attributes[GenAIName.costUSD]?.numberValue { cost[shared, default: 0] += dollars }
        for (type, name) in [("input", GenAIName.inputTokens), ("output", GenAIName.outputTokens)] {
            guard let count = span.attributes[name]?.integerValue else { continue }
            shared[GenAIName.tokenType] = .string(type)
            add(Double(count), to: &tokens, shared, GenAIName.tokenBounds)
        }
    }

    private static let dimensions: Set<String> = [
        GenAIName.operation, GenAIName.provider, GenAIName.requestModel, GenAIName.responseModel,
        GenAIName.serverAddress, GenAIName.serverPort, GenAIName.errorType, GenAIName.toolName,
    ]

    private func add(
        _ value: Double, to histograms: inout [Attributes: Histogram], _ attributes: Attributes, _ bounds: [Double]
    ) {
        let empty = Histogram(buckets: Array(repeating: 0, count: bounds.count + 1))
        histograms[attributes, default: empty].add(value, bounds: bounds)
    }
}
