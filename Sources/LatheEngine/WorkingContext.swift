internal import LatheVocabulary
internal import Synchronization

/// The context of one subtask as its code and its turns meet it. Safe from any thread: a host call proposes, the turn loop takes.
final class WorkingContext: Sendable {
    let rules: ContextEditRules
    /// What nobody edits, as code is shown it.
    let core: JSONValue
    private let fold: Mutex<ContextFold>
    /// How often each was refused in this run of the program.
    private let refusals = Mutex<[ContextEditRefused: Int]>([:])

    /// `past` is what the journal says of it.
    init(rules: ContextEditRules, core: JSONValue, past: ContextFold) {
        self.rules = rules
        self.core = core
        fold = Mutex(past)
    }

    /// A copy of what is known now.
    var state: ContextFold { fold.withLock { $0 } }

    func change(_ body: (inout ContextFold) -> Void) { fold.withLock { body(&$0) } }

    /// The refusal as it is journaled, with how often the same was asked for in its cell; nil once it says nothing more.
    func counted(_ refused: ContextEditRefused) -> ContextEditRefused? {
        let times = refusals.withLock { refusals in
            refusals[refused, default: 0] += 1
            return refusals[refused, default: 1]
        }
        guard times <= rules.beyond else { return nil }
        var refused = refused
        refused.time = times > 1 ? times : nil
        return refused
    }

    /// What the state block says where the turns get nowhere; nil where there is nothing to say.
    var hint: String? {
        let state = state
        guard state.watch == nil, state.stalledTurns >= Self.stalled else { return nil }
        let left = max(rules.edits - state.edits, 0)
        let edits = left > 0 ? "help(lathe.context.edit) (\(left) left), " : ""
        return "the last \(state.stalledTurns) turns got nowhere: \(edits)help(lathe.request_specialist)"
    }

    private static let stalled = 2
}

extension DelegationPlan {
    /// The fixed part of its subtasks' contexts, cut for showing: the prompt has it whole.
    var core: JSONValue {
        func cut(_ text: String) -> JSONValue { .string(String(text.prefix(600))) }
        return [
            "name": cut(agent.name), "instructions": cut(agent.instructions), "task": cut(task),
            "returns": agent.returns.map { cut($0.text) } ?? .null, "max_turns": .integer(maxTurns),
        ]
    }
}
