internal import Foundation
internal import LatheVocabulary

/// A file of OTLP lines, as the collector's file exporter writes and its file receiver reads them.
struct TelemetryFile: Sendable {
    var path: String

    /// Adds a line; the reason where that fails.
    func add(_ document: JSONValue) -> String? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return "\(path) cannot be opened: \(String(cString: strerror(errno)))" }
        defer { close(descriptor) }
        var bytes = Array((document.text + "\n").utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return "\(path) cannot be written: \(String(cString: strerror(errno)))" }
            bytes = bytes.dropFirst(count)
        }
        return nil
    }
}
