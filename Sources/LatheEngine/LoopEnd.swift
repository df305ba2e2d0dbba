internal import LatheVocabulary

/// How a run of turns ended.
enum LoopEnd: Sendable, Hashable {
    case answered(JSONValue)
    /// The turns, so many, are used up.
    case turnsUsedUp(Int)
    /// The time, in seconds, is over.
    case timeUsedUp(Double)
    /// The model goes on without getting anywhere.
    case stuck(String)
    /// Its turns brought nothing new, whatever was done about it.
    case stalled(String)
    /// Its replies are cut again and again.
    case cutShort(String)
    case refused(String)
    case modelFailed(ModelError)
    case kernelLost(KernelError)
    case cancelled

    /// Whether the task can be gone on with by another program run: no kernel can be had in this one any more.
    var leavesUnfinished: Bool {
        if case .kernelLost(let error) = self { error.code == .templateFailed } else { false }
    }

    /// Whether it ended so by what was asked of the model and what it did: not by a budget, an interrupt, a failure of a model or a
    /// kernel.
    var isOwn: Bool {
        switch self {
        case .turnsUsedUp, .stuck, .stalled, .cutShort: true
        default: false
        }
    }

    /// The status that this amounts to, for a task and a subtask alike, and why it is not complete.
    var ending: (status: OutcomeStatus, reason: String) {
        switch self {
        case .answered: (.complete, "")
        case .turnsUsedUp(let turns): (.incomplete, "no answer after \(turns) turns")
        case .timeUsedUp(let seconds): (.outOfBudget, "the time limit of \(Int(seconds)) s is over")
        case .stuck(let reason): (.failed, reason)
        case .stalled(let reason): (.incomplete, "stalled: \(reason)")
        case .cutShort(let reason): (.incomplete, reason)
        case .refused(let reason): (.refused, reason)
        case .modelFailed(let error) where error.code == .budget: (.outOfBudget, error.reason)
        case .modelFailed(let error) where error.code == .cancelled: (.cancelled, "stopped")
        case .modelFailed(let error): (.failed, error.reason)
        case .kernelLost(let error): (.failed, error.reason)
        case .cancelled: (.cancelled, "stopped")
        }
    }
}
