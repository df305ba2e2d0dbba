internal import LatheVocabulary

/// What a search found as the few lines that a model sees, within a bound of tokens.
struct FoundText: Sendable {
    /// By `TokenEstimate`, which is above what o200k makes of such text.
    static let tokens = 190
    /// Where tools are among it: their signatures are all that code knows of them.
    static let tokensWithTools = 240
    /// With a task, before anyone asked.
    static let tokensOffered = 220
    static let caveatTokens = 30
    /// Of why an agent is not chosen.
    private static let unhealthyTokens = 16
    /// What each one that is still to come keeps at least.
    private static let least = 20

    let text: String
    /// How many of them there was room for.
    let shown: Int

    /// `unhealthy` says of agents by their names why they are not chosen.
    init(_ found: [FoundEntry], unhealthy: [String: String] = [:], within tokens: Int = tokens) {
        let use = Self.use(of: found)
        var left = tokens - TokenEstimate.of(use)
        var blocks: [String] = []
        for (index, entry) in found.enumerated() {
            let rest = found.count - index - 1
            // The better it fits, the more of it is shown.
            let share = max(left / (rest + 1), (left - Self.least * rest) * 2 / 3)
            let block = Self.block(entry, unhealthy[entry.name], within: share)
            let cost = TokenEstimate.of(block)
            guard cost < left else { break }
            left -= cost + 1
            blocks.append(block)
        }
        shown = blocks.count
        text = (blocks + (use.isEmpty ? [] : [use])).joined(separator: "\n")
    }

    private static func block(_ entry: FoundEntry, _ unhealthy: String?, within tokens: Int) -> String {
        switch entry {
        case .capability(let capability): block(capability, unhealthy, within: tokens)
        case .tool(let tool): block(tool, within: tokens)
        }
    }

    /// A line of signature and a line of what it is for. The name is always whole; the signature goes before the sentence.
    private static func block(_ capability: Capability, _ unhealthy: String?, within tokens: Int) -> String {
        let marks = [
            capability.kind == .agent ? "agent" : nil,
            capability.status == .approved ? nil : capability.status.rawValue,
            capability.kind == .agent
                ? unhealthy.map { "unhealthy: " + TokenEstimate.cut($0.onOneLine, to: unhealthyTokens) } : nil,
        ].compactMap { $0 }
        let mark = marks.isEmpty ? "" : "  # " + marks.joined(separator: ", ")
        // The ends of both lines.
        let room = tokens - TokenEstimate.of(mark) - 2
        let sentence = TokenEstimate.cut(capability.summary.onOneLine, to: room / 2)
        let signature = TokenEstimate.cut(
            capability.signature.onOneLine, to: room - TokenEstimate.of(sentence), keeping: capability.name.count)
        return signature + mark + (sentence.isEmpty ? "" : "\n    " + sentence)
    }

    /// A line of signature, what its objects hold, and the server's words, marked as such. The signature goes before all else.
    private static func block(_ tool: FoundTool, within tokens: Int) -> String {
        let name = "lathe.tools." + tool.path
        let head = "lathe.tools." + tool.path.split(separator: ".").dropLast().joined(separator: ".") + "."
        let signature = TokenEstimate.cut(
            head + tool.signature.onOneLine, to: tokens - 2, keeping: name.unicodeScalars.count)
        var lines = [signature]
        var left = tokens - TokenEstimate.of(signature) - 1
        for shape in tool.shapes {
            let line = "    " + shape.onOneLine
            let cost = TokenEstimate.of(line) + 1
            guard cost < left else { break }
            lines.append(line)
            left -= cost
        }
        let lead = "    \(tool.server.onOneLine) says: "
        let room = left - TokenEstimate.of(lead) - 1
        let words = TokenEstimate.cut(tool.summary.onOneLine, to: room)
        if room > 4, !words.isEmpty { lines.append(lead + words) }
        return lines.joined(separator: "\n")
    }

    /// How capabilities are used; a tool is called by the name that it is shown with.
    private static func use(of found: [FoundEntry]) -> String {
        let kinds = found.compactMap { if case .capability(let one) = $0 { one.kind } else { nil } }
        let uses = [
            kinds.contains(.function) ? "from lathe.capabilities import NAME" : nil,
            kinds.contains(.agent) ? #"lathe.delegate("AGENT", task, data=…)"# : nil,
        ].compactMap { $0 }
        return uses.isEmpty ? "" : "Use: " + uses.joined(separator: "; ")
    }
}
