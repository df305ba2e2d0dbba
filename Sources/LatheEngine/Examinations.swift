internal import LatheVocabulary
internal import Synchronization

/// The examinations that one subtask of a writer may have, and what came of them. Safe from any thread.
final class Examinations: Sendable {
    private struct State {
        var left: Int
        /// What can be saved, as it was examined.
        var admitted: Set<Made> = []
    }

    /// What a writer makes.
    private struct Made: Sendable, Hashable {
        var name: String
        var source: String
        var tests: String
        var fixtures: JSONValue

        /// Nil where the value is something else.
        init?(_ value: [String: JSONValue]) {
            guard let name = value["name"]?.stringValue, let source = value["source"]?.stringValue else { return nil }
            self.name = name
            self.source = source
            tests = value["tests"]?.stringValue ?? ""
            let files = value["fixtures"] ?? .null
            fixtures = files == [:] ? .null : files
        }
    }

    let kind: Capability.Kind
    private let state: Mutex<State>
    private let gate: AsyncGate

    /// - Parameters:
    ///   - kind: what the writer writes.
    ///   - count: how many it may have.
    ///   - gate: lets as many run at a time as the session may.
    init(of kind: Capability.Kind, count: Int, gate: AsyncGate) {
        self.kind = kind
        state = Mutex(State(left: count))
        self.gate = gate
    }

    /// Takes one of those that are left; nil where there is none. What is left then is returned.
    func take() -> Int? {
        state.withLock { state in
            guard state.left > 0 else { return nil }
            state.left -= 1
            return state.left
        }
    }

    /// Runs `body` when there is room for one more.
    func inTurn<T: Sendable>(
        _ body: () async throws(LibraryError) -> T
    ) async throws(LibraryError) -> T {
        guard await gate.enter() else {
            throw LibraryError(.refused, "stopped while it waited for an examination to begin")
        }
        let result: Result<T, LibraryError>
        do throws(LibraryError) {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        await gate.leave()
        return try result.get()
    }

    /// Remembers what was admitted: by the call's arguments and the value that it was answered with, which has the texts as they
    /// were examined.
    func note(_ arguments: JSONValue, answered value: JSONValue) {
        guard value["admitted"] == true, var members = arguments.objectValue else { return }
        (members["source"], members["tests"]) = (value["source"], value["tests"])
        guard let made = Made(members) else { return }
        state.withLock { _ = $0.admitted.insert(made) }
    }

    /// Why a value cannot be a writer's result; nil where it can: it was admitted, or says why there is nothing.
    func objection(to value: JSONValue) -> String? {
        guard let members = value.objectValue else { return "a writer answers with what it examined" }
        if members["problem"]?.stringValue?.isEmpty == false, members["source"] == nil { return nil }
        guard let made = Made(members), state.withLock({ $0.admitted.contains(made) }) else {
            return """
                this was not examined, or cannot be saved as it is: answer with what lathe.examine_\(kind.rawValue)(…) \
                gave and called ready, unchanged, or with {"problem": "why it cannot be done"}
                """
        }
        return nil
    }
}
