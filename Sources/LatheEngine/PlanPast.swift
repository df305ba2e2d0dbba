internal import LatheVocabulary

/// What the journal says of the plans of one place: a fold over its events. Their numbers are the session's.
struct PlanPast: Sendable {
    /// The newest revision of each.
    private(set) var made: [Int: PlanMade] = [:]
    /// The newest event of each step.
    private(set) var steps: [Int: [String: PlanStepChanged]] = [:]
    /// How often each step has begun.
    private(set) var begun: [Int: [String: Int]] = [:]
    /// The subtasks of a plan.
    private(set) var subtasks: [Int: Set<Int>] = [:]
    /// Those whose ends its code took, in that order.
    private(set) var taken: [Int: [Int]] = [:]
    private(set) var ended: [Int: PlanEnded] = [:]
    /// The newest number of the session.
    private(set) var newest = 0
    /// What the owner made of it while it ran, with the steps that had begun by then.
    private(set) var changes: [Int: [(made: PlanMade, begun: Set<String>)]] = [:]
    /// Those of which nothing has come since they ended.
    private var over: Set<Int> = []

    static let kinds: Set<EventBody.Kind> = [.planMade, .planStep, .planEnded]

    init(_ log: EventLog, at place: Place) async throws(HostRefusal) {
        do throws(JournalError) {
            for event in try await log.events(after: 0, of: Self.kinds) { apply(event, at: place) }
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
    }

    func plan(_ number: Int) throws(HostRefusal) -> PlanMade {
        guard let plan = made[number] else {
            throw HostRefusal("invalid_arguments", "plan: this kernel has made no plan \(number)")
        }
        return plan
    }

    func isEnded(_ plan: Int) -> Bool { over.contains(plan) }

    /// Whether a step is under way or has a result, and so stays as it is.
    func isSettled(_ step: String, of plan: Int) -> Bool {
        [.running, .complete].contains(steps[plan]?[step]?.state)
    }

    private mutating func apply(_ event: Event, at place: Place) {
        if case .planMade(let plan) = event.body { newest = max(newest, plan.plan) }
        guard event.place == place else { return }
        switch event.body {
        case .planMade(let plan):
            made[plan.plan] = plan
            if plan.change != nil {
                changes[plan.plan, default: []].append((plan, Set((begun[plan.plan] ?? [:]).keys)))
            }
            over.remove(plan.plan)
        case .planStep(let step):
            over.remove(step.plan)
            steps[step.plan, default: [:]][step.step] = step
            if step.state == .running { begun[step.plan, default: [:]][step.step, default: 0] += 1 }
            if let subtask = step.subtask { subtasks[step.plan, default: []].insert(subtask) }
            take(step)
        case .planEnded(let end):
            ended[end.plan] = end
            over.insert(end.plan)
        default: break
        }
    }

    private mutating func take(_ step: PlanStepChanged) {
        guard let subtask = step.subtask, [.complete, .failed, .stalled].contains(step.state),
            taken[step.plan]?.contains(subtask) != true
        else { return }
        taken[step.plan, default: []].append(subtask)
    }
}
