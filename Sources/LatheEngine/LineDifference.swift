internal import LatheVocabulary

/// What differs between two texts, line by line: `-` before, `+` after, and a line of what is the same around.
struct LineDifference: Sendable, Hashable {
    /// Empty where the texts are the same.
    let lines: [String]

    private static let mostLines = 60
    private static let longestLine = 300

    init(_ old: String, _ new: String) {
        let all = LineChange.between(old, new)
        let changed = all.indices.filter { if case .same = all[$0] { false } else { true } }
        guard let first = changed.first, let last = changed.last else {
            lines = []
            return
        }
        var found = all[max(first - 1, 0)...min(last + 1, all.count - 1)].map(Self.text)
        if found.count > Self.mostLines {
            let left = found.count - Self.mostLines
            found = found.prefix(Self.mostLines) + ["  … \(left) more lines of difference"]
        }
        lines = found.map(Self.bounded)
    }

    private static func text(_ change: LineChange) -> String {
        switch change {
        case .same(let line): "  \(line)"
        case .removed(let line): "- \(line)"
        case .added(let line): "+ \(line)"
        }
    }

    private static func bounded(_ line: String) -> String {
        line.count > longestLine ? "\(line.prefix(longestLine))… (\(line.count) characters)" : line
    }
}
