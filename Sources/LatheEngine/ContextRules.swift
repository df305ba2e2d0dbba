internal import LatheVocabulary

/// When a conversation is made shorter, and to what. docs/decisions/0013 says why.
package struct ContextRules: Sendable, Hashable {
    /// Of the room for input: above this share the conversation is made shorter, and then to at most the second.
    package var fullShare = 0.75
    package var targetShare = 0.4
    /// Of the room for input, at most, for the summary.
    package var summaryShare = 0.15
    /// The newest messages, so many, stay as they are, unless there is no room even then.
    package var keptMessages = 6
    /// An output of fewer bytes is not worth a stub.
    package var leastOutput = 400
    /// The longest reply takes at most this part of the context.
    package var replyShare = 0.25

    package init() {}

    /// Tokens of a request's input that a window has room for beside a reply.
    func room(in window: ContextWindow, reply: Int) -> Int { max(window.tokens - min(reply, longestReply(window)), 1) }

    func longestReply(_ window: ContextWindow) -> Int { max(Int(Double(window.tokens) * replyShare), 1) }
}
