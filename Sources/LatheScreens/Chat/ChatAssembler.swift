/// Puts lines together to entries: a backslash at the end or an open fence makes an entry go on.
package struct ChatAssembler: Sendable, Hashable {
    private var lines: [String] = []
    private var isFenced = false

    package init() {}

    package var isWithin: Bool { isFenced || !lines.isEmpty }

    /// The entry that `line` completes; nil where it goes on or nothing was entered.
    package mutating func take(_ line: String) -> ChatEntry? {
        let line = line.hasSuffix("\r") ? String(line.dropLast()) : line
        if line.trimming(where: \.isWhitespace).hasPrefix("```") {
            isFenced.toggle()
            lines.append(line)
            return isFenced ? nil : complete()
        }
        if isFenced {
            lines.append(line)
            return nil
        }
        if line.hasSuffix("\\"), !line.hasSuffix("\\\\") {
            lines.append(String(line.dropLast()))
            return nil
        }
        lines.append(line)
        return complete()
    }

    /// What was entered when the input ended.
    package mutating func end() -> ChatEntry { complete() ?? .exit }

    package mutating func clear() { self = ChatAssembler() }

    private mutating func complete() -> ChatEntry? {
        var text = lines
        clear()
        // A text between two lone fences is the text itself; a fence with a language or around a part stays.
        if text.count >= 2, text.first?.trimming(where: \.isWhitespace) == "```", text.last == "```" {
            text = Array(text.dropFirst().dropLast())
            return text.allSatisfy { $0.allSatisfy(\.isWhitespace) } ? nil : .task(text.joined(separator: "\n"))
        }
        let entry = text.joined(separator: "\n").trimming(where: \.isWhitespace)
        return entry.isEmpty ? nil : command(entry)
    }

    private func command(_ text: String) -> ChatEntry {
        let word = text.prefix { !$0.isWhitespace }
        // A path such as /data/x.csv is no command.
        guard text.hasPrefix("/"), !word.dropFirst().contains("/") else { return .task(text) }
        switch text.lowercased() {
        case "/help", "/?": return .help
        case "/state": return .state
        case "/undo": return .undo
        case "/exit", "/quit": return .exit
        default:
            let hint = Suggestion.text(for: text, among: ["/help", "/state", "/undo", "/exit"])
            return .unknown("there is no command '\(TerminalText.safe(String(word)))'\(hint); see /help")
        }
    }
}
