package import LatheVocabulary

/// The bounds that an engine keeps; each has a default that suits an ordinary job.
package struct EngineLimits: Sendable, Hashable {
    package var coordinatorTurns = 40
    package var subtaskTurns = 12
    /// Subtasks of one session that run at the same time.
    package var parallelSubtasks = 8
    /// Subtasks that one `delegate` call may start.
    package var subtasksPerCall = 500
    /// Subtasks that one run of the program may start in all.
    package var subtasksPerRun = 2_000
    /// 1 lets the coordinator delegate, 2 its subtasks too.
    package var delegationDepth = 2
    package var maxOutputTokens = 8192

    /// Tool calls in the background that are under way at a time, and tool calls and questions that are open in all; questions run
    /// as many at a time as subtasks.
    package var parallelCalls = 64
    package var openCalls = 4_000
    /// Tool calls and questions that one `begin` call may hold.
    package var callsPerBegin = 1_000

    /// Rounds in which a subtask may mend a result that did not fit `returns`.
    package var repairs = 1
    /// Characters of a task, an agent's instructions or a question to `ask_model`.
    package var instructionCharacters = 40_000

    /// Examinations that one subtask of a writer may have, and how many run at a time in a session.
    package var examinations = 12
    package var parallelExaminations = 2

    /// Bytes of JSON that one host call may carry; data goes into slices.
    package var callBytes = 4 << 20
    /// What a kernel of the session may use, which no agent and no call can exceed.
    package var kernel = KernelLimits()

    /// What one task may use, where nothing else is said for it.
    package var budget = BudgetLimits()

    /// Bytes of one data result, and of all of a session that wait to be taken, and how many those may be.
    package var dataResultBytes = 2 << 30
    package var dataBytes = 8 << 30
    package var dataResults = 1_000
    /// Seconds for which an account whose calls fail after all retries is left alone, the first time.
    package var accountRest = 30.0
    package var stops = StopRules()
    package var stalls = StallRules()
    package var context = ContextRules()
    package var checkpoints = CheckpointLimits()
    package var messages = MessageLimits()
    /// What may be handed over, and when the coordinator is told to.
    package var handoff = HandoffRules()
    package var plans = PlanRules()
    /// How far subtasks may change their own contexts, and who decides on specialists.
    package var contextEdits = ContextEditRules()
    package var specialists = SpecialistRules()

    package init() {}
}
