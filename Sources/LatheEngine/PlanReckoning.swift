internal import LatheVocabulary

/// What steps are expected to use: measured where their agents completed work in this session, else by the rule of their complexity.
struct PlanReckoning: Sendable {
    private struct Measured {
        var calls: ClosedRange<Int>
        var tokens: ClosedRange<Int>
    }

    static let kinds: Set<EventBody.Kind> = [.subtaskStarted, .subtaskFinished]
    /// Tokens of one call where nothing is measured: a prompt with little in it, and a long one with a long reply.
    private static let tokensOfCall = 1_500...6_000

    private var agents: [Int: String] = [:]
    private var measured: [String: Measured] = [:]

    init(_ events: [Event]) {
        for event in events {
            switch event.body {
            case .subtaskStarted(let started): agents[started.id] = started.agent.name
            case .subtaskFinished(let outcome): take(outcome)
            default: break
            }
        }
    }

    private mutating func take(_ outcome: SubtaskOutcome) {
        guard outcome.status == .complete, outcome.turns > 0, let agent = agents[outcome.id] else { return }
        let (calls, tokens) = (outcome.turns, outcome.usage.total)
        guard let known = measured[agent] else {
            measured[agent] = Measured(calls: calls...calls, tokens: tokens...tokens)
            return
        }
        measured[agent] = Measured(
            calls: min(known.calls.lowerBound, calls)...max(known.calls.upperBound, calls),
            tokens: min(known.tokens.lowerBound, tokens)...max(known.tokens.upperBound, tokens))
    }

    /// One attempt of a step, never more than it may use.
    func reckoned(_ step: PlanDraft.Step, _ share: PlanBounds.Share) -> PlanStep.Reckoning {
        let most = (calls: share.calls, tokens: share.budget.tokens ?? .max)
        if let known = measured[step.agent] {
            return PlanStep.Reckoning(
                calls: Self.cut(known.calls, most.calls), tokens: Self.cut(known.tokens, most.tokens))
        }
        let calls: ClosedRange<Int> =
            switch step.complexity {
            case .low: 1...3
            case .medium, nil: 2...6
            case .high: 4...12
            }
        let tokens =
            calls.lowerBound * Self.tokensOfCall.lowerBound...calls.upperBound * Self.tokensOfCall.upperBound
        return PlanStep.Reckoning(calls: Self.cut(calls, most.calls), tokens: Self.cut(tokens, most.tokens))
    }

    private static func cut(_ range: ClosedRange<Int>, _ most: Int) -> ClosedRange<Int> {
        let upper = min(range.upperBound, max(most, 0))
        return min(range.lowerBound, upper)...upper
    }
}
