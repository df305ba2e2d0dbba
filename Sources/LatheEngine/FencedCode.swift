/// The first Python block in a text, for models that have no tool calling.
package struct FencedCode: Sendable, Hashable {
    /// The text before the block, without trailing blank lines.
    package var before: String
    package var code: String
    /// False where the reply ended inside the block.
    package var isClosed: Bool

    /// Finds a block fenced by three backticks and named `python`, `py` or not at all; nil where there is none.
    ///
    /// What follows the block is not part of the reply: small models go on to invent the output.
    package init?(in text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let opening = lines.firstIndex(where: FencedCode.opens) else { return nil }
        let rest = lines[(opening + 1)...]
        let closing = rest.firstIndex { $0.trimmingSpaces == "```" }
        code = rest[..<(closing ?? lines.endIndex)].joined(separator: "\n")
        isClosed = closing != nil
        var head = lines[..<opening]
        while let last = head.last, last.trimmingSpaces.isEmpty { head.removeLast() }
        before = head.joined(separator: "\n")
        if code.allSatisfy(\.isWhitespace) { return nil }
    }

    private static func opens(_ line: Substring) -> Bool {
        ["```python", "```py", "```Python", "```"].contains(line.trimmingSpaces)
    }
}

extension Substring {
    /// The text without spaces, tabs and carriage returns at both ends.
    var trimmingSpaces: Substring {
        var text = self
        while let last = text.last, last == " " || last == "\t" || last == "\r" || last == "\r\n" { text.removeLast() }
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        return text
    }
}
