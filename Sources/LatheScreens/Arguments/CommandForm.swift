/// One command of the table: how it is written, what help says of it, and what it becomes.
struct CommandForm: Sendable {
    struct Argument: Sendable, Hashable {
        enum Count: Sendable, Hashable { case one, optional, many, anyNumber }

        var name: String
        var count: Count = .one
        var summary: String
    }

    /// Such as `sessions show`.
    var path: [String]
    var summary: String
    var arguments: [Argument] = []
    var options: [OptionForm]
    /// Pairs of options that contradict each other.
    var conflicts: [(String, String)] = []
    var examples: [String] = []
    var command: @Sendable (GivenArguments) throws(CommandError) -> Command

    var name: String { path.joined(separator: " ") }
    var allOptions: [OptionForm] { options + [.help] }

    /// Such as `lathe ask [OPTIONS] TASK`.
    var usage: String {
        let written = arguments.map { argument in
            switch argument.count {
            case .one: argument.name
            case .optional: "[\(argument.name)]"
            case .many: "\(argument.name)…"
            case .anyNumber: "[\(argument.name)…]"
            }
        }
        return (["lathe"] + path + ["[OPTIONS]"] + written).joined(separator: " ")
    }
}
