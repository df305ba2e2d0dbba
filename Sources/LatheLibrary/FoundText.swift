internal import LatheVocabulary

/// What a search found as the few lines that a model sees, within a bound of tokens.
struct FoundText: Sendable {
    /// By `TokenEstimate`, which is above what o200k makes of such text.
    static let tokens = 190
    static let caveatTokens = 30

    let text: String
    /// How many of the capabilities there was room for.
    let shown: Int

    init(_ found: [Capability], within tokens: Int = tokens) {
        let use = Self.use(of: found)
        var left = tokens - TokenEstimate.of(use)
        var blocks: [String] = []
        for (index, capability) in found.enumerated() {
            let share = left / (found.count - index)
            let block = Self.block(capability, within: share)
            let cost = TokenEstimate.of(block)
            guard cost < left else { break }
            left -= cost + 1
            blocks.append(block)
        }
        shown = blocks.count
        text = (blocks + [use]).joined(separator: "\n")
    }

    /// A line of signature and a line of what it is for. The name is always whole; the signature goes before the sentence.
    private static func block(_ capability: Capability, within tokens: Int) -> String {
        let marks = [
            capability.kind == .agent ? "agent" : nil,
            capability.status == .approved ? nil : capability.status.rawValue,
        ].compactMap { $0 }
        let mark = marks.isEmpty ? "" : "  # " + marks.joined(separator: ", ")
        // The ends of both lines.
        let room = tokens - TokenEstimate.of(mark) - 2
        let sentence = TokenEstimate.cut(capability.summary.onOneLine, to: room / 2)
        let signature = TokenEstimate.cut(
            capability.signature.onOneLine, to: room - TokenEstimate.of(sentence), keeping: capability.name.count)
        return signature + mark + (sentence.isEmpty ? "" : "\n    " + sentence)
    }

    private static func use(of found: [Capability]) -> String {
        let uses = [
            found.contains { $0.kind == .function } ? "from lathe.capabilities import NAME" : nil,
            found.contains { $0.kind == .agent } ? #"lathe.delegate("AGENT", task, data=…)"# : nil,
        ].compactMap { $0 }
        return "Use: " + uses.joined(separator: "; ")
    }
}
