/// What differs between two texts, line by line: `-` before, `+` after, and a line of what is the same around.
struct LineDifference: Sendable, Hashable {
    /// Empty where the texts are the same.
    let lines: [String]

    private static let mostLines = 60
    private static let longestLine = 300
    /// Lines that are compared one by one; of more, the first that differ are shown.
    private static let mostCompared = 4_000

    init(_ old: String, _ new: String) {
        guard old != new else {
            lines = []
            return
        }
        let before = old.split(separator: "\n", omittingEmptySubsequences: false)
        let after = new.split(separator: "\n", omittingEmptySubsequences: false)
        let head = zip(before, after).prefix { $0 == $1 }.count
        let tail = zip(before[head...].reversed(), after[head...].reversed()).prefix { $0 == $1 }.count
        var found = head > 0 ? ["  \(before[head - 1])"] : []
        found += Self.middle(Array(before[head..<(before.count - tail)]), Array(after[head..<(after.count - tail)]))
        if tail > 0 { found.append("  \(before[before.count - tail])") }
        if found.count > Self.mostLines {
            let left = found.count - Self.mostLines
            found = found.prefix(Self.mostLines) + ["  … \(left) more lines of difference"]
        }
        lines = found.map(Self.bounded)
    }

    private static func middle(_ before: [Substring], _ after: [Substring]) -> [String] {
        guard before.count + after.count <= mostCompared else {
            return before.map { "- \($0)" } + after.map { "+ \($0)" }
        }
        let change = after.difference(from: before)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for step in change {
            switch step {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var found: [String] = []
        var (old, new) = (0, 0)
        while old < before.count || new < after.count {
            if old < before.count, removed.contains(old) {
                found.append("- \(before[old])")
                old += 1
            } else if new < after.count, inserted.contains(new) {
                found.append("+ \(after[new])")
                new += 1
            } else {
                found.append("  \(before[old])")
                (old, new) = (old + 1, new + 1)
            }
        }
        return found
    }

    private static func bounded(_ line: String) -> String {
        line.count > longestLine ? "\(line.prefix(longestLine))… (\(line.count) characters)" : line
    }
}
