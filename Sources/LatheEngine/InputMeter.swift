internal import LatheVocabulary
internal import Synchronization

/// Bounds what a model call can use before it is made.
///
/// A tokenizer that works on bytes makes no more tokens than there are bytes. Where an earlier request of the same conversation
/// was measured by its provider, only what came since is bounded so: messages are only ever appended. Safe from any thread.
final class InputMeter: Sendable {
    private struct Measured {
        var messageBytes: Int
        var tokens: Int
    }

    private let measured = Mutex<Measured?>(nil)

    /// What a provider adds of its own around messages, the tool's definition and the system prompt: more than any is known to.
    private static let overhead = 1_024
    private static let perMessage = 16

    /// The most tokens that a request can be for its provider.
    func bound(of request: ModelRequest) -> Int {
        let messages = Self.messageBytes(request)
        let fresh = request.state.utf8.count + Self.perMessage * 2
        if let last = measured.withLock({ $0 }), last.messageBytes <= messages {
            return last.tokens + messages - last.messageBytes + fresh
        }
        return messages + request.system.utf8.count + (request.replySchema?.text.utf8.count ?? 0) + fresh
            + Self.perMessage * request.messages.count + Self.overhead
    }

    /// Takes in what the provider counted for a request. An estimate of our own measures nothing.
    func take(_ usage: Usage, of request: ModelRequest) {
        guard !usage.isEstimated else { return }
        let tokens = usage.input + usage.cacheRead + usage.cacheWrite
        measured.withLock { $0 = Measured(messageBytes: Self.messageBytes(request), tokens: tokens) }
    }

    private static func messageBytes(_ request: ModelRequest) -> Int {
        request.messages.reduce(0) { sum, message in
            message.blocks.reduce(sum + perMessage) { $0 + $1.bytes + perMessage }
        }
    }
}

extension Message.Block {
    fileprivate var bytes: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .call(let id, let code): id.utf8.count + code.utf8.count
        case .callResult(let id, let text, _): id.utf8.count + text.utf8.count
        }
    }
}
