package import Foundation
package import LatheVocabulary

/// The telemetry of a session that is kept, made of its journal.
package struct PastTelemetry: Sendable {
    private let spans: [Span]
    private let metrics: MetricFold
    private let document: OTLPDocument
    private let settings: TelemetrySettings
    private static let batch = 512

    package init(_ events: [Event], session: String, settings: TelemetrySettings, version: String) {
        var fold = SpanFold(session: session, capturesContent: settings.capturesContent)
        var spans = events.flatMap { fold.take($0) }
        spans += fold.drain()
        var metrics = MetricFold()
        for span in spans { metrics.take(span) }
        (self.spans, self.metrics, self.settings) = (spans, metrics, settings)
        let attributes = settings.resource.merging(["service.version": version]) { own, _ in own }
        document = OTLPDocument(attributes: attributes, version: version)
    }

    package var spanCount: Int { spans.count }

    /// As lines of a file.
    package var text: String {
        documents.map { $0.document.text + "\n" }.joined()
    }

    /// Sends all of it to an endpoint; the reason where that fails. What was sent before the failure stays there.
    package func send(to base: URL) async -> String? {
        for (signal, document) in documents {
            let isTrace = signal == .traces
            let post = TelemetryPost(
                url: base.appendingPathComponent(isTrace ? "v1/traces" : "v1/metrics"),
                headers: isTrace ? settings.traceHeaders : settings.metricHeaders, timeout: settings.timeout)
            if let reason = await Self.patiently(post, document) { return reason }
        }
        return nil
    }

    /// Tries again where the endpoint says that it is busy.
    private static func patiently(_ post: TelemetryPost, _ document: JSONValue) async -> String? {
        var reason = ""
        for attempt in 0..<4 {
            switch await post.send(document) {
            case .taken: return nil
            case .refused(let why), .unreachable(let why): return why
            case .busy(let why): reason = why
            }
            guard (try? await Task.sleep(for: .seconds(1 << attempt))) != nil else { break }
        }
        return reason
    }

    private var documents: [(signal: TelemetryDestination.Signal, document: JSONValue)] {
        var found: [(TelemetryDestination.Signal, JSONValue)] = stride(from: 0, to: spans.count, by: Self.batch).map {
            (.traces, document.traces(Array(spans[$0..<min($0 + Self.batch, spans.count)])))
        }
        if !metrics.isEmpty { found.append((.metrics, document.metrics(metrics))) }
        return found
    }
}
