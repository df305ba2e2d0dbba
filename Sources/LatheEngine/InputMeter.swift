internal import LatheVocabulary
internal import Synchronization

/// Bounds what a model call can use before it is made.
///
/// A tokenizer that works on bytes makes no more tokens than there are bytes. Where an earlier request of the same conversation
/// was measured by its provider, only what came since is bounded so, also after the conversation was made shorter: what is left of
/// it is no more tokens than the whole was. Safe from any thread.
final class InputMeter: Sendable {
    private struct Measured {
        var messageBytes: Int
        /// Of everything, the system prompt and what providers add included.
        var allBytes: Int
        var tokens: Int
        /// The messages that were measured, and how often each.
        var messages: [Message: Int]
    }

    private let measured = Mutex<Measured?>(nil)
    /// From an earlier program run, whose model may have counted otherwise: good for an estimate alone.
    private let recalled = Mutex<Measured?>(nil)
    private var best: Measured? { measured.withLock { $0 } ?? recalled.withLock { $0 } }

    /// What a provider adds of its own around messages, the tool's definition and the system prompt: more than any is known to.
    private static let overhead = 1_024
    private static let perMessage = 16

    /// The most tokens that a request can be for its provider.
    func bound(of request: ModelRequest) -> Int {
        let messages = Self.messageBytes(request)
        let fresh = request.state.utf8.count + Self.perMessage * 2
        let last = measured.withLock { $0 }
        if let last, last.messageBytes <= messages { return last.tokens + messages - last.messageBytes + fresh }
        let bytes =
            messages + request.system.utf8.count + (request.replySchema?.text.utf8.count ?? 0) + fresh
            + Self.perMessage * request.messages.count + Self.overhead
        return last.map { min($0.tokens + Self.bytes(in: request, beyond: $0.messages) + fresh, bytes) } ?? bytes
    }

    /// Bytes of the messages that were not measured: after a step, those that it put in the place of others.
    private static func bytes(in request: ModelRequest, beyond measured: [Message: Int]) -> Int {
        var known = measured
        return request.messages.reduce(0) { sum, message in
            if let count = known[message], count > 0 {
                known[message] = count - 1
                return sum
            }
            return sum + message.bytes + perMessage
        }
    }

    /// Tokens of a byte that was not measured yet: an estimate on the high side for text, code and figures.
    private static let guess = 0.5
    private static let freshGuess = 0.75

    /// About how many tokens a request is, rather too many than too few: for what may not grow too long, not for money.
    func estimate(of request: ModelRequest) -> Int {
        let state = Double(request.state.utf8.count) * Self.guess
        let messages = Self.messageBytes(request)
        guard let last = best else {
            return Int(Double(Self.allBytes(request)) * Self.guess + state)
        }
        if messages >= last.messageBytes {
            return last.tokens + Int(Double(messages - last.messageBytes) * Self.freshGuess + state)
        }
        return Int(Double(Self.allBytes(request)) * ratio(last) + state)
    }

    /// Tokens of a byte in this conversation, a tenth more than was measured.
    var tokensPerByte: Double { best.map(ratio) ?? Self.guess }

    private func ratio(_ last: Measured) -> Double { Double(max(last.tokens, 1)) / Double(max(last.allBytes, 1)) * 1.1 }

    private static func allBytes(_ request: ModelRequest) -> Int {
        messageBytes(request) + request.system.utf8.count + overhead
    }

    /// Takes in what the provider counted for a request. An estimate of our own measures nothing.
    func take(_ usage: Usage, of request: ModelRequest) {
        guard let now = Self.measured(usage, request) else { return }
        measured.withLock { $0 = now }
    }

    /// Takes in what was counted in an earlier program run.
    func recall(_ usage: Usage, of request: ModelRequest) {
        guard let then = Self.measured(usage, request) else { return }
        recalled.withLock { $0 = then }
    }

    private static func measured(_ usage: Usage, _ request: ModelRequest) -> Measured? {
        let tokens = usage.input + usage.cacheRead + usage.cacheWrite
        guard !usage.isEstimated, tokens > 0 else { return nil }
        return Measured(
            messageBytes: messageBytes(request), allBytes: allBytes(request), tokens: tokens,
            messages: Dictionary(request.messages.map { ($0, 1) }, uniquingKeysWith: +))
    }

    private static func messageBytes(_ request: ModelRequest) -> Int {
        request.messages.reduce(0) { $0 + $1.bytes }
    }
}
