import LatheVocabulary

/// What agents do together: where plans stand, handoffs, roundtables and specialists.
extension WatchView {
    private static let most = 2

    func shared(_ tree: AgentTree) -> [StyledLine] {
        let plans = tree.ledger.view(of: .coordinator).plans.suffix(Self.most).map(plan)
        let others = tree.shared.sentences.suffix(Self.most).map {
            canvas.fit(canvas.text("⇄ ", .dim) + canvas.text($0))
        }
        return plans + others
    }

    /// `plan 1  2 of 4 complete · running by_hour, by_carrier · next judge`, in a line.
    private func plan(_ plan: LedgerPlan) -> StyledLine {
        func names(_ states: [PlanStepChanged.State?]) -> String {
            plan.steps.filter { states.contains($0.changed?.state) }.map(\.plan.name).joined(separator: ", ")
        }
        let complete = plan.steps.count { $0.changed?.state == .complete }
        let heads = [
            ("", plan.ended?.status.rawValue ?? ""),
            ("", plan.ended?.status == .complete ? "" : "\(complete) of \(plan.steps.count) complete"),
            ("running ", names([.running])), ("failed ", names([.failed, .stalled])), ("not run ", names([.notRun])),
            ("next ", names([.ready, nil])),
        ]
        let text = heads.filter { !$0.1.isEmpty }.map { $0.0 + $0.1 }.joined(separator: " · ")
        let style: Style = plan.ended.map { $0.status == .complete ? .dim : .yellow } ?? []
        return canvas.fit(canvas.text("plan \(plan.made.plan)  ", .bold) + canvas.text(text, style))
    }
}
