internal import LatheVocabulary
internal import Synchronization

/// Answers the host calls of one kernel. Who calls is known from the desk itself, never from the call.
///
/// Each call and its answer are journaled. Safe from any thread: a kernel may have several calls under way, whatever lathe's code in it
/// does.
final class HostDesk: Sendable {
    private struct Progress {
        var cell = 0
        var calls = 0
        var questions = 0
        /// Answers of an earlier program run, by cell, while the working memory is rebuilt.
        var recorded: [Int: [HostAnswered]]?
        /// What the cell under way had called when an earlier program run ended in the middle of it.
        var remembered = RecordedCalls()
        /// Cells that took data which ended with an earlier program run.
        var lostData: Set<Int> = []
        /// The checkpoint at which the cell that is run again is to be left.
        var leavingAt: Int?
        weak var seat: KernelSeat?
    }

    let place: Place
    let services: EngineServices
    let delegation: Delegation
    let answers: AnswerBox
    let spending: Spending
    /// What the kernel of this desk may use, and so the kernels that it delegates to.
    let kernelLimits: KernelLimits
    /// What the kernel of this desk was given of the library.
    let given: Mutex<Set<CapabilityUse.Subject>>
    /// The calls that are answered; nil for all.
    private let allowed: Set<String>?
    /// The only capabilities that its agent may use; nil for all.
    let allowance: Allowance?
    /// The only tools of servers that its agent may call.
    let toolAllowance: ToolAllowance
    /// The agent whose kernel it is; nil for the session's own.
    let agent: String?
    /// What that agent's file says of delegating; nil where it says nothing.
    let profile: AgentProfile?
    /// What it may have examined; nil for all but writers.
    let examinations: Examinations?
    /// What was handed over to its kernel; nil for all but receivers.
    let handoff: HandoffTerms?
    /// The context that its code may edit; nil for all but subtasks.
    let context: WorkingContext?
    /// Whether another subtask asked for it as a specialist.
    let isSpecialist: Bool
    private let progress = Mutex(Progress())

    init(
        place: Place, services: EngineServices, delegation: Delegation, answers: AnswerBox, spending: Spending,
        kernelLimits: KernelLimits? = nil, callsSoFar: Int = 0, questionsSoFar: Int = 0,
        given: Set<CapabilityUse.Subject> = [], allowed: Set<String>? = nil, examinations: Examinations? = nil,
        allowance: Allowance? = nil, toolAllowance: ToolAllowance = ToolAllowance(), agent: String? = nil,
        profile: AgentProfile? = nil, handoff: HandoffTerms? = nil, context: WorkingContext? = nil,
        isSpecialist: Bool = false
    ) {
        (self.profile, self.handoff) = (profile, handoff)
        (self.context, self.isSpecialist) = (context, isSpecialist)
        (self.allowance, self.toolAllowance, self.agent) = (allowance, toolAllowance, agent)
        self.given = Mutex(given)
        self.examinations = examinations
        self.allowed = allowed
        self.place = place
        self.services = services
        self.delegation = delegation
        self.answers = answers
        self.spending = spending
        self.kernelLimits = kernelLimits ?? services.limits.kernel
        progress.withLock { progress in
            progress.calls = callsSoFar
            progress.questions = questionsSoFar
        }
    }

    /// Says which cell the calls to come belong to, and while it is run again, the checkpoint at which it is to be left.
    func begin(cell: Int, leavingAt checkpoint: Int? = nil) {
        progress.withLock { progress in
            progress.cell = cell
            progress.leavingAt = checkpoint
        }
    }

    /// The number of the cell under way; 0 before the first.
    var cell: Int { progress.withLock { $0.cell } }

    var seat: KernelSeat? { progress.withLock { $0.seat } }

    /// Names the seat of the kernel whose calls are answered here.
    func attach(_ seat: KernelSeat) {
        progress.withLock { $0.seat = seat }
        delegation.desks.put(self)
    }

