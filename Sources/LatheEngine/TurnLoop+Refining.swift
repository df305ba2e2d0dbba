internal import LatheVocabulary

/// Subtasks that change their own contexts (docs/contexts.md).
extension TurnLoop {
    /// Bytes of the account of what was done, with which a conversation begins anew.
    private static let accountBytes = 5_000

    /// What passes between two turns: an edit that was asked for is made, or one whose time is over is judged. An end where the
    /// subtask goes on asking beyond what it may.
    mutating func refine() async throws(JournalError) -> LoopEnd? {
        guard let refining else { return nil }
        let state = refining.state
        guard state.beyond < refining.rules.beyond else {
            return .stuck(
                "stuck: it asked \(state.beyond) times to edit its context beyond its \(refining.rules.edits) edits, in place of answering"
            )
        }
        if let draft = state.due {
            try await settle(draft, refining)
        } else if let watch = state.watch, state.after.turns >= refining.rules.watch {
            if state.after.isWorse(than: watch.before) {
                try await restore(watch, state.after, refining)
            } else {
                try await keep(watch, state.after, refining)
            }
        }
        return nil
    }

    /// Judges what is left to judge once the subtask has answered.
    mutating func closeContext(_ end: LoopEnd) async throws(JournalError) {
        guard let refining, case .answered = end else { return }
        if let draft = refining.state.due { try await refuse(draft, "the subtask answered", refining) }
        let state = refining.state
        if let watch = state.watch, state.after.turns > 0 { try await keep(watch, state.after, refining) }
    }

    private mutating func settle(_ draft: ContextDraft, _ refining: WorkingContext) async throws(JournalError) {
        guard !draft.isFailed else { return try await refuse(draft, "the cell that asked for it failed", refining) }
        let (state, rules) = (refining.state, refining.rules)
        let edit = state.edits + 1
        let last = edit == rules.edits ? " It was the last one: answer next, or escalate." : ""
        let heading =
            "[Your conversation begins anew here, since you edited your context (edit \(edit) of \(rules.edits), because: \(draft.because)).\(last) "
            + "Variables are as they were; lathe.output(N) gives the whole output of cell N.]"
        try await begin(
            .contextEdited(
                ContextEdited(
                    edit: edit, of: rules.edits, cell: draft.cell, because: draft.because, cause: draft.cause,
                    changes: draft.context.changes(from: state.context), context: draft.context,
                    tokens: draft.context.tokens, before: state.before(upTo: rules.watch),
                    messages: transcript.messages.count,
                    text: transcript.anew(with: draft.context, heading: heading, upTo: Self.accountBytes))), refining)
    }

    private mutating func restore(
        _ watch: ContextFold.Watch, _ after: ContextMeasure, _ refining: WorkingContext
    ) async throws(JournalError) {
        let heading =
            "[Your conversation begins anew here: edit \(watch.edit) of your context is taken back, since it went worse after it "
            + "(\(after.sentence)) than before (\(watch.before.sentence)). Variables are as they were; lathe.output(N) gives the whole output of cell N.]"
        try await begin(
            .contextRestored(
                ContextRestored(
                    edit: watch.edit, before: watch.before, after: after, context: watch.context,
                    messages: transcript.messages.count,
                    text: transcript.anew(with: watch.context, heading: heading, upTo: Self.accountBytes))), refining)
    }

    private mutating func begin(_ body: EventBody, _ refining: WorkingContext) async throws(JournalError) {
        try await turn.log.record(body, at: place)
        transcript.apply(body)
        refining.change { $0.apply(body) }
    }

    private func keep(
        _ watch: ContextFold.Watch, _ after: ContextMeasure, _ refining: WorkingContext
    ) async throws(JournalError) {
        let kept = EventBody.contextKept(
            ContextKept(
                edit: watch.edit, before: watch.before, after: after, isBetter: after.isBetter(than: watch.before)))
        try await turn.log.record(kept, at: place)
        refining.change { $0.apply(kept) }
    }

    private func refuse(
        _ draft: ContextDraft, _ why: String, _ refining: WorkingContext
    ) async throws(JournalError) {
        let refused = EventBody.contextEditRefused(
            ContextEditRefused(cell: draft.cell, rule: .cell, field: nil, reason: "not made, since \(why)"))
        try await turn.log.record(refused, at: place)
        refining.change { $0.apply(refused) }
    }
}
