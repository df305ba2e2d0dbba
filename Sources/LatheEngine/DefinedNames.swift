internal import LatheVocabulary

/// The names that a piece of Python defines at its top level, functions with their parameters; read line by line, never run.
///
/// Every cell of a session is looked at whenever the session is gone on with, so this reads bytes.
struct DefinedNames {
    private static let most = 20
    private static let shown = 120

    static func of(_ code: String) -> [String] {
        var seen: Set<String> = []
        var names: [String] = []
        for line in code.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            var reader = DefinedNames(line)
            guard let name = reader.function() ?? reader.targets() ?? reader.alias(), seen.insert(name).inserted else {
                continue
            }
            names.append(name)
            if names.count == most { break }
        }
        return names
    }

    private var rest: Substring.UTF8View

    private init(_ line: Substring.UTF8View) {
        rest = line
    }

    /// `def f(a, b)` up to the end of its parameters, `class C`.
    private mutating func function() -> String? {
        let line = rest
        defer { rest = line }
        take("async ")
        let start = rest
        if take("def ") {
            guard takeName() != nil, take("("), let end = rest.firstIndex(of: UInt8(ascii: ")")) else { return nil }
            return Self.text(start[..<rest.index(after: end)]).singleLine(upTo: Self.shown)
        }
        guard take("class "), takeName() != nil else { return nil }
        return Self.text(start[..<rest.startIndex]).singleLine(upTo: Self.shown)
    }

    /// What stands before one `=`: names with commas between them, the last one annotated or not.
    private mutating func targets() -> String? {
        let line = rest
        defer { rest = line }
        guard let first = takeName(), !Self.keywords.contains(first) else { return nil }
        var end = rest.startIndex
        while true {
            skipSpace()
            guard take(",") else { break }
            skipSpace()
            guard takeName() != nil else { return nil }
            end = rest.startIndex
        }
        if take(":") {
            guard let equals = rest.firstIndex(of: UInt8(ascii: "=")), equals != rest.startIndex else { return nil }
            rest = rest[equals...]
        }
        guard take("="), rest.first != UInt8(ascii: "=") else { return nil }
        return Self.text(line[..<end])
    }

    /// The `b` of `import a as b` and `from a import c as b`.
    private func alias() -> String? {
        guard rest.starts(with: "import ".utf8) || rest.starts(with: "from ".utf8) else { return nil }
        var words = rest.split(whereSeparator: Self.isSpace)[...]
        guard words.count >= 4, let last = words.popLast(), words.last?.elementsEqual("as".utf8) == true else {
            return nil
        }
        var name = DefinedNames(last)
        guard let found = name.takeName(), name.rest.isEmpty else { return nil }
        return found
    }

    /// Lines that begin with one of these and have a `:` and a `=` bind nothing by their first word.
    private static let keywords: Set<String> = ["else", "try", "finally", "lambda"]

    @discardableResult
    private mutating func take(_ text: StaticString) -> Bool {
        let isThere = text.withUTF8Buffer { rest.starts(with: $0) }
        if isThere { rest = rest.dropFirst(text.utf8CodeUnitCount) }
        return isThere
    }

    private mutating func takeName() -> String? {
        guard let first = rest.first, Self.isLetter(first) else { return nil }
        let name = rest.prefix { Self.isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest[name.endIndex...]
        return Self.text(name)
    }

    private mutating func skipSpace() {
        rest = rest.drop(while: Self.isSpace)
    }

    /// Python's names may hold letters of all scripts: what is not ASCII counts as one.
    private static func isLetter(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func text(_ bytes: Substring.UTF8View) -> String { String(Substring(bytes)) }
}
