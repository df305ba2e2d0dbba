package import LatheVocabulary

extension SearchedDocument {
    private static let longest = (sentence: 200, description: 2_000, arguments: 60)

    /// A tool by its names, its arguments and what its server says of it.
    package init(_ tool: ToolDefinition, path: String) {
        let description = tool.description
        let arguments = (tool.inputSchema["properties"]?.objectValue ?? [:]).keys.sorted().prefix(
            Self.longest.arguments)
        let texts = [
            Self.words("\(tool.server) \(tool.name)"),
            Self.sentence(description.isEmpty ? tool.title ?? "" : description),
            arguments.map(Self.words).joined(separator: " "), String(description.prefix(Self.longest.description)),
        ]
        self.init(
            path: path, digest: Self.digest(texts), name: texts[0], summary: texts[1], signature: texts[2],
            docstring: texts[3])
    }

    /// A name as the words that it is made of: `createContact-v2` is create Contact v2.
    static func words(_ name: String) -> String {
        var words = ""
        var wasSmall = false
        for scalar in name.unicodeScalars {
            let isPart = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            if !isPart || scalar.properties.isUppercase && wasSmall { words.append(" ") }
            if isPart { words.unicodeScalars.append(scalar) }
            wasSmall = scalar.properties.isLowercase
        }
        return words.split(separator: " ").joined(separator: " ")
    }

    /// The first sentence, on one line.
    private static func sentence(_ text: String) -> String {
        let start = text.prefix(longest.sentence * 4)
        let line = start.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let end = line.firstRange(of: ". ")?.lowerBound
        return String((end.map { line[...$0] } ?? line[...]).prefix(longest.sentence))
    }

    /// FNV-1a: another one where a text is another, which is all that it is for.
    private static func digest(_ texts: [String]) -> String {
        var hash: UInt64 = 14_695_981_039_346_656_037
        for text in texts {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
            hash = (hash ^ 0xFF) &* 1_099_511_628_211
        }
        return String(hash, radix: 16)
    }
}
