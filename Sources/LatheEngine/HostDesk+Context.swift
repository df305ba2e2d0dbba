internal import LatheVocabulary

/// The host calls by which a subtask's code looks at its own context and edits it (docs/contexts.md). Whose it is, is the desk's to
/// say.
extension HostDesk {
    func shownContext() throws(HostRefusal) -> JSONValue {
        let context = try editable("context")
        let state = context.state
        return [
            "core": context.core, "context": state.context.json, "text": .string(state.context.text),
            "tokens": .integer(state.context.tokens), "most_tokens": .integer(context.rules.tokens),
            "edits": .integer(state.edits), "most_edits": .integer(context.rules.edits),
            "due": .bool(state.due != nil),
            "watched": state.watch == nil ? .null : .integer(max(context.rules.watch - state.after.turns, 0)),
        ]
    }

    /// Finds an edit sound, or refuses it; either is journaled. It is made once the cells of the turn have ended.
    func editContext(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let context = try editable("context.edit")
        guard let commandingWords = services.commandingWords else {
            throw HostRefusal("not_allowed", "context.edit: no rule for its words is at hand in this run")
        }
        let fold = delegation.bus.fold
        let heard = fold.all(at: place).compactMap { fold.messages[$0.id] }
        let exposure = services.tools?.exposure(of: place)
        let proposal = ContextProposal(
            arguments: arguments.values, state: context.state, rules: context.rules,
            words: ContextWords(commandingWords: commandingWords, heard: heard.filter { $0.from != .user }.map(\.text)),
            sources: ContextSources(
                variables: await seat?.variables ?? VariableListing(), answers: try await ownAnswers(), messages: heard),
            readOthers: exposure?.causes[.untrusted], cell: cell)
        do throws(ContextRefusal) {
            let draft = try proposal.draft()
            context.change { $0.propose(draft) }
            return draft.json
        } catch {
            let refused = context.counted(
                ContextEditRefused(cell: cell, rule: error.rule, field: error.field, reason: error.reason))
            if let refused, try await journalOnce(.contextEditRefused(refused)) {
                context.change { $0.apply(.contextEditRefused(refused)) }
            }
            throw error.refusal
        }
    }

    private func editable(_ call: String) throws(HostRefusal) -> WorkingContext {
        guard let context else {
            throw HostRefusal(
                "not_allowed",
                "\(call): only a subtask edits its context; the session's is the user's task and what comes of it")
        }
        return context
    }

    /// Answers that calls of this place had.
    private func ownAnswers() async throws(HostRefusal) -> [HostAnswered] {
        do throws(JournalError) {
            return try await services.log.events(after: 0, of: [.hostAnswered]).compactMap { event in
                guard event.place == place, case .hostAnswered(let answered) = event.body else { return nil }
                return answered
            }
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
    }
}
