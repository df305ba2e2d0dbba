internal import LatheVocabulary

/// An outcome whose value is in the journal alone.
struct StoredOutcome: Sendable, Hashable {
    let outcome: SubtaskOutcome
    /// The event that has it whole.
    let sequence: Int

    init(_ outcome: SubtaskOutcome, in event: Event) {
        var outcome = outcome
        outcome.value = nil
        self.outcome = outcome
        sequence = event.sequence
    }
}

extension EventLog {
    /// The value that an outcome had when it was recorded; nil where it had none.
    func value(of id: Int, in sequence: Int) async throws(JournalError) -> JSONValue? {
        switch try await event(sequence)?.body {
        case .subtaskFinished(let outcome) where outcome.id == id: return outcome.value
        case .backgroundFinished(let outcome) where outcome.id == id: return outcome.value
        default: throw JournalError(.corrupt, "event \(sequence) is not the end of subtask://\(id)")
        }
    }
}

extension Delegation {
    /// How subtasks stand, with the values of those that have one, also where only the journal still has it.
    func wholeOutcomes(of ids: [Int]) async throws(JournalError) -> [SubtaskOutcome] {
        var outcomes = await registry.outcomes(of: ids, within: 0)
        let stored = await registry.stored(of: ids)
        for index in outcomes.indices {
            guard let sequence = stored[outcomes[index].id] else { continue }
            outcomes[index].value = try await services.log.value(of: outcomes[index].id, in: sequence)
        }
        return outcomes
    }

    /// Outcomes as a kernel is told them: values that would make a message too long are `left` for another call, never the first.
    func told(
        _ outcomes: [SubtaskOutcome], upTo bytes: Int
    ) async throws(JournalError) -> ([JSONValue], left: Set<Int>) {
        let stored = await registry.stored(of: outcomes.map(\.id))
        var (told, left, used): ([JSONValue], Set<Int>, Int) = ([], [], 0)
        for outcome in outcomes {
            var outcome = outcome
            var isLeft = used >= bytes && stored[outcome.id] != nil
            if !isLeft, let sequence = stored[outcome.id] {
                outcome.value = try await services.log.value(of: outcome.id, in: sequence)
            }
            let size = outcome.value?.text.utf8.count ?? 0
            isLeft = isLeft || (used > 0 && used + size > bytes)
            used += isLeft ? 0 : size
            if isLeft {
                outcome.value = nil
                left.insert(outcome.id)
            }
            told.append(outcome.forKernel(isLeft: isLeft))
        }
        return (told, left)
    }
}
