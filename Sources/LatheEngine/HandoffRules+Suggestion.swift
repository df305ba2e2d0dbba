internal import LatheVocabulary

extension HandoffRules {
    /// What the coordinator is told after cells that failed in a row.
    func suggestion(after failures: Int) -> String {
        let agent = to.map { "\"\($0)\"" } ?? "agent"
        return """
            \(failures) cells in a row failed. By a rule of this project, hand this part over now, to somebody who has not tried \
            what you tried: lathe.handoff(\(agent), "the goal", data=…, so_far="what was tried", questions=[…], returns={…}); \
            help(lathe.handoff) tells more. If it is nearly done, go on instead and say why.
            """
    }
}
