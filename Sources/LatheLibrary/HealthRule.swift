internal import LatheVocabulary

/// When an agent is not chosen any more, by what became of its newest subtasks (docs/decisions/0037).
///
/// Subtasks are what counts, not sessions as for a demotion: how a subtask ended is lathe's own word, and who is not chosen here can
/// still be named.
package struct HealthRule: Sendable, Hashable {
    /// Above this share of failures it is unhealthy; 0 up to 1.
    package var share: Double
    /// At least so many subtasks have to say something of it.
    package var subtasks: Int
    /// Older ones count no more, so that it is tried again.
    package var days: Double

    /// The newest subtasks that are looked at.
    static let window = 20
    /// What `subtasks` can be.
    package static let possibleSubtasks = 1...window

    package init(share: Double = 1.0 / 3, subtasks: Int = 3, days: Double = 30) {
        self.share = share
        self.subtasks = subtasks
        self.days = days
    }

    /// What uses come to, the newest first. `rule` nil judges nothing unhealthy.
    static func health(_ uses: [SessionUse], by rule: HealthRule?) -> AgentHealth {
        let judged = uses.filter { $0.use.calls > $0.use.excused }
        let failed = judged.filter { $0.use.failures > 0 }
        var health = AgentHealth(
            judged: judged.count, completed: judged.count - failed.count, excused: uses.count - judged.count,
            median: median(judged.map(\.use.seconds)), last: uses.first?.time,
            lastFailure: failed.first.map {
                AgentHealth.Failure(time: $0.time, error: $0.use.errors.keys.min() ?? "failed")
            })
        guard !judged.isEmpty else { return health }
        health.least = DemotionRule.lowest(judged.map { $0.use.failures > 0 ? 0 : 1 })
        guard let rule, judged.count >= rule.subtasks,
            DemotionRule.lowest(judged.map { $0.use.failures > 0 ? 1 : 0 }) > rule.share
        else { return health }
        let errors = Set(failed.flatMap { $0.use.errors.keys }).sorted().prefix(3).joined(separator: ", ")
        health.unhealthy =
            "\(failed.count) of its newest \(judged.count) subtasks failed" + (errors.isEmpty ? "" : " (\(errors))")
        return health
    }

    private static func median(_ seconds: [Double]) -> Double? {
        guard !seconds.isEmpty else { return nil }
        let sorted = seconds.sorted()
        let half = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
    }
}
