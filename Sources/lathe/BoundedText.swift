internal import Foundation

/// Text that a person hands over, in a file or through a pipe; never more of it is read than may be there.
struct BoundedText {
    /// Above the longest text of a plan.
    static let ofPlan = BoundedText(mostBytes: 16 << 20)

    let mostBytes: Int

    func read(_ path: String) throws(CommandFailure) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure("\(path) is not there, or cannot be read", exitCode: 2)
        }
        defer { try? file.close() }
        return try read(file, called: path)
    }

    func readStandardInput() throws(CommandFailure) -> String {
        try read(.standardInput, called: "standard input")
    }

    private func read(_ file: FileHandle, called name: String) throws(CommandFailure) -> String {
        guard let data = try? file.read(upToCount: mostBytes + 1) ?? Data() else {
            throw CommandFailure("\(name) cannot be read", exitCode: 2)
        }
        guard data.count <= mostBytes else {
            throw CommandFailure("\(name) has more than \(mostBytes >> 20) MiB", exitCode: 2)
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw CommandFailure("\(name) is not UTF-8 text", exitCode: 2)
        }
        return text
    }
}
