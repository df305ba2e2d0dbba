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
    /// Lines that are compared one by one; of larger texts, everything between their first and last difference is told as changed.
    private static let mostCompared = 6_000

    package init(_ old: String, _ new: String) {
        lines = Self.grouped(Self.compared(Self.split(old), Self.split(new)))
    }

    /// An empty text has no line.
    private static func split(_ text: String) -> [String] {
        text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func compared(_ before: [String], _ after: [String]) -> [Line] {
        let head = zip(before, after).prefix { $0 == $1 }.count
        let tail = zip(before[head...].reversed(), after[head...].reversed()).prefix { $0 == $1 }.count
        let old = Array(before[head..<(before.count - tail)])
        let new = Array(after[head..<(after.count - tail)])
        return before[..<head].map(Line.same) + middle(old, new) + before[(before.count - tail)...].map(Line.same)
    }

    private static func middle(_ old: [String], _ new: [String]) -> [Line] {
        guard old.count + new.count <= mostCompared else { return old.map(Line.removed) + new.map(Line.added) }
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for step in new.difference(from: old) {
            switch step {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var lines: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, removed.contains(left) {
                lines.append(.removed(old[left]))
                left += 1
            } else if right < new.count, added.contains(right) {
                lines.append(.added(new[right]))
                right += 1
            } else {
                lines.append(.same(old[left]))
                (left, right) = (left + 1, right + 1)
            }
        }
        return lines
    }

    private static func grouped(_ lines: [Line]) -> [Line] {
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
                result.append(line)
            }
            switch line {
            case .same: (before, after) = (before + 1, after + 1)
            case .removed: before += 1
            case .added: after += 1
            case .place: break
            }
        }
        return result
    }
}
