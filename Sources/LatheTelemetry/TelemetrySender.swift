internal import Foundation
internal import LatheVocabulary
internal import Synchronization

/// Takes spans as they end and brings them to one destination in batches, on a task of its own.
///
/// Whoever hands over spans never waits. At most `capacity` spans wait; what finds no room, and what could not be
/// delivered by the end, is counted and told.
final class TelemetrySender: Sendable {
    private struct State {
        var waiting: [Span] = []
        var metrics = MetricFold()
        var metricsAreNew = false
        var isClosing = false
        var made = 0
        var lost = 0
        var hasLostMetrics = false
        var reason = ""
    }

    static let capacity = 4096
    private static let batch = 512
    /// Seconds between two deliveries of spans and of metrics, and those that the end of a program run may take.
    private static let pause = 1.0
    private static let metricPause = 10.0
    private static let patience = 3.0

    private let destination: TelemetryDestination
    private let document: OTLPDocument
    private let state = Mutex(State())
    private let work = Mutex<Task<Void, Never>?>(nil)

    init(_ destination: TelemetryDestination, _ document: OTLPDocument) {
        self.destination = destination
        self.document = document
    }

    func begin() {
        work.withLock { $0 = Task { await self.run() } }
    }

    func take(_ spans: [Span]) {
        state.withLock { state in
            state.made += spans.count
            for span in spans { state.metrics.take(span) }
            state.metricsAreNew = true
            let room = max(0, Self.capacity - state.waiting.count)
            state.waiting += spans.prefix(room)
            guard spans.count > room else { return }
            state.lost += spans.count - room
            if state.reason.isEmpty { state.reason = "more came than could be sent" }
        }
    }

    /// Brings out what waits, for a few seconds at most; a sentence where something was not delivered.
    func finish() async -> String? {
        state.withLock { $0.isClosing = true }
        let task = work.withLock { $0.take() }
        let limit = Task {
            try await Task.sleep(for: .seconds(Self.patience))
            task?.cancel()
        }
        await task?.value
        limit.cancel()
        return state.withLock { state in
            state.lost += state.waiting.count
            state.waiting = []
            let metrics = state.hasLostMetrics || state.metricsAreNew && !state.metrics.isEmpty
            guard state.lost > 0 || metrics else { return nil }
            let also = metrics ? " and the newest metrics" : ""
            let why = state.reason.isEmpty ? "the time for it was over" : state.reason
            return "telemetry: \(state.lost) of \(state.made) spans\(also) were not delivered: \(why)"
        }
    }

    private enum Progress { case done, busy, unreachable }

    private func run() async {
        var nextMetrics = ContinuousClock.now + .seconds(Self.metricPause)
        while !Task.isCancelled {
            let isLast = state.withLock { $0.isClosing }
            var progress = await deliverSpans()
            if progress == .done, isLast || nextMetrics < .now {
                progress = await deliverMetrics()
                nextMetrics = .now + .seconds(Self.metricPause)
            }
            let isEmpty = state.withLock { $0.waiting.isEmpty }
            // At the end nobody waits for one who does not answer at all.
            if isLast, progress == .unreachable || (isEmpty && progress == .done) { return }
            if isEmpty || progress != .done { await rest(shortly: isLast) }
        }
    }

    /// Waits for the next delivery, and no longer once the end has come.
    private func rest(shortly isLast: Bool) async {
        let end = ContinuousClock.now + .seconds(isLast ? 0.2 : Self.pause)
        while .now < end, !Task.isCancelled, isLast || !state.withLock({ $0.isClosing }) {
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private func deliverSpans() async -> Progress {
        let spans = state.withLock { Array($0.waiting.prefix(Self.batch)) }
        guard !spans.isEmpty else { return .done }
        let answer = await destination.send(document.traces(spans), .traces)
        return state.withLock { state in
            switch answer {
            case .taken: state.waiting.removeFirst(spans.count)
            case .refused(let reason):
                state.waiting.removeFirst(spans.count)
                state.lost += spans.count
                state.reason = reason
            case .busy(let reason):
                state.reason = reason
                return .busy
            case .unreachable(let reason):
                state.reason = reason
                return .unreachable
            }
            return .done
        }
    }

    private func deliverMetrics() async -> Progress {
        let metrics = state.withLock { $0.metricsAreNew && !$0.metrics.isEmpty ? $0.metrics : nil }
        guard let metrics else { return .done }
        state.withLock { $0.metricsAreNew = false }
        let answer = await destination.send(document.metrics(metrics), .metrics)
        return state.withLock { state in
            switch answer {
            case .taken: state.hasLostMetrics = false
            case .refused(let reason): (state.hasLostMetrics, state.reason) = (true, reason)
            case .busy(let reason):
                (state.metricsAreNew, state.reason) = (true, reason)
                return .busy
            case .unreachable(let reason):
                (state.metricsAreNew, state.reason) = (true, reason)
                return .unreachable
            }
            return .done
        }
    }
}
