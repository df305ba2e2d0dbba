internal import LatheVocabulary

/// What the end of an operation adds to its span.
struct Ending: Sendable, Hashable {
    var attributes: [String: JSONValue] = [:]
    /// A class of failure; nil where it went well.
    var failure: String?
}

extension TaskOutcome {
    func attributes(_ capturesContent: Bool) -> Ending {
        var ending = Ending(failure: status == .complete ? nil : status.rawValue)
        ending.attributes = usage.attributes.merging(cost.attributes) { _, new in new }
        ending.attributes[GenAIName.outcome] = .string(status.rawValue)
        if isReplayed { ending.attributes[GenAIName.isReplayed] = true }
        if capturesContent { ending.attributes[GenAIName.outputMessages] = SpanContent.said("assistant", answer) }
        return ending
    }
}

extension SubtaskOutcome {
    func attributes(_ capturesContent: Bool) -> Ending {
        var ending = Ending(failure: status == .complete ? nil : status.rawValue)
        ending.attributes = usage.attributes.merging(cost.attributes) { _, new in new }
        ending.attributes[GenAIName.outcome] = .string(status.rawValue)
        if capturesContent, let value {
            ending.attributes[GenAIName.outputMessages] = SpanContent.said("assistant", value.stringValue ?? value.text)
        }
        return ending
    }
}

extension TurnFinished {
    func attributes(_ capturesContent: Bool) -> Ending {
        var ending = Ending()
        ending.attributes = reply.usage.attributes.merging(reply.cost.attributes) { _, new in new }
        ending.attributes[GenAIName.responseModel] = .string(reply.model.bounded)
        ending.attributes[GenAIName.finishReasons] = [.string(reply.stop.conventional)]
        if isReplayed { ending.attributes[GenAIName.isReplayed] = true }
        if capturesContent { ending.attributes[GenAIName.outputMessages] = SpanContent.reply(reply) }
        return ending
    }
}

extension CellResult {
    func attributes(_ capturesContent: Bool) -> Ending {
        var ending = Ending(failure: status == .ok ? nil : failure?.type ?? status.rawValue)
        ending.attributes[GenAIName.outcome] = .string(status.rawValue)
        if capturesContent { ending.attributes[GenAIName.toolResult] = SpanContent.result(self) }
        return ending
    }
}

extension HostAnswered {
    func attributes(_ capturesContent: Bool) -> Ending {
        var ending = Ending(failure: reason == nil ? nil : code ?? "refused")
        if capturesContent, let value { ending.attributes[GenAIName.toolResult] = SpanContent.value(value) }
        return ending
    }
}

extension Usage {
    /// The conventions count cached tokens as a part of the input; here they are counted beside it.
    fileprivate var attributes: [String: JSONValue] {
        var found: [String: JSONValue] = [
            GenAIName.inputTokens: .integer(input + cacheRead + cacheWrite), GenAIName.outputTokens: .integer(output),
        ]
        if cacheRead > 0 { found[GenAIName.cacheReadTokens] = .integer(cacheRead) }
        if cacheWrite > 0 { found[GenAIName.cacheWriteTokens] = .integer(cacheWrite) }
        if isEstimated { found[GenAIName.isEstimated] = true }
        return found
    }
}

extension Cost {
    /// Nothing where no price is known.
    fileprivate var attributes: [String: JSONValue] {
        guard case .microdollars(let amount) = self else { return [:] }
        return [GenAIName.costUSD: .number(Double(amount) / 1_000_000)]
    }
}

extension String {
    /// A foreign name, short enough for a name.
    var bounded: String { String(prefix(100)) }
}
