internal import LatheVocabulary

/// The host call by which code gets the whole of what a cell put out.
extension HostDesk {
    /// The whole of an earlier cell's output: from the journal where it is short, else from the file that keeps it.
    func output(_ arguments: HostArguments) async throws(HostRefusal) -> HostReply {
        let number = try arguments.optionalInteger("cell", in: 1...1_000_000) ?? 0
        let stream = try arguments.text("stream", upTo: 16)
        guard let result = try await result(of: number) else {
            throw HostRefusal("invalid_arguments", "output: cell \(number) has not finished here")
        }
        let captured: CapturedText
        switch stream {
        case "stdout": captured = result.stdout
        case "stderr": captured = result.stderr
        case "result": captured = result.value?.text ?? CapturedText()
        case "traceback": return .value(["text": .string(result.failure?.traceback ?? "")])
        default: throw HostRefusal("invalid_arguments", "output: stream must be stdout, stderr, result or traceback")
        }
        guard let file = captured.file else { return .value(["text": .string(captured.head)]) }
        return HostReply(.value(["text": .null]), file: file)
    }

    private func result(of cell: Int) async throws(HostRefusal) -> CellResult? {
        do throws(JournalError) {
            return try await services.log.result(of: cell, at: place)
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
    }
}