    /// A desk for an alternative of `lathe.branch`, which may compute and ask, but start, save and answer nothing.
    func forBranch(at place: Place) -> HostDesk {
        HostDesk(
            place: place, services: services, delegation: delegation, answers: AnswerBox(returns: nil),
            spending: spending, kernelLimits: kernelLimits, given: given.withLock { $0 },
            allowed: ["ask_model", "output", "find", "capability", "recall"], allowance: allowance,
            toolAllowance: toolAllowance, agent: agent, profile: profile)
    }

    /// While `answers` is set, calls are answered from it and nothing is done or journaled; nil ends that.
    func replay(_ answers: [Int: [HostAnswered]]?) {
        // When a handle goes is not the code's to say: those calls are neither waited for nor missed.
        // Kernels of earlier lathes reported what they used with a call of its own.
        let told = answers?.mapValues { $0.filter { $0.name != "drop_data" && $0.name != "capability_used" } }
        progress.withLock { $0.recorded = told }
    }

    /// Answers calls of the cell under way from these, where they are the same.
    func remember(_ calls: RecordedCalls) {
        var calls = calls
        calls.begin()
        progress.withLock { $0.remembered = calls }
    }

    /// Ends that; gives the calls that the cell has not made again.
    func forgetCalls() -> [HostCalled] {
        progress.withLock { progress in
            defer { progress.remembered = RecordedCalls() }
            return progress.remembered.untaken
        }
    }

    /// The cells that could not be rebuilt because a data result that they took is gone; each is given once.
    func takeCellsWithoutData() -> [Int] {
        progress.withLock { progress in
            defer { progress.lostData = [] }
            return progress.lostData.sorted()
        }
    }

    /// Answers one call. A call whose record cannot be written is not carried out.
    func answer(_ call: HostCall) async -> HostReply {
        let reply = await answered(call)
        note(reply, to: call)
        return reply
    }

    private func answered(_ call: HostCall) async -> HostReply {
        if call.name == "capability", isUnrecorded(call) { return await capabilityOfThen(call) }
        if let recorded = recordedReply(to: call) {
            if call.name == "delegate" { await takeUp(call, recorded.outcome) }
            note(call, recorded.outcome)
            // What goes back to a checkpoint names it too, and is no place to leave the cell at.
            if !["rollback", "handoff_end"].contains(call.name), let leaving = seatIfLeaving(at: recorded) {
                await leaving.copyForRebuild()
            }
            return recorded
        }
        let (number, cell) = progress.withLock { progress in
            progress.calls += 1
            return (progress.calls, progress.cell)
        }
        let bytes = call.arguments.text.utf8.count
        let isTooLarge = bytes > services.limits.callBytes
        let called = HostCalled(
            cell: cell, call: number, name: String(call.name.prefix(64)),
            arguments: isTooLarge ? ["bytes": .integer(bytes)] : call.arguments, slices: call.slices.count)
        do throws(JournalError) {
            try await services.log.record(.hostCalled(called), at: place)
            if let known = progress.withLock({ $0.remembered.take(call) }) {
                return try await again(call, called, known)
            }
            let (reply, afterwards) = isTooLarge ? (tooLarge(call, bytes), nil) : await perform(call, called)
            let answered = HostAnswered(called, reply)
            let unread = unread(in: answered)
            let event = try await services.log.record(.hostAnswered(answered), at: place)
            if call.name == "messages" { delegation.bus.take(event) }
            await delegation.noteRead(unread, in: cell, at: place)
            await afterwards?()
            return reply
        } catch {
            return .error("not_allowed", "the journal cannot be written, so nothing is done: \(error.reason)")
        }
    }

    /// Gives a recorded answer once more. Subtasks that it names and that have not finished go on.
    private func again(
        _ call: HostCall, _ called: HostCalled, _ known: HostAnswered
    ) async throws(JournalError) -> HostReply {
        var answered = known
        (answered.call, answered.isRecorded) = (called.call, true)
        try await services.log.record(.hostAnswered(answered), at: place)
        let reply = whole(HostReply(recorded: known), to: call)
        if call.name == "delegate" { await takeUp(call, reply.outcome) }
        note(call, reply.outcome)
        return reply
    }

