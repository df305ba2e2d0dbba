package import LatheVocabulary
internal import Synchronization

/// The telemetry of one session in one program run: a fold over its events, led to every destination.
package final class Telemetry: Sendable {
    private let fold: Mutex<SpanFold>
    private let senders: [TelemetrySender]
    private let problems: [String]

    /// `folder` is that to which the settings' file is relative.
    package init(_ settings: TelemetrySettings, session: String, folder: String, version: String) {
        fold = Mutex(SpanFold(session: session, capturesContent: settings.capturesContent))
        problems = settings.problems.map { "telemetry: \($0)" }
        let attributes = settings.resource.merging(["service.version": version]) { own, _ in own }
        let document = OTLPDocument(attributes: attributes, version: version)
        senders = settings.destinations(folder: folder).map { TelemetrySender($0, document) }
        for sender in senders { sender.begin() }
    }

    package func take(_ event: Event) {
        deliver(fold.withLock { $0.take(event) })
    }

    /// Ends what is open and brings out what waits, for a few seconds at most. What the user should know of it.
    package func finish() async -> [String] {
        deliver(fold.withLock { $0.drain() })
        var told = problems
        for sender in senders {
            if let lost = await sender.finish() { told.append(lost) }
        }
        return told
    }

    private func deliver(_ spans: [Span]) {
        guard !spans.isEmpty else { return }
        for sender in senders { sender.take(spans) }
    }
}
