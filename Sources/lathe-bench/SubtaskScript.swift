internal import LatheVocabulary

/// A model that replies at once, to every subtask with the same cell: what is measured is everything but a model.
struct SubtaskScript: LanguageModel {
    var name: String { "scripted" }
    var account: String { name }
    var codeForm: CodeForm { .tool }
    /// Nothing is spent: there is nobody to pay.
    var isReplay: Bool { true }
    /// What every subtask runs; it must end it with `lathe.answer`.
    let code: String

    func worstCost(inputTokens: Int, outputTokens: Int) -> Cost { .none }

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ReplyProgress) -> Void
    ) async throws(ModelError) -> ModelReply {
        guard request.turn == 1 else {
            throw ModelError(.notRecorded, "the cell of \(request.place) did not end its subtask")
        }
        let call = ToolCall(id: "call-\(request.place)", code: code)
        return ModelReply(text: "", calls: [call], stop: .toolUse, model: name)
    }
}
