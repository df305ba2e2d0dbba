internal import LatheVocabulary
internal import Synchronization

/// Where `lathe.answer` leaves the result of one place, checked against what is asked for.
///
/// Safe from any thread: a kernel's host call puts, the turn loop takes.
final class AnswerBox: Sendable {
    private struct Content {
        var accepted: JSONValue?
        var refusals: [String] = []
        /// The newest value that was refused, as text.
        var refused: String?
        /// The newest words of the model beside code.
        var words: String?
        /// An answer whose model was told what is missing in it.
        var held: JSONValue?
    }

    /// Characters of what is kept in place of a result.
    static let partialCharacters = 20_000

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
                content.refused = value.text.cut(to: Self.partialCharacters)
                return .refused(reason: reason)
            }
            content.accepted = value
            return .accepted
        }
    }

    /// Lets the work end with the cell, whatever result was asked for: there is none.
    func end() { content.withLock { $0.accepted = .null } }

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

    /// Begins anew: nothing of an earlier task counts.
    func begin() { content.withLock { $0 = Content() } }

    /// Takes up what an earlier program run left.
    func begin(at position: LoopPosition) {
        content.withLock { content in
            content = Content()
            (content.refusals, content.refused) = (position.refusals, position.refused)
            (content.words, content.held) = (position.words, position.held)
        }
    }

    /// Takes note of what the model says; only the newest words are kept.
    func note(words: String) {
        guard !words.allSatisfy(\.isWhitespace) else { return }
        content.withLock { $0.words = words.cut(to: Self.partialCharacters) }
    }

    /// Keeps an answer that counts unless a better one comes.
    func hold(_ value: JSONValue) { content.withLock { $0.held = value } }

    var held: JSONValue? { content.withLock(\.held) }

    /// What there is in place of a result: a value that did not fit, else the model's last words.
    var partial: String? { content.withLock { $0.refused ?? $0.words } }

    var refusals: [String] { content.withLock(\.refusals) }
}
