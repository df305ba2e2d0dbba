package import LatheVocabulary

/// A plan as the user is shown it before it runs.
package enum PlanListing {
    package static func lines(_ plan: PlanMade, _ canvas: Canvas) -> [StyledLine] {
        var texts = ["", plan.sentenceWithCost, "  goal: \(TerminalText.joined(plan.goal))"]
        if let because = plan.because { texts.append("  since: \(TerminalText.joined(because))") }
        for step in plan.steps { texts += lines(step) }
        return texts.flatMap { canvas.wrap(canvas.text($0), indent: 6) }
    }

    /// A sentence about a plan in the canvas's width.
    package static func lines(_ sentence: String, _ canvas: Canvas) -> [StyledLine] {
        canvas.wrap(canvas.text(TerminalText.joined(sentence)), indent: 2)
    }

    private static func lines(_ step: PlanStep) -> [String] {
        let by = step.agent.map { " by \(TerminalText.joined($0))" } ?? ""
        let model = step.model.map { " with \(TerminalText.joined($0))" } ?? ""
        let needs = step.needs.isEmpty ? "" : ", after \(step.needs.map(TerminalText.joined).joined(separator: ", "))"
        let fallback = step.fallback.map { ", else \(TerminalText.joined($0))" } ?? ""
        let (calls, tokens) = (step.reckoned.calls, step.reckoned.tokens)
        let use =
            "\(calls.lowerBound)–\(calls.upperBound) calls, \(Figure.tokens(tokens.lowerBound))–"
            + "\(Figure.tokens(tokens.upperBound)) tokens"
        return [
            "  \(TerminalText.joined(step.name))\(step.required ? "" : " (optional)")\(by)\(model)\(fallback)\(needs), \(use)",
            "      \(TerminalText.joined(step.task))",
        ]
    }
}
