/// One thing that happened in a session. The journal, the screens and the JSON output are all fed by these.
package struct Event: Sendable, Hashable {
    /// 1, 2, 3 … in the journal; 0 for a fleeting event, which is shown and never stored.
    package var sequence: Int
    /// Seconds since 1970-01-01 UTC.
    package var time: Double
    package var place: Place
    package var body: EventBody

    package init(sequence: Int, time: Double, place: Place, body: EventBody) {
        self.sequence = sequence
        self.time = time
        self.place = place
        self.body = body
    }
}

/// How surely an event must be kept before anyone acts on it.
package enum Durability: Sendable, Hashable {
    /// On disk (synchronised) before `append` returns.
    case durable
    /// Written with the next durable event or within a second.
    case batched
    /// Shown to the screens, never stored.
    case fleeting
}

/// What happened. Written as one JSON object with a `type`.
package enum EventBody: Sendable, Hashable {
    case sessionOpened(SessionOpened)
    case sessionDerived(SessionDerived)
    case instructionsRead(ProjectInstructions)
    case taskSubmitted(TaskSubmitted)
    case taskResumed(TaskResumed)
    case notice(Notice)
    case turnStarted(TurnStarted)
    case replyProgressed(ReplyProgressed)
    case turnFinished(TurnFinished)
    case turnFailed(TurnFailed)
    case modelFellBack(ModelFellBack)
    case modelTold(ModelTold)
    case contextShrunk(ContextShrunk)
    case cellStarted(Cell)
    case cellOutput(CellOutputSeen)
    case cellFinished(CellResult)
    case kernelLost(KernelLoss)
    case kernelReplaced(KernelReplaced)
    case checkpointed(Checkpointed)
    case rolledBack(RolledBack)
    case memorySaved(MemorySaved)
    case memoryRestored(MemoryRestored)
    case hostCalled(HostCalled)
    case hostAnswered(HostAnswered)
    case subtaskStarted(SubtaskStarted)
    case subtaskFinished(SubtaskOutcome)
    case capabilitySaved(SavedCapability)
    case capabilityUsed(CapabilityUsed)
    case capabilityDemoted(CapabilityDemoted)
    case toolsOffered(ToolsOffered)
    case toolDecided(ToolDecided)
    case toolUsed(ToolUse)
    case exposed(Exposed)
    case backgroundStarted(BackgroundStarted)
    case backgroundProgressed(BackgroundProgressed)
    case backgroundFinished(SubtaskOutcome)
    case remembered(Remembered)
    case recalled(Recalled)
    case forgotten(Forgotten)
    case messageSent(AgentMessage)
    case messageDelivered(MessageDelivered)
    case questionAsked(QuestionAsked)
    case steppedIn(SteppedIn)
    case agentChosen(AgentChosen)
    case roundtableOpened(RoundtableOpened)
    case roundtableSeated(RoundtableSeated)
    case roundtableRound(RoundtableRound)
    case roundtableClosed(RoundtableClosed)
    case handoffInitiated(HandoffInitiated)
    case handoffAccepted(HandoffAccepted)
    case handoffDeclined(HandoffDeclined)
    case handoffCompleted(HandoffCompleted)
    case handoffRolledBack(HandoffRolledBack)
    case planMade(PlanMade)
    case planRefused(PlanRefused)
    case planStep(PlanStepChanged)
    case planEnded(PlanEnded)
    case ledgerNoted(LedgerNoted)
    case stallFound(StallFound)
    case contextEdited(ContextEdited)
    case contextEditRefused(ContextEditRefused)
    case contextRestored(ContextRestored)
    case contextKept(ContextKept)
    case specialistAsked(SpecialistAsked)
    case specialistDecided(SpecialistDecided)
    case answered(Answered)
    case taskFinished(TaskOutcome)
    case replayCompared(ReplayCompared)

    package var durability: Durability {
        switch self {
        case .replyProgressed, .cellOutput: .fleeting
        // A used tool is told just before the answer to its call, or the call's end in the background: it is written with that.
        case .notice, .capabilityUsed, .checkpointed, .backgroundProgressed, .toolUsed: .batched
        default: .durable
        }
    }
}
