internal import LatheVocabulary

/// Two texts, line by line: what went, what came, and three lines around. Nothing is left out.
package struct TextDifference: Sendable, Hashable {
    package enum Line: Sendable, Hashable {
        /// Where a group begins: the numbers of its first line before and after, from 1.
        case place(before: Int, after: Int)
        case same(String)
        case removed(String)
        case added(String)
    }

    /// Empty where the texts are the same.
    package let lines: [Line]

    private static let context = 3

    package init(_ old: String, _ new: String) {
        lines = Self.grouped(LineChange.between(old, new))
    }

    private static func grouped(_ lines: [LineChange]) -> [Line] {
        let changes = lines.indices.filter { if case .same = lines[$0] { false } else { true } }
        var shown: Set<Int> = []
        for index in changes {
            shown.formUnion(max(0, index - context)...min(lines.count - 1, index + context))
        }
        var result: [Line] = []
        var (before, after) = (1, 1)
        for (index, line) in lines.enumerated() {
            if shown.contains(index) {
                if !shown.contains(index - 1) { result.append(.place(before: before, after: after)) }
                result.append(Self.line(line))
            }
            switch line {
            case .same: (before, after) = (before + 1, after + 1)
            case .removed: before += 1
            case .added: after += 1
            }
        }
        return result
    }

    private static func line(_ change: LineChange) -> Line {
        switch change {
        case .same(let text): .same(text)
        case .removed(let text): .removed(text)
        case .added(let text): .added(text)
        }
    }
}
