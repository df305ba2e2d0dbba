internal import Foundation
internal import LatheVocabulary

/// One place that telemetry goes to.
enum TelemetryDestination: Sendable {
    /// The addresses of the two signals; nil where one is not sent.
    case endpoint(traces: TelemetryPost?, metrics: TelemetryPost?)
    case file(TelemetryFile)

    enum Signal: Sendable, Hashable { case traces, metrics }

    func send(_ document: JSONValue, _ signal: Signal) async -> TelemetryPost.Answer {
        switch self {
        case .endpoint(let traces, let metrics):
            await (signal == .traces ? traces : metrics)?.send(document) ?? .taken
        case .file(let file): file.add(document).map(TelemetryPost.Answer.refused) ?? .taken
        }
    }
}

extension TelemetrySettings {
    /// `folder` is that to which the file's path is relative.
    func destinations(folder: String) -> [TelemetryDestination] {
        var found: [TelemetryDestination] = []
        if traces != nil || metrics != nil {
            found.append(
                .endpoint(
                    traces: traces.map { TelemetryPost(url: $0, headers: traceHeaders, timeout: timeout) },
                    metrics: metrics.map { TelemetryPost(url: $0, headers: metricHeaders, timeout: timeout) }))
        }
        if let file { found.append(.file(TelemetryFile(path: file.hasPrefix("/") ? file : folder + "/" + file))) }
        return found
    }
}
