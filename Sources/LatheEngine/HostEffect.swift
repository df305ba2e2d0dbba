/// What a host call leaves behind outside the kernel that makes it: by this, a cell that was under way when lathe ended is run
/// again (docs/kernel-protocol.md holds the same table).
enum HostEffect: Sendable, Hashable {
    /// Nothing, or nothing beyond the kernel and the task under way: made anew each time.
    case none
    /// Nothing, but what it read may be another by now: a recorded answer is used, so that the cell goes the way it went.
    case read
    /// A request to a model, which costs: a recorded answer or reply is used; without one it is sent again and told.
    case paid
    /// Begins only once its answer is journaled: a recorded answer is used, and without one nothing had happened.
    case answeredFirst
    /// Something outside of the session that is the same when it is done twice: a recorded answer is used; without one it is made anew.
    case settled
    /// Something outside of the session: a recorded answer is used; without one the user is asked before it is repeated.
    case outside

    /// Every host call there is.
    static let ofCalls: [String: HostEffect] = [
        "delegate": .answeredFirst, "begin": .answeredFirst, "subtasks": .none, "tool_result": .none, "wait": .none,
        "cancel": .none, "ask_model": .paid, "save_function": .outside,
        "save_agent": .outside, "answer": .none, "checkpoint": .none, "rollback": .none, "branch": .none,
        "output": .none, "data_file": .none, "take_data": .none, "drop_data": .none, "find": .read,
        "capability": .read, "tools": .read, "tool": .read, "resources": .read, "tool_call": .outside, "examine": .read,
        "remember": .settled, "recall": .read, "forget": .settled,
        "note": .answeredFirst, "ledger": .read,
        "send": .answeredFirst, "messages": .read,
        "agents": .read, "sources": .read, "roundtable": .read, "handoff": .read, "handoff_end": .none, "accept": .none,
        "decline": .none, "plan": .read, "plan_step": .read, "plan_end": .read, "plan_change": .none,
        "context": .none, "context_edit": .none, "specialist": .paid, "refined": .none,
    ]

    /// Whether a recorded answer stands for the call when its cell runs again.
    var isRecorded: Bool { self != .none }
}
