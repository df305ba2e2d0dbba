import LatheVocabulary

/// What a provider's stream amounts to, free of the provider's form.
struct ReceivedReply: Sendable, Hashable {
    var text = ""
    var calls: [ToolCall] = []
    var stop = StopReason.other
    /// Nil where the provider reported none.
    var usage: Usage?
    var model: String?
}

/// Reads the events of one provider's stream into a reply.
protocol ReplyReading: Sendable {
    /// Takes an event and returns what it adds for those who watch.
    mutating func take(_ event: ServerSentEvent) throws(ProviderFailure) -> [ReplyProgress]

    /// The whole reply; throws where the stream ended before it was whole.
    func finish() throws(ProviderFailure) -> ReceivedReply
}

/// The arguments of a call that come in piece by piece.
struct CallUnderWay: Sendable, Hashable {
    var id: String
    var name: String
    var arguments = ""

    /// The call; `code` only where the arguments are an object with a text `code`.
    var call: ToolCall {
        let value = try? JSONValue(parsing: arguments)
        if name == "python", let code = value?["code"]?.stringValue {
            return ToolCall(id: id, name: name, code: code)
        }
        return ToolCall(id: id, name: name, code: nil, rawArguments: String(arguments.prefix(2000)))
    }
}

extension JSONValue {
    /// Parses what a provider sent; garbage is a failure that may pass.
    static func received(_ text: String) throws(ProviderFailure) -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw ProviderFailure(
                .badReply,
                "The server sent a piece that is not acceptable JSON (\(error.reason) at byte \(error.offset))."
            )
        }
    }
}
