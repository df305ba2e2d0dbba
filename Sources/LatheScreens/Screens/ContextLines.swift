import LatheVocabulary

/// What screens say of contexts that agents change, and of specialists: plain sentences, whose texts of models are cut here and
/// escaped where they are shown.
enum ContextLines {
    private static let text = 160

    /// Nil for an event that is about neither.
    static func sentences(_ body: EventBody) -> [String]? {
        switch body {
        case .contextEdited(let edited):
            [
                "context edited (\(edited.edit) of \(edited.of)): "
                    + edited.changes.map { "\($0.field) \(brief($0.lines.joined(separator: " ")))" }
                    .joined(separator: "; ") + ", because \(brief(edited.because))"
                    + (edited.cause.map { " (\(brief($0)))" } ?? "")
            ]
        case .contextEditRefused(let refused):
            ["edit of the context refused (\(refused.rule.rawValue)): \(brief(refused.reason))"]
        case .contextRestored(let restored):
            [
                "context restored to before edit \(restored.edit): after it \(restored.after.sentence); "
                    + "before it \(restored.before.sentence)"
            ]
        case .contextKept(let kept):
            [
                "edit \(kept.edit) of the context stays\(kept.isBetter ? ", it goes better" : ""): "
                    + kept.after.sentence
            ]
        case .specialistAsked(let asked):
            ["specialist \(asked.specialist) asked for: \(brief(asked.need)), because \(brief(asked.why))"]
        case .specialistDecided(let decided): [sentence(decided)]
        default: nil
        }
    }

    private static func sentence(_ decided: SpecialistDecided) -> String {
        let what =
            switch decided.decision {
            case .spawn: "granted"
            case .decompose: "granted in \(decided.steps.count) steps"
            case .decline: "declined"
            }
        return "specialist \(decided.specialist) \(what) (\(decided.decided.rawValue)): \(brief(decided.reason))"
    }

    private static func brief(_ words: String) -> String {
        let line = TerminalText.lines(words).filter { !$0.allSatisfy(\.isWhitespace) }.joined(separator: " ")
        return line.count > text ? line.prefix(text - 1) + "…" : line
    }
}
