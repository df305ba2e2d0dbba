internal import LatheVocabulary

/// Decides whether the turns of a place are stalled and what is done about it: first its model is told, then a task is planned anew,
/// then the work ends.
///
/// All it goes by is the ledger, a fold over the journal, and the newest replies: a later program run decides the same.
struct StallWatch: Sendable {
    var rules: StallRules
    var stops: StopRules
    var ledgers: LedgerKeeper
    var place: Place

    /// What is found after a reply whose code has come `repeats` times to the same; nil where it gets on.
    func found(repeats: Int) -> StallFound? {
        guard let progress = ledgers.progress(at: place) else { return nil }
        guard let before = progress.stall else { return first(progress, repeats) }
        let isRepeated = repeats >= stops.repeatsEnded
        let isIdle = counts(after: before.rule) && progress.idle - before.turns >= rules.further
        guard isRepeated || isIdle else { return nil }
        let mayReplan = place == .coordinator && progress.replans < rules.replans
        let rule =
            isRepeated ? StallFound.Rule.repeatedCells : before.rule == .repeatedErrors ? before.rule : .noProgress
        return made(rule, mayReplan ? .replanned : .ended, progress, repeats)
    }

    /// Whether turns without progress count after a stall that was found by a rule: cells that failed alike are followed by them also
    /// where they are no stall of their own.
    private func counts(after rule: StallFound.Rule) -> Bool { rules.turns > 0 || rule == .repeatedErrors }

    private func first(_ progress: PlaceProgress, _ repeats: Int) -> StallFound? {
        let errors = progress.failing?.count ?? 0
        if repeats >= stops.repeatsTold { return made(.repeatedCells, .told, progress, repeats) }
        if rules.errors > 0, errors >= rules.errors { return made(.repeatedErrors, .told, progress, repeats) }
        if rules.turns > 0, progress.idle >= rules.turns { return made(.noProgress, .told, progress, repeats) }
        return nil
    }

    private func made(
        _ rule: StallFound.Rule, _ step: StallFound.Step, _ progress: PlaceProgress, _ repeats: Int
    ) -> StallFound {
        var found = StallFound(
            rule: rule, turns: progress.idle, step: step, reason: reason(rule, progress, repeats))
        if step == .ended, progress.replans > 0 {
            found.reason += "; planned anew \(progress.replans) \(progress.replans == 1 ? "time" : "times")"
        }
        found.told = told(found)
        return found
    }

    private func reason(_ rule: StallFound.Rule, _ progress: PlaceProgress, _ repeats: Int) -> String {
        switch rule {
        case .repeatedCells: return "the model sent the same cell with the same result \(repeats) times"
        case .repeatedErrors:
            let failing = progress.failing
            return
                "\(failing?.count ?? 0) cells failed with the same error (\((failing?.text ?? "").singleLine(upTo: 160)))"
        case .noProgress:
            let last = progress.last.map { "the last that did was turn \($0.turn): \($0.what.singleLine(upTo: 120))" }
            return "\(progress.idle) turns brought nothing new (\(last ?? "none did"))"
        }
    }

    // MARK: Words for the model

    private func told(_ found: StallFound) -> String? {
        switch found.step {
        case .ended: nil
        case .told:
            """
            You are stalled: \(found.reason.replacing("the model", with: "you")).
            \(LedgerText(ledgers.safeView(of: place), within: 2_500).block)
            Send nothing of that again. Say in a comment what is in the way, then try what you have not tried: another way, \
            a smaller part, lathe.note(question="…") for what you lack; or answer with what there is and say what is missing. \
            \(threat(found.rule))
            """
        case .replanned:
            """
            The work was stalled (\(found.reason.replacing("the model", with: "you"))), so it begins afresh: variables are as they \
            were, the conversation before is put aside. Make a new plan before anything else. In comments of your next \
            cell: what was tried and why it led nowhere, then the new plan, another one, in at most five steps. Then its \
            first step.
            """
        }
    }

    private func threat(_ rule: StallFound.Rule) -> String {
        let what =
            place == .coordinator && rules.replans > 0
            ? "the conversation is put aside and you plan anew" : "the work ends without a result"
        return counts(after: rule)
            ? "After \(rules.further) more turns without anything new, \(what)." : "If you repeat it, \(what)."
    }

    /// What a conversation that begins afresh begins with.
    func beginning(_ established: [Established.Item], upTo bytes: Int) -> String {
        let kept = established.filter { $0.kind == .task || $0.kind == .answer || $0.kind == .names }
        return [
            ConversationSummary(kept, upTo: bytes).text,
            LedgerText(ledgers.safeView(of: place), within: min(bytes, 6_000)).block,
        ].joined(separator: "\n\n")
    }
}