    /// An examination that is not made again counts as made.
    private func note(_ call: HostCall, _ answer: HostReply.Outcome) {
        guard call.name == "examine", case .value(let value) = answer else { return }
        examinations?.note(call.arguments, answered: value)
    }

    private func takeUp(_ call: HostCall, _ answer: HostReply.Outcome) async {
        guard case .value(let value) = answer else { return }
        await delegation.takeUp(call, answered: value, from: self)
    }

    private func tooLarge(_ call: HostCall, _ bytes: Int) -> HostReply {
        .error(
            "limit",
            "\(call.name.singleLine(upTo: 64)) carries \(bytes) bytes, more than \(services.limits.callBytes); hand data over as a slice"
        )
    }

    /// Whether memory is rebuilt, and the record of the cell has something else here.
    private func isUnrecorded(_ call: HostCall) -> Bool {
        progress.withLock { progress in
            guard let recorded = progress.recorded else { return false }
            return recorded[progress.cell]?.first?.name != call.name
        }
    }

    private func recordedReply(to call: HostCall) -> HostReply? {
        progress.withLock { progress in
            guard progress.recorded != nil, call.name != "output" else { return nil }
            guard call.name != "drop_data" else { return .value([:]) }
            let cell = progress.cell
            guard let next = progress.recorded?[cell]?.first, next.name == call.name else {
                // Sessions of before searches were calls have no record of them.
                guard call.name != "find" else { return .value(CapabilityFinding.unrecorded.json) }
                return .error("not_recorded", "cell \(cell) made no such call when it first ran")
            }
            progress.recorded?[cell]?.removeFirst()
            guard call.name != "take_data" || next.value == nil else {
                progress.lostData.insert(cell)
                let gone = DataResults.gone(call.arguments["id"]?.stringValue ?? "")
                return .error(gone.code, gone.reason)
            }
            return whole(HostReply(recorded: next), to: call)
        }
    }

    /// The seat, where a recorded answer is that of the call at which the cell is to be left.
    private func seatIfLeaving(at reply: HostReply) -> KernelSeat? {
        guard case .value(let value) = reply.outcome else { return nil }
        let made = [value] + (value["branches"]?.arrayValue ?? [])
        return progress.withLock { progress in
            guard let wanted = progress.leavingAt, made.contains(where: { $0["checkpoint"]?.integerValue == wanted })
            else { return nil }
            return progress.seat
        }
    }

    /// Carries a call out; what comes with the reply is begun once that is journaled.
    private func perform(_ call: HostCall, _ called: HostCalled) async -> (HostReply, (@Sendable () async -> Void)?) {
        guard call.name == "delegate" || call.name == "begin", allowed == nil else {
            return (await answerNow(call, called), nil)
        }
        do throws(HostRefusal) {
            if call.name == "begin" {
                let (value, calls) = try await delegation.admitCalls(try HostArguments(call), from: self)
                return (.value(value), { [delegation] in await delegation.begin(calls) })
            }
            let admitted = try await delegation.delegate(
                try HostArguments(call), slices: call.slices, from: self)
            return (.value(admitted.value), { [delegation] in await delegation.begin(admitted) })
        } catch {
            return (.error(error.code, error.reason), nil)
        }
    }

