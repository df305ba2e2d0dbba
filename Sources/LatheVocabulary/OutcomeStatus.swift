/// What became of anything that can end: a turn, a cell, a host call, a subtask, a task. `complete` is said only of what is.
///
/// docs/command-line.md has the table of statuses, exit codes and last lines.
package enum OutcomeStatus: String, Sendable, Hashable, Codable, CaseIterable {
    case complete
    /// It ended without its whole result, and the reason says what is missing.
    case incomplete
    case failed
    case cancelled
    /// It never began: nothing was asked, run or spent for it.
    case notRun = "not_run"
    /// Its tokens, money, calls or time are used up.
    case outOfBudget = "out_of_budget"
    /// A model would not do it, or what it asked for is not allowed.
    case refused
    case running
}

extension CellStatus {
    package var outcome: OutcomeStatus {
        switch self {
        case .ok: .complete
        case .error, .died: .failed
        case .interrupted: .cancelled
        }
    }
}

extension TurnFinished {
    package var outcome: OutcomeStatus {
        switch reply.stop {
        case .refusal: .refused
        case .maxTokens, .contextFull: .incomplete
        case .endTurn, .toolUse, .stopSequence, .other: .complete
        }
    }
}

extension TurnFailed {
    package var outcome: OutcomeStatus {
        switch code {
        case .budget: .outOfBudget
        case .cancelled: .cancelled
        default: isUnsent == true ? .notRun : .failed
        }
    }
}

extension HostAnswered {
    package var outcome: OutcomeStatus {
        switch code {
        case nil: .complete
        case "model_failed", "not_recorded": .failed
        case "out_of_budget": .outOfBudget
        default: .refused
        }
    }
}

extension EventBody {
    /// How what this event ends has ended; nil for an event that ends nothing.
    package var outcome: OutcomeStatus? {
        switch self {
        case .turnFinished(let turn): turn.outcome
        case .turnFailed(let turn): turn.outcome
        case .cellFinished(let cell): cell.status.outcome
        case .hostAnswered(let answered): answered.outcome
        case .subtaskFinished(let subtask), .backgroundFinished(let subtask): subtask.status
        case .taskFinished(let task): task.status
        default: nil
        }
    }
}
