package struct TurnStarted: Sendable, Hashable, Codable {
    package var turn: Int
    package var model: String
    /// The whole request, as it was made before the provider's form.
    package var request: ModelRequest
    /// What was set aside in the budget for the worst case, by item; nil where nothing limits it.
    package var reserved: [String: Int]?

    package init(turn: Int, model: String, request: ModelRequest, reserved: [String: Int]? = nil) {
        self.reserved = reserved
        self.turn = turn
        self.model = model
        self.request = request
    }
}

package struct ReplyProgressed: Sendable, Hashable, Codable {
    package var turn: Int
    /// Exactly one of the three is set.
    package var text: String?
    package var code: String?
    package var retry: String?

    package init(turn: Int, text: String? = nil, code: String? = nil, retry: String? = nil) {
        self.turn = turn
        self.text = text
        self.code = code
        self.retry = retry
    }
}

package struct TurnFinished: Sendable, Hashable, Codable {
    package var turn: Int
    package var reply: ModelReply
    package var seconds: Double
    /// True where the reply came from a recording, so that nothing was spent now.
    package var isReplayed: Bool
    /// Attempts before this one whose cost nobody told; each keeps its whole reservation. Nil stands for none.
    package var untoldAttempts: Int?
    /// What the same tokens would have cost on the session's main model, of a reply of another one.
    package var onMain: Reckoned?

    package init(
        turn: Int, reply: ModelReply, seconds: Double, isReplayed: Bool = false, untoldAttempts: Int? = nil,
        onMain: Reckoned? = nil
    ) {
        self.onMain = onMain
        self.untoldAttempts = untoldAttempts
        self.turn = turn
        self.reply = reply
        self.seconds = seconds
        self.isReplayed = isReplayed
    }
}

package struct TurnFailed: Sendable, Hashable, Codable {
    package var turn: Int
    package var code: ModelError.Code
    package var reason: String
    /// Attempts whose cost nobody told; each keeps its whole reservation. Nil stands for none.
    package var untoldAttempts: Int?
    /// True where the call was not sent at all, since its account is stopped. Nil stands for false.
    package var isUnsent: Bool?

    package init(
        turn: Int, code: ModelError.Code, reason: String, untoldAttempts: Int? = nil, isUnsent: Bool? = nil
    ) {
        self.untoldAttempts = untoldAttempts
        self.isUnsent = isUnsent
        self.turn = turn
        self.code = code
        self.reason = reason
    }
}

/// What the engine itself says to a model between turns: that a reply was cut, empty, or repeats itself.
package struct ModelTold: Sendable, Hashable, Codable {
    package var text: String
    /// An answer in which something is missing, and which counts if no better one comes.
    package var held: JSONValue?

    package init(text: String, held: JSONValue? = nil) {
        self.text = text
        self.held = held
    }
}