    private func answerNow(_ call: HostCall, _ called: HostCalled) async -> HostReply {
        // What a branch lets go may still be held by the kernel itself.
        if allowed != nil, call.name == "drop_data" { return .value([:]) }
        if let allowed, !allowed.contains(call.name) {
            return .error(
                "not_allowed",
                "a branch only computes: do \(call.name.singleLine(upTo: 64)) in the cell, after lathe.branch")
        }
        do throws(HostRefusal) {
            let arguments = try HostArguments(call)
            switch call.name {
            case "wait": return .value(try await waited(arguments, in: called.cell))
            case "send": return .value(try await send(arguments, call: called.call))
            case "messages": return .value(try await messages(arguments))
            case "note": return .value(try await note(arguments, call: called.call))
            case "ledger": return .value(try await ledger(arguments))
            case "cancel": return .value(try await delegation.cancel(arguments, for: place))
            case "ask_model": return .value(try await askModel(arguments))
            case "save_function": return .value(try await save(.function, arguments))
            case "save_agent": return .value(try await save(.agent, arguments))
            case "examine": return .value(try await examine(arguments))
            case "answer": return .value(try await take(arguments))
            case "output": return try await output(arguments)
            case "data_file": return try await dataFile(arguments)
            case "take_data": return try takeData(arguments)
            case "drop_data": return try dropData(arguments)
            case "find": return .value(try await find(arguments))
            case "agents": return .value(try await agents(arguments, call: called.call))
            case "sources": return .value(try await sources(arguments))
            case "capability": return .value(try await capability(arguments))
            case "tools": return .value(try await tools(arguments))
            case "tool": return .value(try await tool(arguments))
            case "resources": return .value(try await resources(arguments))
            case "tool_call": return try await callTool(arguments)
            case "subtasks": return .value(try await subtasks(arguments))
            case "tool_result": return try await toolResult(arguments)
            case "remember": return .value(try await remember(arguments))
            case "recall": return .value(try await recall(arguments))
            case "forget": return .value(try await forget(arguments))
            case "roundtable": return .value(try await roundtable(arguments))
            case "handoff": return .value(try await handoff(arguments))
            case "handoff_end": return .value(try await endHandoff(arguments))
            case "plan": return .value(try await plan(arguments))
            case "plan_step": return .value(try await planStep(arguments))
            case "plan_change": return .value(try await planChange(arguments))
            case "plan_end": return .value(try await endPlan(arguments))
            case "accept": return .value(try await accept())
            case "decline": return .value(try await decline(arguments))
            case "context": return .value(try shownContext())
            case "context_edit": return .value(try await editContext(arguments))
            case "refined": return .value(try await refined(arguments))
            case "specialist": return .value(try await specialist(arguments))
            case "checkpoint", "rollback", "branch": return .value(try await checkpoints(call.name, arguments))
            default:
                throw HostRefusal("unknown_call", "there is no host call named '\(call.name.singleLine(upTo: 64))'")
            }
        } catch {
            return .error(error.code, error.reason)
        }
    }

    // MARK: The calls

    private func checkpoints(_ call: String, _ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        guard let seat else { throw HostRefusal("not_allowed", "there is no kernel") }
        switch call {
        case "checkpoint": return try await seat.checkpoint(named: try arguments.optionalText("name", upTo: 64))
        case "rollback": return try await seat.requestRollback(to: arguments.present("to"))
        default: return try await seat.branch(try arguments.texts("codes", upTo: services.limits.instructionCharacters))
        }
    }

    private func take(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        guard let value = arguments.values["value"] else {
            throw HostRefusal("invalid_arguments", "answer: value is missing")
        }
        if let objection = examinations?.objection(to: value) ?? handoff?.objection {
            return ["accepted": false, "reason": .string(objection)]
        }
        let described = try delegation.data.described(value, by: place)
        switch answers.put(described) {
        case .accepted where delegation.data.seal(described, by: place):
            try await journal(.answered(Answered(value: described)))
            return ["accepted": true]
        case .accepted:
            answers.clear()
            return ["accepted": false, "reason": "its data is still mapped for writing in this kernel; answer again"]
        case .refused(let reason):
            delegation.data.dropAll(of: place, named: described)
            return ["accepted": false, "reason": .string(reason)]
        }
    }

    private func askModel(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        _ = try Self.questionForm(arguments)
        let model = try await services.modelForHostCall(try arguments.optionalText("model", upTo: 64))
        return try await paying(arguments) { spending async throws(HostRefusal) in
            try await ask(arguments, model, at: place.questions, spending, nextTurn: nextQuestion)
        }
    }

    func nextQuestion() -> Int {
        progress.withLock { progress in
            progress.questions += 1
            return progress.questions
        }
    }

    func journal(_ body: EventBody) async throws(HostRefusal) {
        do throws(JournalError) {
            try await services.log.record(body, at: place)
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be written: \(error.reason)")
        }
    }
}
