package import LatheVocabulary

/// What a session may make of what the project remembers.
package struct SessionRecollections: Sendable {
    /// Whose code may keep facts for later sessions.
    package enum Remembering: Sendable, Hashable {
        case nobody
        /// The session's own kernel.
        case session
        case subtasks
    }

    package var recollections: any Recollections
    /// Whether models are told what fits, and code may ask.
    package var recalls: Bool
    package var remembering: Remembering
    /// Whether what tasks come to is kept.
    package var keepsEpisodes: Bool

    package init(
        _ recollections: any Recollections, recalls: Bool = true, remembering: Remembering = .session,
        keepsEpisodes: Bool = true
    ) {
        self.recollections = recollections
        self.recalls = recalls
        self.remembering = remembering
        self.keepsEpisodes = keepsEpisodes
    }

    /// What is worth its tokens for a task; a failure takes nothing from the task.
    func forTask(
        _ task: String, of session: String, shown: Set<Int>
    ) async -> Result<RecollectionFinding, RecollectionError> {
        let need = RecollectionNeed(
            words: String(task.prefix(RecollectionLimits.queryCharacters)), limit: RecollectionLimits.told,
            purpose: .task(session: session, shown: shown))
        do throws(RecollectionError) {
            return .success(try await recollections.recall(need))
        } catch {
            return .failure(error)
        }
    }

    /// A line of the state block: what there is, and how code gets at it. A store that cannot be read offers nothing.
    func offered() async -> String? {
        let count = recalls ? (try? await recollections.count()) ?? 0 : 0
        let calls = [
            count > 0 ? "lathe.recall(\"words\") searches" : nil,
            remembering == .nobody
                ? nil : "lathe.remember(\"a fact\", about=\"its subject\") keeps one for later sessions",
        ].compactMap { $0 }
        guard !calls.isEmpty else { return nil }
        return (count > 0 ? "memory of earlier sessions: \(count); " : "memory: ") + calls.joined(separator: ", ")
    }
}
