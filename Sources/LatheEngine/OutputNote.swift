internal import LatheVocabulary

/// Where in a conversation the output of a cell stands, and where its whole is.
struct OutputNote: Sendable, Hashable {
    var message: Int
    var block: Int
    var cell: Int
    /// The variable that holds the cell's value; nil where it had none.
    var value: String?
    /// What stands before the output in its block, and stays.
    var opening: String
    var isStub = false

    /// What takes the output's place: its first words, how it ended, and where the whole is.
    func stub(of text: String) -> String {
        let lines = text.dropFirst(opening.count).split(whereSeparator: \.isNewline).map(String.init)
        let first = lines.first.map { $0.singleLine(upTo: 120) + "\n" } ?? ""
        let last = lines.count > 1 ? lines.last.map { $0.singleLine(upTo: 120) + "\n" } ?? "" : ""
        let variable = value.map { "; its value is \($0)" } ?? ""
        return
            "\(opening)\(first)[… \(text.utf8.count) bytes left out to keep within the context; whole: lathe.output(\(cell))\(variable)]\n\(last)"
            .trimmingLines
    }
}
