internal import LatheVocabulary

/// Works out how a conversation is made shorter: first older outputs become stubs, then older messages a summary.
///
/// One step goes far below the limit, so that steps are rare and the requests in between share their beginning.
struct ContextShrink {
    let transcript: Transcript
    let rules: ContextRules
    /// Tokens that the messages may have after the step, and how many a byte of them is.
    let target: Int
    let summaryTokens: Int
    let tokensPerByte: Double

    private var messages: [Message] { transcript.messages }
    private func tokens(_ bytes: Int) -> Int { Int((Double(bytes) * tokensPerByte).rounded(.up)) }

    /// What to put in place of what; nil where nothing would become shorter.
    func step() -> (stubs: [ContextShrunk.Stub], summary: ContextShrunk.Summary?)? {
        let older = messages.count - rules.keptMessages
        let stubs = self.stubs(before: older)
        let shortened = sizes(with: stubs)
        if tokens(shortened.reduce(0, +)) <= target, !stubs.isEmpty { return (stubs, nil) }
        // The newest messages too, but for the last one, where they alone are too much.
        let recent = tokens(shortened.suffix(max(rules.keptMessages, 0)).reduce(0, +))
        let isTight = recent > target - summaryTokens
        let all = isTight ? self.stubs(before: messages.count - 1) : stubs
        let summary = summary(over: sizes(with: all), keeping: isTight ? 1 : rules.keptMessages)
        let kept = all.filter { $0.message >= summary?.messages ?? 0 }
        return kept.isEmpty && summary == nil ? nil : (kept, summary)
    }

    private func stubs(before end: Int) -> [ContextShrunk.Stub] {
        transcript.outputs.compactMap { output in
            guard output.message < end, messages.indices.contains(output.message),
                messages[output.message].blocks.indices.contains(output.block)
            else { return nil }
            let text = messages[output.message].blocks[output.block].saying
            let stub = output.stub(of: text)
            guard !output.isStub, text.utf8.count > max(rules.leastOutput, stub.utf8.count) else { return nil }
            return ContextShrunk.Stub(message: output.message, block: output.block, text: stub)
        }
    }

    private func sizes(with stubs: [ContextShrunk.Stub]) -> [Int] {
        var sizes = messages.map(\.bytes)
        for stub in stubs {
            sizes[stub.message] += stub.text.utf8.count - messages[stub.message].blocks[stub.block].saying.utf8.count
        }
        return sizes
    }

    /// Over as few messages as make the rest fit; the first message that stays is a reply, and no call is parted from its result.
    private func summary(over sizes: [Int], keeping kept: Int) -> ContextShrunk.Summary? {
        let room = target - summaryTokens
        var rest = sizes.reduce(0, +)
        var count = 0
        for (index, size) in sizes.enumerated() {
            let isBoundary = index > 1 && messages[index].role == .assistant
            if isBoundary { count = index }
            if isBoundary, tokens(rest) <= room || messages.count - index <= kept + 1 { break }
            rest -= size
        }
        guard count > 1 else { return nil }
        let bytes = Int(Double(summaryTokens) / tokensPerByte)
        return ContextShrunk.Summary(
            messages: count, text: ConversationSummary(transcript.established(in: count), upTo: bytes).text)
    }
}

extension Message {
    var bytes: Int { blocks.reduce(16) { $0 + $1.bytes + 16 } }
}

extension Message.Block {
    var bytes: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .call(let id, let code): id.utf8.count + code.utf8.count
        case .callResult(let id, let text, _): id.utf8.count + text.utf8.count
        }
    }

    mutating func replaceText(_ text: String) {
        switch self {
        case .text: self = .text(text)
        case .call: break
        case .callResult(let id, _, let isError): self = .callResult(id: id, text: text, isError: isError)
        }
    }

    /// The text of the block, without what only names it.
    var saying: String {
        switch self {
        case .text(let text), .callResult(_, let text, _): text
        case .call(_, let code): code
        }
    }
}
