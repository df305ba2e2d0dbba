package import LatheVocabulary
internal import Synchronization

/// The tools of a session: where they are, what is allowed by rule, and what the user allowed since it was opened.
package final class SessionTools: Sendable {
    let access: any ToolAccess
    private let rules: ToolRules
    private let consent: (any ToolConsent)?
    private let allowed = Mutex(Set<String>())

    /// `consent` is nil where nobody can be asked.
    package init(access: any ToolAccess, rules: ToolRules, consent: (any ToolConsent)?) {
        self.access = access
        self.rules = rules
        self.consent = consent
    }

    enum Verdict: Sendable, Hashable {
        case allowed(ToolUse.Ground)
        case refused(String)
    }

    /// Decides on a call; waits for the user where that is due. `decided` hears what the user said before anyone acts on it.
    func verdict(
        on request: ToolRequest, of tool: ToolDefinition,
        decided: (ConsentAnswer) async throws(HostRefusal) -> Void
    ) async throws(HostRefusal) -> Verdict {
        let name = "\(tool.server)/\(tool.name)"
        switch rules.decision(on: tool) {
        case .denied(let pattern):
            return .refused("\(name) is denied by \"\(pattern)\" in lathe.json; the user alone can change that")
        case .allowed(let ground): return .allowed(ground)
        case .asked: break
        }
        if allowed.withLock({ $0.contains(name) }) { return .allowed(.session) }
        guard let consent else { return .refused(Self.unasked(name)) }
        let answer = await consent.answer(to: request)
        try await decided(answer)
        switch answer {
        case .once: return .allowed(.once)
        case .session:
            allowed.withLock { _ = $0.insert(name) }
            return .allowed(.session)
        case .no:
            return .refused(
                "the user said no to \(name) with these arguments; do without it, or say why it is needed")
        case .nobody: return .refused(Self.unasked(name))
        }
    }

    private static func unasked(_ name: String) -> String {
        "\(name) may change something, and there is nobody to ask; the user can allow it: "
            + "{\"tools\": {\"allow\": [\"\(name)\"]}} in ~/.config/lathe/lathe.json"
    }
}
