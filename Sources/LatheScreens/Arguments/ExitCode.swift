package import LatheVocabulary

/// The exit codes of `lathe`, as its help documents them.
package enum ExitCode: Int32, Sendable, Hashable, CaseIterable {
    case complete = 0
    case failed = 1
    case usage = 2
    case incomplete = 3
    case outOfBudget = 4
    case refused = 5
    /// A replay that ran otherwise than its recording.
    case different = 6
    /// An approved capability, or an allowed tool, that is not what it was; or a tool that nobody allowed.
    case unapproved = 7
    /// Something waits for a person's decision.
    case waiting = 8
    case interrupted = 130

    package init(_ status: OutcomeStatus) {
        self =
            switch status {
            case .complete: .complete
            case .failed, .notRun: .failed
            case .incomplete, .running: .incomplete
            case .outOfBudget: .outOfBudget
            case .refused: .refused
            case .cancelled: .interrupted
            }
    }

    package var meaning: String {
        switch self {
        case .complete: "complete"
        case .failed: "failed"
        case .usage: "the command line cannot be understood"
        case .incomplete: "ended without the whole result"
        case .outOfBudget: "the budget or the time is used up"
        case .refused: "the model refused"
        case .different: "replayed, with differences"
        case .unapproved: "a capability is not what was approved, or a tool not allowed as it is"
        case .waiting: "capabilities wait for review"
        case .interrupted: "interrupted"
        }
    }
}
