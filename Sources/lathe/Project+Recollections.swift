internal import Foundation
internal import LatheEngine
internal import LatheLibrary
internal import LatheRecall
internal import LatheStore
internal import LatheVocabulary

extension Project {
    /// Where recollections of all projects are: the user's own state, which no project can bring along.
    static func recollectionDatabase(_ environment: [String: String]) -> RecollectionDatabase {
        let home = environment["HOME"] ?? "/root"
        let state = environment["XDG_STATE_HOME"] ?? home + "/.local/state"
        return RecollectionDatabase(folder: state + "/lathe")
    }

    /// The folder by which this project's recollections are known: without links, so that each way to it is the same project.
    var recollectionName: String { URL(fileURLWithPath: folder).resolvingSymlinksInPath().path }

    /// What the project remembers across its sessions.
    func recollections(_ meaning: MeaningProcess, _ environment: [String: String]) -> ProjectRecollections {
        ProjectRecollections(
            project: recollectionName, records: Self.recollectionDatabase(environment), meaning: meaning)
    }
}

extension SessionSetup {
    /// What the session may make of what the project remembers; nil where this run remembers and recalls nothing.
    ///
    /// A session that follows another is answered as that one was.
    func recollections() -> SessionRecollections? {
        let settings = project.memory
        let remembering = settings.remember ?? .session
        let recalls = settings.recall ?? true
        guard options.memory == .used, recalls || remembering != .nobody || derived != nil else { return nil }
        let own = project.recollections(meaning, environment)
        guard let derived else {
            return SessionRecollections(
                own, recalls: recalls, remembering: remembering, keepsEpisodes: remembering != .nobody)
        }
        let goesOn = derived.purpose == .branch
        return SessionRecollections(
            RecordedRecollections(followed, beyond: goesOn ? own : nil), recalls: true,
            remembering: goesOn ? remembering : .subtasks, keepsEpisodes: goesOn && remembering != .nobody)
    }
}
