internal import LatheVocabulary

/// What a `plan` call asks for beside its steps: a new plan, or another form of one that is there.
struct PlanAsked: Sendable {
    let known: PlanMade?
    let past: PlanPast
    /// The number of a new plan, once it was given one.
    var newNumber: Int?
    var because: String?
    /// Steps that are over and are to begin anew.
    var reopened: Set<String> = []
    /// What the plan as a whole may use.
    var budget = BudgetLimits()

    /// More than anybody should need, whoever decides about another attempt.
    static let mostAttempts = 10

    var number: Int { known?.plan ?? newNumber ?? past.newest + 1 }
    var revision: Int { (known?.revision ?? 0) + 1 }
    /// The subtasks that the plan has begun.
    var subtasks: [Int] { (known.flatMap { past.subtasks[$0.plan] } ?? []).sorted() }

    /// Why a plan may not become this one; nil where it may. What is under way or has a result stays.
    func objection(to draft: PlanDraft) -> String? {
        guard let known else { return nil }
        if let worn = draft.steps.first(where: { reopened.contains($0.name) && begun($0.name) >= Self.mostAttempts }) {
            return
                "step '\(worn.name)' has begun \(Self.mostAttempts) times, which is the most: put another one in its place"
        }
        for step in known.steps where past.isSettled(step.name, of: known.plan) && !reopened.contains(step.name) {
            guard let now = draft.steps.first(where: { $0.name == step.name }) else {
                return "step '\(step.name)' has begun, so it cannot be taken out"
            }
            guard now.needs == step.needs, now.agent == step.agent else {
                return "step '\(step.name)' has begun, so neither its agent nor its needs can change"
            }
        }
        return nil
    }

    /// Whether there is anything in it that the user has not seen; `seen` is the form that the kernel has had last.
    func isNews(_ draft: PlanDraft, since seen: PlanDraft?) -> Bool {
        guard let seen, Set(draft.steps.map(\.name)) == Set(seen.steps.map(\.name)) else { return true }
        return draft.steps.contains { step in
            seen.steps.first { $0.name == step.name }?.shown != step.shown
        }
    }

    /// How often a step may still begin.
    func attempts(of step: PlanDraft.Step) -> Int {
        let all = PlanBounds.tries + (step.fallback == nil ? 0 : 1)
        guard let known, let state = past.steps[known.plan]?[step.name]?.state else { return all }
        let begun = begun(step.name)
        if reopened.contains(step.name) { return min(all, Self.mostAttempts - begun) }
        return state == .complete ? 0 : max(all - begun, 0)
    }

    private func begun(_ step: String) -> Int { known.flatMap { past.begun[$0.plan]?[step] } ?? 0 }

    /// What outcomes have used of the plan's own budget.
    func used(_ outcomes: [SubtaskOutcome]) -> WorkBound {
        outcomes.reduce(into: WorkBound(subtasks: 0, modelCalls: 0, tokens: 0, microdollars: 0)) { sum, one in
            sum.subtasks += 1
            sum.modelCalls += one.turns
            sum.tokens += one.usage.total
            if case .microdollars(let cost) = one.cost { sum.microdollars = (sum.microdollars ?? 0) + cost }
        }
    }

    /// The same plan, journaled in this cell, of which no kernel was told: lathe ended in between.
    func unanswered(
        _ checked: CheckedPlan, _ cell: Int, _ log: EventLog, at place: Place
    ) async throws(HostRefusal) -> PlanMade? {
        guard let newest = known ?? past.made.values.max(by: { $0.plan < $1.plan }), newest.cell == cell,
            newest.goal == checked.draft.goal, newest.because == because,
            newest.edited != nil || newest.steps.map(\.name) == checked.draft.steps.map(\.name)
        else { return nil }
        let answers: [Event]
        do throws(JournalError) {
            answers = try await log.events(after: 0, of: [.hostAnswered])
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
        let isTold = answers.contains { event in
            guard event.place == place, case .hostAnswered(let one) = event.body, one.name == "plan" else {
                return false
            }
            return one.value?["plan"]?.integerValue == newest.plan
                && one.value?["revision"]?.integerValue == newest.revision
        }
        return isTold ? nil : newest
    }
}

extension PlanDraft.Step {
    /// What a person is shown of it and decides on; of its data the form alone is shown, which is another each time.
    fileprivate var shown: PlanDraft.Step {
        var shown = self
        (shown.data, shown.isSaved, shown.maxTurns) = (nil, true, nil)
        shown.task = task.trimmingLines
        return shown
    }
}
