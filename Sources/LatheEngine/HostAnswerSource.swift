/// What the answer of a host call comes from: by this, a run of an agent can be given again without what was around it.
enum HostAnswerSource: Sendable, Hashable {
    /// The run itself: its kernels, its slice, its journal, recorded replies of models, and the library.
    case run
    /// Agents outside of the run, as far as they had a part in it: what was said to them, and by them.
    case messages
    /// Servers of tools.
    case tools
    /// The user, the project's memory, or a place above the run.
    case others

    /// Of every host call there is; one that is not named is of a later lathe.
    static let ofCalls: [String: HostAnswerSource] = [
        "delegate": .run, "begin": .run, "subtasks": .run, "wait": .run, "cancel": .run, "ask_model": .run,
        "save_function": .run, "save_agent": .run, "examine": .run, "answer": .run, "checkpoint": .run,
        "rollback": .run, "branch": .run, "output": .run, "data_file": .run, "take_data": .run, "drop_data": .run,
        "find": .run, "capability": .run, "agents": .run, "sources": .run, "note": .run, "ledger": .run,
        "roundtable": .run, "plan": .run, "plan_step": .run, "plan_end": .run, "plan_change": .run,
        "context": .run, "context_edit": .run,
        "send": .messages, "messages": .messages,
        "tools": .tools, "tool": .tools, "resources": .tools, "tool_call": .tools, "tool_result": .tools,
        "remember": .others, "recall": .others, "forget": .others, "handoff": .others, "handoff_end": .others,
        "accept": .others, "decline": .others, "specialist": .others, "refined": .others,
    ]

    /// A call that kernels of earlier lathes made, and that was answered with nothing.
    static let former: Set<String> = ["capability_used"]
}
