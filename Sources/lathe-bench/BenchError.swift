internal import LatheStore
internal import LatheVocabulary

/// Why there is no measurement.
struct BenchError: Error, Sendable, Hashable {
    /// What happened, for a person.
    var reason: String

    init(_ reason: String) { self.reason = reason }

    static func reason(of error: any Error) -> String {
        switch error {
        case let error as BenchError: error.reason
        case let error as KernelError: error.reason
        case let error as StoreError: error.reason
        case let error as JournalError: error.reason
        default: "\(error)"
        }
    }
}
