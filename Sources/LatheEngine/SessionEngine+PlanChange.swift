package import LatheVocabulary

/// Changing a plan that runs from another terminal.
extension SessionEngine {
    /// The plan that a change is about, and whose it is.
    func plan(of change: PlanChange) async throws(HostRefusal) -> (number: Int, place: Place) {
        let standing: PlansStanding
        do throws(JournalError) {
            standing = PlansStanding(try await services.log.events(after: 0, of: PlanPast.kinds))
        } catch {
            throw HostRefusal(unread: error)
        }
        switch standing.find(change.plan) {
        case .success(let found) where found.isOver:
            throw HostRefusal("gone", "plan \(found.made.plan) has ended; the agent can run it again, or make another")
        case .success(let found): return (found.made.plan, found.place)
        case .failure(let refusal): throw HostRefusal(refusal.code, refusal.reason)
        }
    }

    /// Waits until the code that runs the plan comes between two of its steps, and says what became of it. It is in the journal
    /// before.
    func change(
        _ change: PlanChange, user: Int, process: Int
    ) async throws(HostRefusal) -> ControlAnswer {
        let (number, place) = try await plan(of: change)
        var change = change
        change.plan = number
        if let obstacle = delegation.changes.obstacle(of: number, at: place) { throw obstacle }
        let asked = try await record(SteppedIn(.plan, place, plan: change, user: user, process: process), at: place)
        let end = await delegation.changes.ask(change, asked: asked.sequence, at: place) { [registry] in
            await registry.interruptWait(of: place)
        }
        switch end {
        case .made(let made): return .done(made.sentenceWithCost + (made.because.map { "; \($0)" } ?? ""))
        case .refused(let refusal): throw refusal
        }
    }
}

/// The plans of a session and where they stand, whoever made them: a fold over its events.
package struct PlansStanding: Sendable {
    package struct Standing: Sendable {
        package var made: PlanMade
        package var place: Place
        package var isOver = false
        /// The newest event of each step.
        package var steps: [String: PlanStepChanged] = [:]
    }

    private var plans: [Int: Standing] = [:]

    package init(_ events: [Event]) {
        for event in events {
            switch event.body {
            case .planMade(let made):
                plans[made.plan, default: Standing(made: made, place: event.place)].made = made
                plans[made.plan]?.isOver = false
            case .planStep(let step):
                plans[step.plan]?.steps[step.step] = step
                plans[step.plan]?.isOver = false
            case .planEnded(let end): plans[end.plan]?.isOver = true
            default: break
            }
        }
    }

    /// A plan by its number, else the only one that is under way, else the newest one where there is one at all.
    package func find(_ number: Int?) -> Result<Standing, ControlRefusal> {
        if let number {
            return plans[number].map { .success($0) }
                ?? .failure(ControlRefusal("invalid", "this session has no plan \(number)"))
        }
        let open = plans.values.filter { !$0.isOver }
        guard open.count < 2 else {
            let numbers = open.map(\.made.plan).sorted().map(String.init).joined(separator: ", ")
            return .failure(ControlRefusal("invalid", "plans \(numbers) are under way; say which with --plan"))
        }
        guard let one = open.first ?? plans.values.max(by: { $0.made.plan < $1.made.plan }) else {
            return .failure(ControlRefusal("invalid", "this session has no plan"))
        }
        return .success(one)
    }
}
