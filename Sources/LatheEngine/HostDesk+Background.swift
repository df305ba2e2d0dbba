internal import LatheVocabulary

/// The host calls that look at work in the background.
extension HostDesk {
    private static let listed = 1_000

    /// What runs and what has ended: what is named, of this kernel or below it, or all that this kernel began.
    func subtasks(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        guard arguments.present("ids") != nil else {
            let listing = await delegation.registry.listing(nil, of: place, limit: Self.listed)
            let own = (listing["subtasks"]?.arrayValue ?? []).compactMap { $0["id"]?.integerValue }
            try await expose(toWork: own, .listing)
            return listing
        }
        let ids = try arguments.integers("ids", upTo: Self.listed)
        guard await delegation.registry.sees(place, ids) else { throw Self.notYours }
        let listing = await delegation.registry.listing(ids, of: place, limit: Self.listed)
        try await expose(toWork: ids, .listing)
        return listing
    }

    static let notYours = HostRefusal("not_allowed", "these are not subtasks of this kernel")

    /// The result of a tool call in the background that is too long for a message.
    func toolResult(_ arguments: HostArguments) async throws(HostRefusal) -> HostReply {
        guard let id = try arguments.optionalInteger("id", in: 1...Int(Int32.max)) else {
            throw HostRefusal("invalid_arguments", "tool_result: id is missing")
        }
        guard await delegation.registry.sees(place, [id]) else { throw Self.notYours }
        let outcome: SubtaskOutcome?
        do throws(JournalError) {
            outcome = try await delegation.wholeOutcomes(of: [id]).first
        } catch {
            throw HostRefusal(unread: error)
        }
        guard let value = outcome?.value, let file = ToolResult.keptFile(value) else {
            throw HostRefusal("gone", "subtask://\(id) has no result in a file")
        }
        try await expose(toWork: [id], .value)
        return HostReply(.value(value), file: file)
    }

    // MARK: Questions

    /// What a question's answer must look like; nil for a text.
    static func questionForm(_ arguments: HostArguments) throws(HostRefusal) -> ReturnsSchema? {
        let returns = try arguments.schema("returns")
        guard returns?.wantsData != true else {
            throw HostRefusal(
                "invalid_arguments",
                "ask_model: a model alone cannot return data; delegate, or ask for text and numbers")
        }
        return returns
    }

    /// Asks a model one question, at a place of its own.
    func ask(
        _ arguments: HostArguments, _ model: any LanguageModel, at place: Place, _ spending: Spending,
        nextTurn: @Sendable () -> Int
    ) async throws(HostRefusal) -> JSONValue {
        let question = ModelQuestion(
            prompt: try arguments.text("prompt", upTo: services.limits.instructionCharacters),
            returns: try Self.questionForm(arguments), place: place, paid: delegation.past.paidReplies)
        let role = try arguments.optionalText("model", upTo: 64)
        let turn = ModelTurn(
            model: model, log: services.log, spending: spending, fallbacks: services.fallbacks(of: role))
        return ["value": try await question.ask(turn, maxOutputTokens: 2_048, nextTurn: nextTurn)]
    }
}
