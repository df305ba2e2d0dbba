internal import LatheEngine
internal import LatheVocabulary

/// `memory` in `lathe.json`: `{"save": …, "recall": …, "remember": …}`.
struct MemorySettings: Sendable, Hashable {
    /// Whether the working memory is saved.
    var save: MemorySetting?
    /// Whether models are told what earlier sessions left, and code may ask.
    var recall: Bool?
    /// Whose code may remember facts; nobody's stands for no episodes either.
    var remember: SessionRecollections.Remembering?

    init() {}

    /// Throws with what is wrong in `path`.
    init(_ value: JSONValue?, _ path: String) throws(CommandFailure) {
        guard let value else { return }
        guard let members = value.objectValue, members.keys.allSatisfy({ ["save", "recall", "remember"].contains($0) })
        else {
            throw CommandFailure("\(path): memory is an object of save, recall and remember.", exitCode: 2)
        }
        do throws(LimitProblem) {
            save = try members["save"].map { value throws(LimitProblem) in try MemorySetting(value) }
        } catch {
            throw CommandFailure("\(path): memory.save: \(error.reason).", exitCode: 2)
        }
        if let value = members["recall"] {
            guard case .bool(let flag) = value else {
                throw CommandFailure("\(path): memory.recall must be true or false.", exitCode: 2)
            }
            recall = flag
        }
        remember = try Self.remembering(members["remember"], path)
    }

    private static func remembering(
        _ value: JSONValue?, _ path: String
    ) throws(CommandFailure) -> SessionRecollections.Remembering? {
        switch value {
        case nil: return nil
        case .bool(let flag): return flag ? .session : .nobody
        case .string("subtasks"): return .subtasks
        default: throw CommandFailure("\(path): memory.remember must be true, false or \"subtasks\".", exitCode: 2)
        }
    }

    /// The project's settings over the user's own. A project's file, which may have come with a clone, turns nothing on that the
    /// user's own turned off: neither recalling nor who may remember.
    func over(_ user: MemorySettings) -> MemorySettings {
        var settings = MemorySettings()
        settings.save = save ?? user.save
        settings.recall = [recall, user.recall].contains(false) ? false : recall ?? user.recall
        settings.remember =
            switch (remember, user.remember) {
            case (.nobody, _), (_, .nobody): .nobody
            case (.subtasks, .subtasks), (nil, .subtasks): .subtasks
            default: .session
            }
        return settings
    }
}
