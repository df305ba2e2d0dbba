/// One line of the difference of two texts.
package enum LineChange: Sendable, Hashable {
    case same(String)
    case removed(String)
    case added(String)

    /// Lines between the first and the last difference that are compared one by one; of more, all are told as changed.
    private static let mostCompared = 6_000

    /// Every line of both texts, in order; an empty text has none.
    package static func between(_ old: String, _ new: String) -> [LineChange] {
        let (before, after) = (lines(old), lines(new))
        let head = zip(before, after).prefix { $0 == $1 }.count
        let tail = zip(before[head...].reversed(), after[head...].reversed()).prefix { $0 == $1 }.count
        let middle = middle(Array(before[head..<(before.count - tail)]), Array(after[head..<(after.count - tail)]))
        return before[..<head].map(Self.same) + middle + before[(before.count - tail)...].map(Self.same)
    }

    private static func lines(_ text: String) -> [String] {
        text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func middle(_ old: [String], _ new: [String]) -> [LineChange] {
        guard old.count + new.count <= mostCompared else { return old.map(Self.removed) + new.map(Self.added) }
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for step in new.difference(from: old) {
            switch step {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var found: [LineChange] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, removed.contains(left) {
                found.append(.removed(old[left]))
                left += 1
            } else if right < new.count, added.contains(right) {
                found.append(.added(new[right]))
                right += 1
            } else {
                found.append(.same(old[left]))
                (left, right) = (left + 1, right + 1)
            }
        }
        return found
    }
}
