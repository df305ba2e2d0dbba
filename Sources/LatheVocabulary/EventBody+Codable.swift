extension EventBody {
    /// The names of the events, as they stand in the journal and in JSON output.
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case sessionOpened = "session_opened"
        case sessionDerived = "session_derived"
        case instructionsRead = "instructions_read"
        case taskSubmitted = "task_submitted"
        case taskResumed = "task_resumed"
        case notice
        case turnStarted = "turn_started"
        case replyProgressed = "reply_progressed"
        case turnFinished = "turn_finished"
        case turnFailed = "turn_failed"
        case modelFellBack = "model_fell_back"
        case modelTold = "model_told"
        case contextShrunk = "context_shrunk"
        case cellStarted = "cell_started"
        case cellOutput = "cell_output"
        case cellFinished = "cell_finished"
        case kernelLost = "kernel_lost"
        case kernelReplaced = "kernel_replaced"
        case checkpointed
        case rolledBack = "rolled_back"
        case memorySaved = "memory_saved"
        case memoryRestored = "memory_restored"
        case hostCalled = "host_called"
        case hostAnswered = "host_answered"
        case subtaskStarted = "subtask_started"
        case subtaskFinished = "subtask_finished"
        case capabilitySaved = "capability_saved"
        case capabilityUsed = "capability_used"
        case capabilityDemoted = "capability_demoted"
        case toolsOffered = "tools_offered"
        case toolDecided = "tool_decided"
        case toolUsed = "tool_used"
        case exposed
        case backgroundStarted = "background_started"
        case backgroundProgressed = "background_progressed"
        case backgroundFinished = "background_finished"
        case remembered
        case recalled
        case forgotten
        case messageSent = "message_sent"
        case messageDelivered = "message_delivered"
        case questionAsked = "question_asked"
        case steppedIn = "stepped_in"
        case agentChosen = "agent_chosen"
        case roundtableOpened = "roundtable_opened"
        case roundtableSeated = "roundtable_seated"
        case roundtableRound = "roundtable_round"
        case roundtableClosed = "roundtable_closed"
        case handoffInitiated = "handoff_initiated"
        case handoffAccepted = "handoff_accepted"
        case handoffDeclined = "handoff_declined"
        case handoffCompleted = "handoff_completed"
        case handoffRolledBack = "handoff_rolled_back"
        case planMade = "plan_made"
        case planRefused = "plan_refused"
        case planStep = "plan_step"
        case planEnded = "plan_ended"
        case ledgerNoted = "ledger_noted"
        case stallFound = "stall_found"
        case contextEdited = "context_edited"
        case contextEditRefused = "context_edit_refused"
        case contextRestored = "context_restored"
        case contextKept = "context_kept"
        case specialistAsked = "specialist_asked"
        case specialistDecided = "specialist_decided"
        case answered
        case taskFinished = "task_finished"
        case replayCompared = "replay_compared"
    }

    package var kind: Kind {
        switch self {
        case .sessionOpened: .sessionOpened
        case .sessionDerived: .sessionDerived
        case .instructionsRead: .instructionsRead
        case .taskSubmitted: .taskSubmitted
        case .taskResumed: .taskResumed
        case .notice: .notice
        case .turnStarted: .turnStarted
        case .replyProgressed: .replyProgressed
        case .turnFinished: .turnFinished
        case .turnFailed: .turnFailed
        case .modelFellBack: .modelFellBack
        case .modelTold: .modelTold
        case .contextShrunk: .contextShrunk
        case .cellStarted: .cellStarted
        case .cellOutput: .cellOutput
        case .cellFinished: .cellFinished
        case .kernelLost: .kernelLost
        case .kernelReplaced: .kernelReplaced
        case .checkpointed: .checkpointed
        case .rolledBack: .rolledBack
        case .memorySaved: .memorySaved
        case .memoryRestored: .memoryRestored
        case .hostCalled: .hostCalled
        case .hostAnswered: .hostAnswered
        case .subtaskStarted: .subtaskStarted
        case .subtaskFinished: .subtaskFinished
        case .capabilitySaved: .capabilitySaved
        case .capabilityUsed: .capabilityUsed
        case .capabilityDemoted: .capabilityDemoted
        case .toolsOffered: .toolsOffered
        case .toolDecided: .toolDecided
        case .toolUsed: .toolUsed
        case .exposed: .exposed
        case .backgroundStarted: .backgroundStarted
        case .backgroundProgressed: .backgroundProgressed
        case .backgroundFinished: .backgroundFinished
        case .remembered: .remembered
        case .recalled: .recalled
        case .forgotten: .forgotten
        case .messageSent: .messageSent
        case .messageDelivered: .messageDelivered
        case .questionAsked: .questionAsked
        case .steppedIn: .steppedIn
        case .agentChosen: .agentChosen
        case .roundtableOpened: .roundtableOpened
        case .roundtableSeated: .roundtableSeated
        case .roundtableRound: .roundtableRound
        case .roundtableClosed: .roundtableClosed
        case .handoffInitiated: .handoffInitiated
        case .handoffAccepted: .handoffAccepted
        case .handoffDeclined: .handoffDeclined
        case .handoffCompleted: .handoffCompleted
        case .handoffRolledBack: .handoffRolledBack
        case .planMade: .planMade
        case .planRefused: .planRefused
        case .planStep: .planStep
        case .planEnded: .planEnded
        case .ledgerNoted: .ledgerNoted
        case .stallFound: .stallFound
        case .contextEdited: .contextEdited
        case .contextEditRefused: .contextEditRefused
        case .contextRestored: .contextRestored
        case .contextKept: .contextKept
        case .specialistAsked: .specialistAsked
        case .specialistDecided: .specialistDecided
        case .answered: .answered
        case .taskFinished: .taskFinished
        case .replayCompared: .replayCompared
        }
    }

    private var payload: any Codable & Sendable {
        switch self {
        case .sessionOpened(let value): value
        case .sessionDerived(let value): value
        case .instructionsRead(let value): value
        case .taskSubmitted(let value): value
        case .taskResumed(let value): value
        case .notice(let value): value
        case .turnStarted(let value): value
        case .replyProgressed(let value): value
        case .turnFinished(let value): value
        case .turnFailed(let value): value
        case .modelFellBack(let value): value
        case .modelTold(let value): value
        case .contextShrunk(let value): value
        case .cellStarted(let value): value
        case .cellOutput(let value): value
        case .cellFinished(let value): value
        case .kernelLost(let value): value
        case .kernelReplaced(let value): value
        case .checkpointed(let value): value
        case .rolledBack(let value): value
        case .memorySaved(let value): value
        case .memoryRestored(let value): value
        case .hostCalled(let value): value
        case .hostAnswered(let value): value
        case .subtaskStarted(let value): value
        case .subtaskFinished(let value): value
        case .capabilitySaved(let value): value
        case .capabilityUsed(let value): value
        case .capabilityDemoted(let value): value
        case .toolsOffered(let value): value
        case .toolDecided(let value): value
        case .toolUsed(let value): value
        case .exposed(let value): value
        case .backgroundStarted(let value): value
        case .backgroundProgressed(let value): value
        case .backgroundFinished(let value): value
        case .remembered(let value): value
        case .recalled(let value): value
        case .forgotten(let value): value
        case .messageSent(let value): value
        case .messageDelivered(let value): value
        case .questionAsked(let value): value
        case .steppedIn(let value): value
        case .agentChosen(let value): value
        case .roundtableOpened(let value): value
        case .roundtableSeated(let value): value
        case .roundtableRound(let value): value
        case .roundtableClosed(let value): value
        case .handoffInitiated(let value): value
        case .handoffAccepted(let value): value
        case .handoffDeclined(let value): value
        case .handoffCompleted(let value): value
        case .handoffRolledBack(let value): value
        case .planMade(let value): value
        case .planRefused(let value): value
        case .planStep(let value): value
        case .planEnded(let value): value
        case .ledgerNoted(let value): value
        case .stallFound(let value): value
        case .contextEdited(let value): value
        case .contextEditRefused(let value): value
        case .contextRestored(let value): value
        case .contextKept(let value): value
        case .specialistAsked(let value): value
        case .specialistDecided(let value): value
        case .answered(let value): value
        case .taskFinished(let value): value
        case .replayCompared(let value): value
        }
    }

    /// Writes the event's own fields.
    package func encodePayload(to encoder: any Encoder) throws {
        try payload.encode(to: encoder)
    }

    /// Reads the fields of an event of a known kind.
    package init(_ kind: Kind, from decoder: any Decoder) throws {
        self =
            switch kind {
            case .sessionOpened: .sessionOpened(try SessionOpened(from: decoder))
            case .sessionDerived: .sessionDerived(try SessionDerived(from: decoder))
            case .instructionsRead: .instructionsRead(try ProjectInstructions(from: decoder))
            case .taskSubmitted: .taskSubmitted(try TaskSubmitted(from: decoder))
            case .taskResumed: .taskResumed(try TaskResumed(from: decoder))
            case .notice: .notice(try Notice(from: decoder))
            case .turnStarted: .turnStarted(try TurnStarted(from: decoder))
            case .replyProgressed: .replyProgressed(try ReplyProgressed(from: decoder))
            case .turnFinished: .turnFinished(try TurnFinished(from: decoder))
            case .turnFailed: .turnFailed(try TurnFailed(from: decoder))
            case .modelFellBack: .modelFellBack(try ModelFellBack(from: decoder))
            case .modelTold: .modelTold(try ModelTold(from: decoder))
            case .contextShrunk: .contextShrunk(try ContextShrunk(from: decoder))
            case .cellStarted: .cellStarted(try Cell(from: decoder))
            case .cellOutput: .cellOutput(try CellOutputSeen(from: decoder))
            case .cellFinished: .cellFinished(try CellResult(from: decoder))
            case .kernelLost: .kernelLost(try KernelLoss(from: decoder))
            case .kernelReplaced: .kernelReplaced(try KernelReplaced(from: decoder))
            case .checkpointed: .checkpointed(try Checkpointed(from: decoder))
            case .rolledBack: .rolledBack(try RolledBack(from: decoder))
            case .memorySaved: .memorySaved(try MemorySaved(from: decoder))
            case .memoryRestored: .memoryRestored(try MemoryRestored(from: decoder))
            case .hostCalled: .hostCalled(try HostCalled(from: decoder))
            case .hostAnswered: .hostAnswered(try HostAnswered(from: decoder))
            case .subtaskStarted: .subtaskStarted(try SubtaskStarted(from: decoder))
            case .subtaskFinished: .subtaskFinished(try SubtaskOutcome(from: decoder))
            case .capabilitySaved: .capabilitySaved(try SavedCapability(from: decoder))
            case .capabilityUsed: .capabilityUsed(try CapabilityUsed(from: decoder))
            case .capabilityDemoted: .capabilityDemoted(try CapabilityDemoted(from: decoder))
            case .toolsOffered: .toolsOffered(try ToolsOffered(from: decoder))
            case .toolDecided: .toolDecided(try ToolDecided(from: decoder))
            case .toolUsed: .toolUsed(try ToolUse(from: decoder))
            case .exposed: .exposed(try Exposed(from: decoder))
            case .backgroundStarted: .backgroundStarted(try BackgroundStarted(from: decoder))
            case .backgroundProgressed: .backgroundProgressed(try BackgroundProgressed(from: decoder))
            case .backgroundFinished: .backgroundFinished(try SubtaskOutcome(from: decoder))
            case .remembered: .remembered(try Remembered(from: decoder))
            case .recalled: .recalled(try Recalled(from: decoder))
            case .forgotten: .forgotten(try Forgotten(from: decoder))
            case .messageSent: .messageSent(try AgentMessage(from: decoder))
            case .messageDelivered: .messageDelivered(try MessageDelivered(from: decoder))
            case .questionAsked: .questionAsked(try QuestionAsked(from: decoder))
            case .steppedIn: .steppedIn(try SteppedIn(from: decoder))
            case .agentChosen: .agentChosen(try AgentChosen(from: decoder))
            case .roundtableOpened: .roundtableOpened(try RoundtableOpened(from: decoder))
            case .roundtableSeated: .roundtableSeated(try RoundtableSeated(from: decoder))
            case .roundtableRound: .roundtableRound(try RoundtableRound(from: decoder))
            case .roundtableClosed: .roundtableClosed(try RoundtableClosed(from: decoder))
            case .handoffInitiated: .handoffInitiated(try HandoffInitiated(from: decoder))
            case .handoffAccepted: .handoffAccepted(try HandoffAccepted(from: decoder))
            case .handoffDeclined: .handoffDeclined(try HandoffDeclined(from: decoder))
            case .handoffCompleted: .handoffCompleted(try HandoffCompleted(from: decoder))
            case .handoffRolledBack: .handoffRolledBack(try HandoffRolledBack(from: decoder))
            case .planMade: .planMade(try PlanMade(from: decoder))
            case .planRefused: .planRefused(try PlanRefused(from: decoder))
            case .planStep: .planStep(try PlanStepChanged(from: decoder))
            case .planEnded: .planEnded(try PlanEnded(from: decoder))
            case .ledgerNoted: .ledgerNoted(try LedgerNoted(from: decoder))
            case .stallFound: .stallFound(try StallFound(from: decoder))
            case .contextEdited: .contextEdited(try ContextEdited(from: decoder))
            case .contextEditRefused: .contextEditRefused(try ContextEditRefused(from: decoder))
            case .contextRestored: .contextRestored(try ContextRestored(from: decoder))
            case .contextKept: .contextKept(try ContextKept(from: decoder))
            case .specialistAsked: .specialistAsked(try SpecialistAsked(from: decoder))
            case .specialistDecided: .specialistDecided(try SpecialistDecided(from: decoder))
            case .answered: .answered(try Answered(from: decoder))
            case .taskFinished: .taskFinished(try TaskOutcome(from: decoder))
            case .replayCompared: .replayCompared(try ReplayCompared(from: decoder))
            }
    }
}

extension Event: Codable {
    private enum Keys: String, CodingKey { case sequence, time, place, type, outcome, data }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        sequence = try container.decode(Int.self, forKey: .sequence)
        time = try container.decode(Double.self, forKey: .time)
        place = try container.decode(Place.self, forKey: .place)
        let kind = try container.decode(EventBody.Kind.self, forKey: .type)
        body = try EventBody(kind, from: try container.superDecoder(forKey: .data))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(sequence, forKey: .sequence)
        try container.encode(time, forKey: .time)
        try container.encode(place, forKey: .place)
        try container.encode(body.kind, forKey: .type)
        try container.encodeIfPresent(body.outcome, forKey: .outcome)
        try body.encodePayload(to: container.superEncoder(forKey: .data))
    }
}
