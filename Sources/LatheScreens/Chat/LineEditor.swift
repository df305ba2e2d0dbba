/// A line that is being entered, with the lines entered before it: a state that keys change.
package struct LineEditor: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case editing
        case entered(String)
        /// Ctrl-D on an empty line.
        case ended
    }

    /// What is left and right of the cursor.
    package private(set) var before = ""
    package private(set) var after = ""
    /// Earlier lines, oldest first.
    private var history: [String]
    /// Which of them is shown; their count for the line of one's own, which is kept meanwhile.
    private var place: Int
    private var own = ""
    /// What was cut last, for Ctrl-Y.
    private var cut = ""
    /// What is searched for in the earlier lines, and where it was found; nil where nothing is.
    package private(set) var search: Search?

    package struct Search: Sendable, Hashable {
        package var words = ""
        package var found: String?
        fileprivate var place: Int
        fileprivate var original: String
    }

    package init(history: [String] = []) {
        self.history = history
        place = history.count
    }

    package var text: String { before + after }

    /// Forgets what was begun; earlier lines stay.
    package mutating func clear() { self = LineEditor(history: history) }

    package mutating func take(_ key: Key) -> Outcome {
        if search != nil, searched(key) { return .editing }
        switch key {
        case .enter: return .entered(entered())
        case .control("d") where text.isEmpty: return .ended
        case .up, .control("p"): recall(place - 1)
        case .down, .control("n"): recall(place + 1)
        case .control("r"): search = Search(place: history.count, original: text)
        default: if !moved(key) { edit(key) }
        }
        return .editing
    }

    /// Begins the next line. One that is empty, or the same as the one before, is no line of its own to go back to.
    private mutating func entered() -> String {
        let line = text
        if !line.allSatisfy(\.isWhitespace), line != history.last, ChatHistory.keeps(line) { history.append(line) }
        clear()
        return line
    }

    private mutating func show(_ line: String) { (before, after) = (line, "") }

    // MARK: Moving and changing

    private mutating func moved(_ key: Key) -> Bool {
        switch key {
        case .left, .control("b"): if let last = before.popLast() { after = String(last) + after }
        case .right, .control("f"): if !after.isEmpty { before.append(after.removeFirst()) }
        case .home, .control("a"): (before, after) = ("", text)
        case .end, .control("e"): show(text)
        case .wordLeft:
            let kept = before.count - wordBefore.count
            (before, after) = (String(before.prefix(kept)), String(before.dropFirst(kept)) + after)
        case .wordRight:
            let gap = after.prefix { !Self.isWord($0) }
            let word = after.dropFirst(gap.count).prefix(while: Self.isWord)
            let count = gap.count + word.count
            (before, after) = (before + String(after.prefix(count)), String(after.dropFirst(count)))
        default: return false
        }
        return true
    }

    private mutating func edit(_ key: Key) {
        switch key {
        case .text(let scalar): before.unicodeScalars.append(scalar)
        case .backspace: _ = before.popLast()
        case .delete, .control("d"): if !after.isEmpty { after.removeFirst() }
        case .control("k"): (cut, after) = (after, "")
        case .control("u"): (cut, before) = (before, "")
        case .control("w"):
            let word = wordBefore
            cut = String(word)
            before.removeLast(word.count)
        case .control("y"): before += cut
        default: break
        }
    }

    private var wordBefore: Substring {
        let gap = before.reversed().prefix { !Self.isWord($0) }.count
        let word = before.dropLast(gap).reversed().prefix(while: Self.isWord).count
        return before.suffix(gap + word)
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    // MARK: Earlier lines

    private mutating func recall(_ wanted: Int) {
        guard wanted != place, (0...history.count).contains(wanted) else { return }
        if place == history.count { own = text }
        place = wanted
        show(wanted == history.count ? own : history[wanted])
    }

    /// True where the key was one of the search; any other takes what was found and does its own work.
    private mutating func searched(_ key: Key) -> Bool {
        guard var now = search else { return false }
        switch key {
        case .text(let scalar):
            now.words.unicodeScalars.append(scalar)
            find(&now, from: now.place)
        case .backspace:
            _ = now.words.popLast()
            find(&now, from: history.count)
        case .control("r"): find(&now, from: now.place - 1)
        case .escape, .control("g"):
            show(now.original)
            search = nil
            return true
        default:
            search = nil
            return false
        }
        search = now
        return true
    }

    /// Looks for the newest line up to a place that holds the words; where none does, the last one found stays.
    private mutating func find(_ now: inout Search, from place: Int) {
        guard !now.words.isEmpty else { return now.found = nil }
        let upTo = history.indices.clamped(to: 0..<max(min(place + 1, history.count), 0))
        guard let found = upTo.last(where: { history[$0].contains(now.words) }) else { return }
        (now.place, now.found) = (found, history[found])
        self.place = found
        show(history[found])
    }
}
