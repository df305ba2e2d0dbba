internal import LatheVocabulary

extension TaskOutcome {
    /// Fills in the answer, or what there is in its place, and says incomplete where required subtasks are missing.
    ///
    /// An answer that was held while its model was told what is missing counts, whatever came after it.
    mutating func settle(_ end: LoopEnd, held: JSONValue?, partial words: String?) {
        let answered: JSONValue? = if case .answered(let value) = end { value } else { nil }
        guard let value = answered ?? held else {
            partial = words
            return explain(end)
        }
        answer = value.stringValue ?? value.text
        guard answered == nil || !failedSubtasks.isEmpty else {
            (status, reason) = (.complete, "")
            return
        }
        if status == .cancelled { return explain(end) }
        status = .incomplete
        reason = failedSubtasks.isEmpty ? reason : failedSubtasks.missingText(of: subtasks)
    }

    /// An answer after a roundtable that came to no synthesis is not a whole one, unless a later one did.
    mutating func settle(tables events: [EventBody]) {
        let closed = events.compactMap { if case .roundtableClosed(let table) = $0 { table } else { nil } }
        guard status == .complete, let last = closed.last, last.status != .complete else { return }
        status = .incomplete
        reason = "roundtable \(last.table) is \(last.status.rawValue): \(last.reason)"
    }

    /// Says of a task without an answer what helps.
    private mutating func explain(_ end: LoopEnd) {
        switch end {
        case .turnsUsedUp: reason += "; go on with --session, or allow more with --max-turns"
        case .timeUsedUp: reason += "; go on with --session and a new one"
        case .modelFailed(let error) where error.code == .budget: reason += " Go on with --session and a new budget."
        case .cancelled: reason = "stopped by the user"
        default: break
        }
    }
}

extension [SubtaskOutcome] {
    /// Those without a result that their task needs: neither optional, nor run again with success, nor begun by one that was.
    var missing: [SubtaskOutcome] {
        let settled = Set(filter { $0.isOptional == true || $0.isMended(by: self) }.map(\.place))
        return filter { outcome in
            guard outcome.status != .complete else { return false }
            return !sequence(first: outcome.place, next: \.parent).contains(where: settled.contains)
        }
    }

    /// `2 of 16 subtasks did not complete: AA, UA`.
    func missingText(of all: Int) -> String {
        let labels = prefix(8).map(\.label).joined(separator: ", ") + (count > 8 ? ", …" : "")
        return "\(count) of \(all) subtasks did not complete: \(labels)"
    }
}

extension SubtaskRegistry {
    /// What a model that answers is told once, where subtasks of its task failed. What never began, or ran out of budget, its model
    /// has seen as such, and another call could not help it.
    /// What still runs at `owner` is named too.
    func objection(after id: Int, at owner: Place) -> String? {
        let said = [Self.objection(to: finished(after: id)), unfinished(of: owner, after: id)].compactMap(\.self)
        return said.isEmpty ? nil : said.joined(separator: "\n\n")
    }

    /// The same of the subtasks that one place began.
    func objection(at owner: Place) -> String? {
        let said = [Self.objection(to: finished(of: owner)), unfinished(of: owner)].compactMap(\.self)
        return said.isEmpty ? nil : said.joined(separator: "\n\n")
    }

    private static func objection(to all: [SubtaskOutcome]) -> String? {
        let missing = all.missing
        guard missing.contains(where: { [.failed, .incomplete, .refused].contains($0.status) }) else { return nil }
        let reasons = missing.prefix(8).map { one in
            "- \(one.label.singleLine(upTo: 60)) (\(one.status.rawValue)): \(one.reason.singleLine(upTo: 200))"
        }
        let more = missing.count > 8 ? "\n- … \(missing.count - 8) more" : ""
        return "Not complete: \(missing.missingText(of: all.count)).\n\(reasons.joined(separator: "\n"))\(more)\n"
            + "Run them again under the same labels if that can help, or answer again and say what is missing."
    }
}

extension SubtaskOutcome {
    /// True where a later subtask with the same label, of the same parent, completed.
    fileprivate func isMended(by others: [SubtaskOutcome]) -> Bool {
        others.contains { $0.id > id && $0.label == label && $0.place.parent == place.parent && $0.status == .complete }
    }
}
