internal import LatheVocabulary
internal import Synchronization

/// Where `lathe.answer` leaves the result of one place, checked against what is asked for.
///
/// Safe from any thread: a kernel's host call puts, the turn loop takes.
final class AnswerBox: Sendable {
    private struct Content {
        var accepted: JSONValue?
        var refusals: [String] = []
    }

    private let content = Mutex(Content())
    private let returns: ReturnsSchema?

    init(returns: ReturnsSchema?) {
        self.returns = returns
    }

    enum Verdict: Sendable, Hashable {
        case accepted
        case refused(reason: String)
    }

    /// Checks a result and keeps it when it fits; a later one replaces an earlier one.
    func put(_ value: JSONValue) -> Verdict {
        let misfits = returns?.misfits(of: value) ?? []
        return content.withLock { content in
            guard misfits.isEmpty else {
                let reason = misfits.joined(separator: "; ")
                content.refusals.append(reason)
                return .refused(reason: reason)
            }
            content.accepted = value
            return .accepted
        }
    }

    /// The accepted result, which is gone from the box then.
    func take() -> JSONValue? {
        content.withLock { content in
            defer { content.accepted = nil }
            return content.accepted
        }
    }

    /// Drops what a cell had put before it failed.
    func clear() {
        content.withLock { $0.accepted = nil }
    }

    var refusals: [String] { content.withLock(\.refusals) }
}
