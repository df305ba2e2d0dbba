import LatheScreens
import Synchronization

/// A small terminal: applies what a screen writes, so that a test can look at what a user would see.
struct VirtualTerminal {
    let columns: Int
    let rows: Int
    private(set) var scrolled: [String] = []
    private var cells: [[Character]]
    private var row = 0
    private var column = 0
    /// Sequences that it does not know; a screen must not need any.
    private(set) var unknown: [String] = []

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        cells = Array(repeating: [], count: rows)
    }

    /// The visible rows without what is blank at their ends.
    var screen: [String] {
        var lines = cells.map { Self.text($0) }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    var cursor: (row: Int, column: Int) { (row, column) }

    /// The second half of a wide character.
    private static let half: Character = "\u{0}"

    private static func text(_ cells: [Character]) -> String {
        var text = String(cells.filter { $0 != half })
        while text.last == " " { text.removeLast() }
        return text
    }

    mutating func apply(_ text: String) {
        // A carriage return and a line feed are one Character.
        var rest = Array(text.replacing("\r\n", with: "\r\u{E000}"))[...]
        while let character = rest.popFirst() {
            switch character {
            case "\r": column = 0
            case "\n", "\u{E000}": feed()
            case "\u{1B}": escape(&rest)
            default: put(character)
            }
        }
    }

    private mutating func put(_ character: Character) {
        let width = DisplayWidth.of(String(character))
        if column + width > columns {
            column = 0
            feed()
        }
        while cells[row].count < column + width { cells[row].append(" ") }
        cells[row][column] = character
        if width == 2 { cells[row][column + 1] = Self.half }
        column += width
    }

    private mutating func feed() {
        guard row == rows - 1 else {
            row += 1
            return
        }
        scrolled.append(Self.text(cells.removeFirst()))
        cells.append([])
    }

    private mutating func escape(_ rest: inout ArraySlice<Character>) {
        var sequence = ""
        while let next = rest.popFirst() {
            sequence.append(next)
            if next.isLetter { break }
        }
        guard sequence.first == "[", let final = sequence.last else {
            unknown.append(sequence)
            return
        }
        let parameter = sequence.dropFirst().dropLast()
        switch final {
        case "A": row = max(0, row - (Int(parameter) ?? 1))
        case "C": column = min(columns - 1, column + (Int(parameter) ?? 1))
        case "K": cells[row] = Array(cells[row].prefix(column))
        case "J":
            cells[row] = Array(cells[row].prefix(column))
            for below in cells.indices.dropFirst(row + 1) { cells[below] = [] }
        case "m": break
        case "h" where parameter == "?2026", "l" where parameter == "?2026": break
        default: unknown.append(sequence)
        }
    }
}

/// A terminal or a pipe whose text a test reads, with a clock that the test moves.
final class Recorder: Sendable {
    private let state: Mutex<(terminal: VirtualTerminal, text: String, writes: Int, time: Double)>
    private let size: TerminalSize?

    init(columns: Int? = nil, rows: Int = 24) {
        size = columns.map { TerminalSize(columns: $0, rows: rows) }
        state = Mutex((VirtualTerminal(columns: columns ?? 80, rows: rows), "", 0, 1_000))
    }

    var output: TerminalOutput {
        TerminalOutput(
            write: { text in
                self.state.withLock {
                    $0.terminal.apply(text)
                    $0.text += text
                    $0.writes += 1
                }
            }, size: { self.size })
    }

    var text: String { state.withLock { $0.text } }
    var writes: Int { state.withLock { $0.writes } }
    var terminal: VirtualTerminal { state.withLock { $0.terminal } }
    var now: Double { state.withLock { $0.time } }
    func wait(_ seconds: Double) { state.withLock { $0.time += seconds } }
}
