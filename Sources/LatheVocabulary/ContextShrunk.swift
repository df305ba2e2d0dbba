/// A conversation was made shorter, so that its next request fits into the model's context.
///
/// It says what was put in place of what, so that the conversation is the same whoever folds the journal, at any time. Indexes count
/// the conversation's messages as they stood before; stubs are put in first, then the summary.
package struct ContextShrunk: Sendable, Hashable, Codable {
    /// The text of one block is replaced.
    package struct Stub: Sendable, Hashable, Codable {
        package var message: Int
        package var block: Int
        package var text: String

        package init(message: Int, block: Int, text: String) {
            self.message = message
            self.block = block
            self.text = text
        }
    }

    /// The first messages, so many, are replaced by one of the user's side.
    package struct Summary: Sendable, Hashable, Codable {
        package var messages: Int
        package var text: String

        package init(messages: Int, text: String) {
            self.messages = messages
            self.text = text
        }
    }

    /// The turn whose request is the first to be shorter.
    package var turn: Int
    package var window: ContextWindow
    /// Estimated tokens of the request before and after.
    package var before: Int
    package var after: Int
    package var stubs: [Stub]
    package var summary: Summary?
    /// Whether the provider had said that the conversation is too long.
    package var isForced: Bool
    /// Whether the conversation begins afresh since it was stalled. Nil stands for false.
    package var isFresh: Bool?

    package init(
        turn: Int, window: ContextWindow, before: Int, after: Int, stubs: [Stub], summary: Summary?, isForced: Bool,
        isFresh: Bool? = nil
    ) {
        self.isFresh = isFresh
        self.turn = turn
        self.window = window
        self.before = before
        self.after = after
        self.stubs = stubs
        self.summary = summary
        self.isForced = isForced
    }

    /// For the screen: what was done, and how to have more room.
    package var sentence: String {
        if isFresh == true {
            return
                "conversation begun afresh after a stall: from about \(before) to \(after) tokens; whole outputs stay in lathe.output(N)."
        }
        let done = [
            stubs.isEmpty ? nil : "\(stubs.count) outputs became stubs",
            summary.map { "the first \($0.messages) messages a summary" },
        ].compactMap { $0 }.joined(separator: ", ")
        let why = isForced ? "the provider said that it was too long" : "near the context of \(window.tokens) tokens"
        let hint =
            window.source == .assumed
            ? " Nobody told the model's context; set models.NAME.contextWindow in lathe.json." : ""
        return
            "conversation shortened from about \(before) to \(after) tokens, \(why): \(done); whole outputs stay in lathe.output(N).\(hint)"
    }
}
