internal import LatheVocabulary

extension CapabilityFinding {
    /// What is told of capabilities that were found, best first, among so many.
    init(_ found: [Capability], of searched: Int, for words: String, caveat: String? = nil, notices: [String] = []) {
        let note = caveat.map { "\n(" + TokenEstimate.cut($0.onOneLine, to: FoundText.caveatTokens) + ")" } ?? ""
        guard !found.isEmpty else {
            let holds = searched == 0 ? "nothing yet" : searched == 1 ? "1 capability" : "\(searched) capabilities"
            let asked = TokenEstimate.cut(words.onOneLine, to: 40)
            self.init(
                text: "Nothing in the library fits “\(asked)”; it holds \(holds).\(note)", names: [],
                searched: searched,
                notices: notices)
            return
        }
        let told = FoundText(found, within: FoundText.tokens - TokenEstimate.of(note))
        self.init(
            text: told.text + note, names: found.prefix(told.shown).map(\.name), searched: searched, notices: notices)
    }
}

extension SourceLibrary {
    /// Whether a search offers it to a session.
    func isOffered(_ capability: Capability, to session: String) -> Bool {
        capability.problems.isEmpty && (capability.status == .approved || isOpen(capability, to: session))
    }
}
