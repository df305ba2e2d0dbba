/// Whether the turns of a place get anywhere: a fold over its events. docs/ledgers.md says what counts as progress.
package struct PlaceProgress: Sendable, Hashable {
    /// Progress that was made: in which turn, and what it was.
    package struct Mark: Sendable, Hashable {
        package var turn: Int
        package var what: String
    }

    /// A failure of cells, without figures, which differ from one try to the next.
    package struct Failing: Sendable, Hashable {
        package var text: String
        package var count: Int
    }

    /// Turns that were answered in the task.
    package private(set) var turns = 0
    package private(set) var last: Mark?
    /// Turns since the last progress.
    package private(set) var idle = 0
    /// The newest error, and how many cells failed with it since the last progress, one failure after the other.
    package private(set) var failing: Failing?
    /// The newest step that was taken against a stall, with `idle` as it was then; nil once there is progress.
    package private(set) var stall: StallFound?
    /// How often the work was planned anew in the task.
    package private(set) var replans = 0

    private var names: Set<String> = []
    /// Hashes of forms of variables and of outputs that were there before; of this process alone.
    private var seen: Set<Int> = []

    /// What is counted begins anew with a task; what was seen stays seen.
    mutating func begin() {
        (turns, last, idle, failing, stall, replans) = (0, nil, 0, nil, nil, 0)
    }

    /// Nobody looks at it any more.
    mutating func end() { (names, seen) = ([], []) }

    mutating func takeTurn() {
        turns += 1
        idle += 1
    }

    mutating func advance(_ what: String) {
        (idle, failing, stall) = (0, nil, nil)
        last = Mark(turn: turns, what: what)
    }

    /// What waits for others is not stalled.
    mutating func wait() { idle = 0 }

    mutating func take(_ found: StallFound) {
        stall = found
        if found.step == .replanned { replans += 1 }
    }

    mutating func take(_ result: CellResult) {
        let new = result.variables.items.filter { names.insert($0.name).inserted }.map(\.name)
        let changed = result.variables.items.filter { seen.insert($0.form).inserted }.map(\.name)
        let isNewOutput = result.saying.map { seen.insert($0).inserted } ?? false
        if !new.isEmpty {
            advance("defined \(Self.few(new))")
        } else if !changed.isEmpty {
            advance("changed \(Self.few(changed))")
        } else if let artifact = result.artifacts.first(where: { seen.insert($0.name.hashValue).inserted }) {
            advance("made \(artifact.name)")
        } else if result.status == .ok, isNewOutput {
            advance("a new result, cell \(result.number)")
        } else if let failure = result.failure {
            take(failure)
        }
    }

    /// A result of a tool, by its hash.
    mutating func take(_ use: ToolUse) {
        guard !use.isError, let hash = use.sha256, seen.insert("\(use.tool) \(hash)".hashValue).inserted else { return }
        advance("a new result of \(use.tool)")
    }

    private mutating func take(_ failure: CellResult.Failure) {
        let text = failure.comparable
        let before = failing?.text == text ? failing?.count ?? 0 : 0
        failing = Failing(text: text, count: before + 1)
    }

    private static func few(_ names: [String]) -> String {
        names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
    }
}

extension Variable {
    /// Its form, without its value: another type, another shape.
    fileprivate var form: Int {
        var hasher = Hasher()
        hasher.combine(name)
        hasher.combine(type)
        hasher.combine(shape)
        hasher.combine(columns)
        return hasher.finalize()
    }
}

extension CellResult {
    /// What it printed and showed, as a hash; nil for nothing.
    fileprivate var saying: Int? {
        let texts = [stdout, value?.text ?? CapturedText()].filter { $0.bytes > 0 }
        guard !texts.isEmpty else { return nil }
        var hasher = Hasher()
        for text in texts {
            hasher.combine(text.bytes)
            hasher.combine(text.head)
            hasher.combine(text.tail)
        }
        return hasher.finalize()
    }
}

extension CellResult.Failure {
    /// The type and the message without figures, which differ from one try to the next.
    fileprivate var comparable: String {
        let message = message.prefix(300).map { $0.isNumber ? "0" : $0 }
        return "\(type): \(String(message))"
    }
}
