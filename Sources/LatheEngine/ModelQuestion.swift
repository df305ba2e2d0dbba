internal import LatheVocabulary

/// `lathe.ask_model`: one question to a model, without a kernel, with one round of mending where a form is asked for.
struct ModelQuestion: Sendable {
    var prompt: String
    var returns: ReturnsSchema?
    var place: Place
    /// Replies that an earlier program run paid for: the same question gets its own.
    var paid: PaidReplies?

    /// Asks and returns the text, or the value that fits `returns`. `nextTurn` numbers the requests of the place.
    func ask(
        _ turn: ModelTurn, maxOutputTokens: Int, nextTurn: @Sendable () -> Int
    ) async throws(HostRefusal) -> JSONValue {
        var turn = turn
        var messages = [Message(.user, [.text(prompt)])]
        for attempt in 0...1 {
            let reply = try await reply(to: messages, &turn, maxOutputTokens, nextTurn)
            guard let returns else { return .string(reply.text) }
            let problem: String
            switch JSONReading(reply.text) {
            case .value(let value):
                let misfits = returns.misfits(of: value)
                if misfits.isEmpty { return value }
                problem = misfits.joined(separator: "; ")
            case .unreadable(let reason):
                problem = reason
            }
            guard attempt == 0 else {
                throw HostRefusal("model_failed", "the model's reply does not fit `returns`: \(problem)")
            }
            messages.append(Message(.assistant, [.text(reply.text)]))
            messages.append(
                Message(.user, [.text("That does not fit: \(problem). Reply with the corrected JSON alone.")]))
        }
        throw HostRefusal("model_failed", "the model gave no usable reply")
    }

    private func reply(
        to messages: [Message], _ turn: inout ModelTurn, _ maxOutputTokens: Int, _ nextTurn: @Sendable () -> Int
    ) async throws(HostRefusal) -> ModelReply {
        let form = returns.map { "Reply with JSON alone that fits this schema: \($0.schema.text)" }
        var request = ModelRequest(
            place: place, turn: 0, system: form ?? "Answer briefly and plainly.", messages: messages,
            codeForm: nil, maxOutputTokens: maxOutputTokens, replySchema: returns?.schema)
        let outcome: Result<ModelReply, ModelError>
        do throws(JournalError) {
            if let known = paid?.take(request) {
                outcome = .success(known)
            } else {
                outcome = try await answer(to: &request, &turn, nextTurn)
            }
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be written: \(error.reason)")
        }
        return try usable(outcome)
    }

    /// Asks, and the next model of the chain where one cannot be called.
    private func answer(
        to request: inout ModelRequest, _ turn: inout ModelTurn, _ nextTurn: @Sendable () -> Int
    ) async throws(JournalError) -> Result<ModelReply, ModelError> {
        while true {
            request.turn = nextTurn()
            let outcome = try await turn.ask(request)
            guard case .failure(let error) = outcome, try await turn.fallBack(after: request, error) else {
                return outcome
            }
        }
    }

    private func usable(_ outcome: Result<ModelReply, ModelError>) throws(HostRefusal) -> ModelReply {
        switch outcome {
        case .failure(let error):
            throw HostRefusal(error.code == .budget ? "out_of_budget" : "model_failed", error.reason)
        case .success(let reply):
            guard reply.stop != .refusal else {
                let words = reply.text.singleLine(upTo: 300)
                throw HostRefusal("refused", "the model refused" + (words.isEmpty ? "" : ": \(words)"))
            }
            guard reply.stop != .maxTokens, reply.stop != .contextFull, !reply.text.isEmpty else {
                throw HostRefusal("model_failed", "the model gave no whole reply (\(reply.stop.rawValue))")
            }
            return reply
        }
    }
}

/// A JSON value found in a model's text: the whole of it, or the one fenced block in it.
enum JSONReading: Sendable, Hashable {
    case value(JSONValue)
    case unreadable(reason: String)

    init(_ text: String) {
        let trimmed = text.trimmingLines[...].trimmingSpaces
        var candidates = [String(trimmed)]
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if let opening = lines.firstIndex(where: { $0.trimmingSpaces.hasPrefix("```") }),
            let closing = lines[(opening + 1)...].firstIndex(where: { $0.trimmingSpaces == "```" })
        {
            candidates.append(lines[(opening + 1)..<closing].joined(separator: "\n"))
        }
        var reason = "the reply is empty"
        for candidate in candidates {
            do throws(JSONError) {
                self = .value(try JSONValue(parsing: candidate, limits: JSONLimits(bytes: 4 << 20)))
                return
            } catch {
                reason = "not JSON: \(error.reason) (at character \(error.offset))"
            }
        }
        self = .unreadable(reason: reason)
    }
}
