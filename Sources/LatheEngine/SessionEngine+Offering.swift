internal import LatheVocabulary

/// What a model is told of tools before it asks: those that fit the task, so that its first cell can call one.
extension SessionEngine {
    private static let offered = (tools: ToolsOffered.most, seconds: 15.0)

    /// What fits a task best, of tools that were listed before; no server is started for it, and on a busy
    /// machine the task goes on without.
    /// Nil where nothing fits well.
    func offer(for task: String) async -> ToolsOffered? {
        guard let tools = services.tools, let model = try? await services.model(nil), !model.isSmall else { return nil }
        let need = CapabilityNeed(
            words: ToolsOffered.words(of: task), limit: Self.offered.tools, session: services.session,
            purpose: .offer)
        let library = services.library
        let found = await Patience.wait(seconds: Self.offered.seconds) {
            try? await library.find(need, among: await tools.searched(.leftOut))
        }
        guard let found = found.flatMap({ $0 }), !found.names.isEmpty else { return nil }
        return ToolsOffered(text: found.text, names: found.names, searched: found.searched)
    }
}
