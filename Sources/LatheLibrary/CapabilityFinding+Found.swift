internal import LatheVocabulary

extension CapabilityFinding {
    /// What is told of capabilities that were found, best first, among so many.
    init(_ found: [Capability], of searched: Int, for words: String) {
        guard !found.isEmpty else {
            let holds = searched == 0 ? "nothing yet" : searched == 1 ? "1 capability" : "\(searched) capabilities"
            let asked = TokenEstimate.cut(words.onOneLine, to: 40)
            self.init(text: "Nothing in the library fits “\(asked)”; it holds \(holds).", names: [], searched: searched)
            return
        }
        let told = FoundText(found)
        self.init(text: told.text, names: found.prefix(told.shown).map(\.name), searched: searched)
    }
}

extension Capability {
    /// Whether a search offers it to a session.
    func isOffered(to session: String) -> Bool {
        problems.isEmpty && (status == .approved || status == .proposed)
    }
}
