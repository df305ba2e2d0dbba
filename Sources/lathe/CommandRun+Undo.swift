internal import LatheEngine
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

extension CommandRun {
    /// `lathe undo`: leaves the last cell out when the working memory of a kept session is rebuilt.
    ///
    /// No kernel lives between runs of the program, so nothing else is to be done than to write it down.
    func undo(_ command: UndoCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let store = SessionStore(folder: project.sessions)
        return try await reporting {
            let name = try await session(command.session, in: store)
            guard try await store.exists(name) else {
                throw CommandFailure("there is no session '\(name)'; 'lathe sessions list' shows all")
            }
            let opened = try await store.open(name)
            do {
                let past = SessionPast(try await opened.journal.history())
                guard let cell = past.undoableCell else {
                    throw CommandFailure("the session '\(name)' has no cell that could be undone")
                }
                let back = RolledBack(checkpoint: nil, cause: .user, undone: [cell])
                let event = try await opened.journal.append(.rolledBack(back), at: .coordinator)
                if command.options.output == .json {
                    JSONScreen(output: .standardOutput).show(event)
                } else {
                    _ = say(TerminalText.safeBlock("Session \(name): \(back.sentence)\n\(RolledBack.notUndone)"))
                }
                try await opened.close()
            } catch {
                try? await opened.close()
                throw error
            }
            return ExitCode.complete.rawValue
        }
    }

    /// The name given, or the session that was used last.
    func session(_ given: String?, in store: SessionStore) async throws -> String {
        if let given { return given }
        guard let newest = try await store.list().first else {
            throw CommandFailure("there is no session yet; 'lathe ask' makes one")
        }
        return newest.name
    }
}
