internal import LatheVocabulary

extension CapabilityFinding {
    /// What is told of what was found, best first, among so many capabilities, and tools where those were searched. `unhealthy` says of
    /// agents by their names why they are not chosen.
    init(
        _ found: [FoundEntry], of searched: Int, tools: Int? = nil, for need: CapabilityNeed, caveats: [String?] = [],
        unhealthy: [String: String] = [:], notices: [String] = []
    ) {
        let note = caveats.compactMap { $0 }.map {
            "\n(" + TokenEstimate.cut($0.onOneLine, to: FoundText.caveatTokens) + ")"
        }.joined()
        let all = searched + (tools ?? 0)
        guard !found.isEmpty else {
            let text = Self.nothing(in: searched, tools, for: need.words)
            self.init(text: text + note, names: [], searched: all, notices: notices)
            return
        }
        let hasTools = found.contains { if case .tool = $0 { true } else { false } }
        let usual = hasTools ? FoundText.tokensWithTools : FoundText.tokens
        let tokens = need.purpose == .offer ? FoundText.tokensOffered : usual
        let told = FoundText(found, unhealthy: unhealthy, within: tokens - TokenEstimate.of(note))
        self.init(
            text: told.text + note, names: found.prefix(told.shown).map(\.name), searched: all, notices: notices)
    }

    private static func nothing(in searched: Int, _ tools: Int?, for words: String) -> String {
        let asked = TokenEstimate.cut(words.onOneLine, to: 40)
        let holds = searched == 0 ? "nothing yet" : searched == 1 ? "1 capability" : "\(searched) capabilities"
        guard let tools else { return "Nothing in the library fits “\(asked)”; it holds \(holds)." }
        let there = tools == 1 ? "there is 1 tool" : "there are \(tools) tools"
        return "Nothing fits “\(asked)”; the library holds \(holds), and \(there)."
    }
}

extension SourceLibrary {
    /// Whether a search offers it to a session.
    func isOffered(_ capability: Capability, to session: String) -> Bool {
        capability.problems.isEmpty && (capability.status == .approved || isOpen(capability, to: session))
    }
}
