import LatheVocabulary

/// One event of every kind that a journal keeps, with values that are easy to lose on the way.
enum EventSamples {
    static let nested: JSONValue = [
        "whole": 1, "fraction": 1.0, "null": nil, "text": "é\u{1b}[31m\u{0}\u{2028}", "list": [true, false, nil, [:]],
        "large": .integer(.max), "small": 1e-300,
    ]

    static var planChange: PlanChange {
        var change = PlanChange(plan: 1)
        (change.drop, change.order, change.because) = (["“a”"], ["sum"], "too\ndear")
        var edit = PlanChange.Edit("sum")
        (edit.task, edit.needs, edit.required, edit.fallback) = ("t\u{1b}", [], false, "")
        edit.budget = BudgetLimits(tokens: 9, seconds: 0.5)
        change.steps = [edit]
        return change
    }

    static let bodies: [EventBody] = [
        .sessionOpened(
            SessionOpened(
                session: "s", version: "0.1", model: "m",
                inputs: [DataInput(name: "flights", path: "/data/f.parquet", format: .parquet)], sandbox: ["seccomp"],
                limits: KernelLimits([.memory: 8_000_000_000, .openFiles: 64]),
                data: [DataFingerprint(name: "flights", bytes: 9, endsSHA256: "ab"), DataFingerprint(name: "gone")])),
        .taskSubmitted(
            TaskSubmitted(task: "Why?\nBecause.", budget: BudgetLimits(tokens: 9, seconds: 0.5), maxTurns: 3)),
        .taskResumed(
            TaskResumed(
                task: "Why?", cell: 3, recordedCalls: 2, repeated: ["save_function f"], resent: ["coordinator 4"],
                possiblySpent: ["tokens": 9], finishedSubtasks: 1, openSubtasks: 2)),
        .notice(Notice(.warning, "careful")),
        .turnStarted(
            TurnStarted(
                turn: 1, model: "m",
                request: ModelRequest(
                    place: .coordinator, turn: 1, system: "s",
                    messages: [
                        Message(.user, [.text("go")]),
                        Message(
                            .assistant,
                            [.call(id: "1", code: "1/0"), .callResult(id: "1", text: "no", isError: true)]),
                    ],
                    replySchema: nested))),
        .turnFinished(turn(input: 10, output: 5, cost: .microdollars(7))),
        .turnFailed(TurnFailed(turn: 2, code: .overloaded, reason: "busy")),
        .cellStarted(Cell(number: 1, code: "x = 1")),
        .cellFinished(
            CellResult(
                number: 1, status: .error, seconds: 0.25, stdout: CapturedText(bytes: 3, head: "abc"),
                value: CellResult.Value(type: "int", text: CapturedText(), name: "_1"),
                failure: CellResult.Failure(type: "E", message: "m", traceback: "t"),
                artifacts: [Artifact(name: "a.png", mime: "image/png", title: "", bytes: 9, path: "/a.png")],
                variables: VariableListing(
                    items: [Variable(name: "x", type: "DataFrame", bytes: 1, shape: [2, 3])], omitted: 4))),
        .kernelLost(
            KernelLoss(
                place: .coordinator, epoch: KernelEpoch(rawValue: 3), lastFinished: 1, uncertainCell: 2, reason: "gone")
        ),
        .kernelReplaced(KernelReplaced(checkpoint: 3, generation: 2, cell: 4, again: [5, 6], undone: [7])),
        .checkpointed(Checkpointed(checkpoint: 4, name: "before “x”", maker: .branch, cell: 3, code: "y = 1")),
        .rolledBack(RolledBack(checkpoint: 4, name: nil, cause: .death, undone: [4, 5])),
        .memorySaved(
            MemorySaved(
                generation: 2, cell: 3, seconds: 0.5, written: 100, kept: 7, variables: 2, names: ["x", "é"],
                unsaved: [UnsavedVariable(name: "rows", type: "generator", reason: "cannot be", cell: 3)],
                unsavedOmitted: 1)),
        .memoryRestored(
            MemoryRestored(
                generation: 2, cell: 3, seconds: 0.1, variables: 2, bytes: 107, rebuilt: ["gen"],
                lost: [UnsavedVariable(name: "rows", type: "generator", reason: "cannot be", cell: 3)])),
        .hostCalled(HostCalled(cell: 1, call: 1, name: "delegate", arguments: nested, slices: 2)),
        .hostAnswered(HostAnswered(call: 1, name: "delegate", value: .null)),
        .hostAnswered(HostAnswered(call: 2, name: "delegate", code: "refused", reason: "no")),
        .subtaskStarted(
            SubtaskStarted(
                id: 1, label: "UA", place: .coordinator.child("UA"),
                agent: Agent(
                    name: "a", instructions: "do", returns: nested, budget: BudgetLimits(tokens: 9, seconds: 1.5),
                    capabilities: ["count_rows"], tools: ["crm/get-*"]), task: "t", model: "m", maxTurns: 4)),
        .subtaskFinished(
            SubtaskOutcome(
                id: 1, label: "UA", place: .coordinator.child("UA"), status: .complete, value: 3.0, cost: .unknown)),
        .capabilityUsed(CapabilityUsed(kind: .agent, name: "a", sha256: "00")),
        .toolDecided(ToolDecided(cell: 3, server: "crm", tool: "add-contact", answer: .session)),
        .toolDecided(
            ToolDecided(
                cell: 4, server: "crm", tool: "add-contact", answer: .always, definition: "00", isExposed: true)),
        .exposed(Exposed(cell: 3, kinds: [.private, .untrusted], cause: "crm/search")),
        .toolsOffered(
            ToolsOffered(text: "Tools that may fit.", names: ["lathe.tools.crm.add"], searched: 12)),
        .toolUsed(
            ToolUse(
                cell: 3, server: "crm", tool: "add-contact", ground: .session, seconds: 0.5, bytes: 9, isError: true)),
        .toolUsed(
            ToolUse(
                cell: 4, server: "crm", tool: "search", ground: .always, seconds: 0.5, bytes: 9, isError: false,
                sha256: "00", isUntrusted: true, isWayOut: false)),
        .toolUsed(
            ToolUse(
                cell: 5, server: "crm", tool: "search", ground: .rule, seconds: 0.5, bytes: 0, isError: true,
                isUntrusted: false, isWayOut: true, failure: .timeout)),
        .backgroundStarted(BackgroundStarted(id: 7, kind: .tool, label: "crm/add-contact", cell: 3)),
        .backgroundProgressed(
            BackgroundProgressed(
                id: 7, label: "crm/add-contact", progress: ToolProgress(done: 1, total: 2.5, message: "half"))),
        .backgroundFinished(
            SubtaskOutcome(
                id: 7, label: "crm/add-contact", place: .coordinator.child("call 7"), status: .failed, reason: "no")),
        .messageSent(
            AgentMessage(
                id: "coordinator/UA:1", from: .coordinator.child("UA"), to: [.coordinator, .user], kind: .discovery,
                topic: "fog", text: "é\u{1b}[31m", value: nested, important: true, replyTo: "user:1", call: 2, cell: 3,
                exposure: Exposure([.private: "input rows", .untrusted: "web/fetch"]))),
        .messageSent(AgentMessage(id: "user:1", from: .user, to: [.coordinator], text: "go on")),
        .messageDelivered(
            MessageDelivered(messages: ["user:1"], text: "<messages>", fromUser: "go on", summarised: 0)),
        .messageDelivered(MessageDelivered(messages: ["coordinator/UA:1"], cell: 3)),
        .questionAsked(QuestionAsked(question: 1, cell: 3, server: "crm", tool: "add-contact", arguments: nested)),
        .questionAsked(
            QuestionAsked(
                question: 2, cell: 3, server: "crm", tool: "add-contact", arguments: nested, agent: "clerk",
                reason: .exposed(Exposure([.untrusted: "web/fetch"])))),
        .questionAsked(
            QuestionAsked(
                question: 3, cell: 3, server: "crm", tool: "add-contact", arguments: [:], reason: .rule("crm/*"))),
        .steppedIn(
            SteppedIn(
                .budget, .coordinator.child("UA"), budget: BudgetLimits(tokens: 9), question: 2, user: 1000, process: 7)
        ),
        .steppedIn(SteppedIn(.cell, .coordinator, code: "print('é\u{1b}')", user: 1000, process: 7)),
        .steppedIn(SteppedIn(.plan, .coordinator, plan: planChange, user: 1000, process: 7)),
        .roundtableOpened(
            RoundtableOpened(
                table: 1, cell: 2, question: "why “late”?", leastSeats: 4, mostSeats: 6, rounds: 3,
                worst: WorkBound(subtasks: 19, modelCalls: 164, tokens: 9, microdollars: 7),
                questions: BudgetLimits(tokens: 8, microdollars: 6, modelCalls: 8))),
        .roundtableSeated(
            RoundtableSeated(
                table: 1, round: 2, obvious: "k",
                seats: [
                    RoundtableSeat(
                        key: "E", name: "sage", perspective: "p", stance: "s", analysis: "a", thinking: "t",
                        opposes: ["x"])
                ],
                asked: [
                    RoundtableRequest(by: "A", perspective: "p", why: "w", seat: "E"),
                    RoundtableRequest(by: "B", perspective: "q", why: "w", declined: "no"),
                ])),
        .agentChosen(
            AgentChosen(
                need: "late", candidates: [.init(agent: "a", match: 0.5, health: "not used yet")], chosen: "a",
                because: "it fits")),
        .roundtableRound(RoundtableRound(table: 1, round: 2, of: 3, seats: ["A", "B"])),
        .roundtableClosed(
            RoundtableClosed(
                table: 1, status: .incomplete, reason: "few", consensus: 1, dissent: 2, failed: ["C"])),
        .handoffInitiated(
            HandoffInitiated(
                handoff: 1, cell: 2, agent: "closer", goal: "close", questions: ["which?"], soFar: "half", within: 120,
                ground: .rule)),
        .handoffAccepted(HandoffAccepted(handoff: 1)),
        .handoffDeclined(HandoffDeclined(handoff: 1, reason: "not mine")),
        .handoffCompleted(HandoffCompleted(handoff: 1, subtask: 4)),
        .handoffRolledBack(
            HandoffRolledBack(handoff: 1, cause: .expired, reason: "late", checkpoint: 3, subtask: 4)),
        .planMade(
            PlanMade(
                plan: 1, revision: 2, cell: 2, goal: "count “all”", strategy: .hierarchical,
                steps: [
                    PlanStep(
                        name: "clean", task: "t", agent: "cleaner", complexity: .low,
                        reckoned: PlanStep.Reckoning(calls: 1...4, tokens: 900...9_000), fallback: "coder",
                        model: "small"),
                    PlanStep(
                        name: "sum", task: "t", agent: nil, needs: ["clean"], required: false,
                        reckoned: PlanStep.Reckoning(calls: 2...2, tokens: 0...0), by: "clean", talk: ["clean"]),
                ],
                worst: WorkBound(subtasks: 2, modelCalls: 16, tokens: 9), decided: .edited, because: "asked for",
                edited: "strategy: parallel\n")),
        .planMade(
            PlanMade(
                plan: 1, revision: 3, cell: 2, goal: "count", strategy: .parallel, steps: [],
                worst: WorkBound(subtasks: 0, modelCalls: 0, tokens: 0), decided: .edited, because: "the user …",
                change: planChange, asked: 41)),
        .planRefused(PlanRefused(plan: 1, goal: "count", reason: "a → b → a", decided: .rule, asked: 42)),
        .planStep(
            PlanStepChanged(
                plan: 1, step: "sum", state: .notRun, attempt: 2, subtask: 4, agent: "coder", reason: "no “clean”")),
        .planEnded(PlanEnded(plan: 1, status: .stopped, reason: "enough")),
        .contextEdited(
            ContextEdited(
                edit: 1, of: 3, cell: 2, because: "the “hours” matter", cause: "coordinator/AA:1",
                changes: [ContextEdited.Change(field: "focus", lines: ["+ hours"])],
                context: EditableContext(
                    focus: "hours", notes: "n",
                    include: [EditableContext.Inclusion(name: "memory:7", text: "it is so", mark: "code")],
                    readOthers: "web/fetch"),
                tokens: 12, before: ContextMeasure(turns: 2, failed: 1), messages: 5, text: "anew")),
        .contextEditRefused(ContextEditRefused(cell: 2, rule: .authority, field: "notes", reason: "it claims")),
        .contextRestored(
            ContextRestored(
                edit: 1, before: ContextMeasure(turns: 3, progressed: 2), after: ContextMeasure(turns: 3, failed: 2),
                context: EditableContext(), messages: 4, text: "anew")),
        .contextKept(
            ContextKept(
                edit: 2, before: ContextMeasure(turns: 1, repeated: 1), after: ContextMeasure(turns: 3, progressed: 3),
                isBetter: true)),
        .specialistAsked(
            SpecialistAsked(specialist: 1, cell: 2, need: "tides", why: "no idea", agents: ["tide_reader"])),
        .specialistDecided(
            SpecialistDecided(
                specialist: 1, decision: .decompose, decided: .model, reason: "two parts",
                steps: [
                    SpecialistDecided.Step(agent: "tide_reader", instructions: nil, task: "read"),
                    SpecialistDecided.Step(agent: nil, instructions: "join them", task: "join"),
                ])),
        .capabilityDemoted(
            CapabilityDemoted(kind: .function, name: "f", version: 2, sha256: "00", reason: "3 of 3 calls failed")),
        .remembered(
            Remembered(
                cell: 3, id: 7, text: "it is so", about: "it", marks: [.quoted], until: "2030-01-31", replaced: [4])
        ),
        .recalled(Recalled(ids: [7, 4], marked: 1, text: "said")),
        .forgotten(Forgotten(cell: 3, id: 7)),
        .answered(Answered(value: .number(2))),
        .ledgerNoted(
            LedgerNoted(note: 2, kind: .fact, text: "é", settles: "coordinator:n1", verdict: .refutes, cell: 3, call: 4)
        ),
        .stallFound(StallFound(rule: .noProgress, turns: 5, step: .told, reason: "nothing new", told: "Stop.")),
        .modelTold(ModelTold(text: "Your reply was cut.")),
        .modelFellBack(
            ModelFellBack(turn: 2, from: "a", to: "c", code: .billing, reason: "no money", skipped: ["b: no key"])),
        .contextShrunk(
            ContextShrunk(
                turn: 9, window: ContextWindow(8_000, .configured), before: 7_000, after: 3_000,
                stubs: [ContextShrunk.Stub(message: 4, block: 0, text: "[…]")],
                summary: ContextShrunk.Summary(messages: 3, text: "so far"), isForced: true)),
        .capabilitySaved(
            SavedCapability(
                capability: Capability(
                    kind: .function, name: "f", path: "functions/f.py", signature: "f() -> int", summary: "One.",
                    status: .proposed, created: "2025-01-01", session: "s", model: "m", sha256: "00"),
                replaced: false)),
        .taskFinished(TaskOutcome(status: .incomplete, answer: "half", reason: "turns used up")),
        .instructionsRead(
            ProjectInstructions(file: "/p/AGENTS.md", sha256: "00", characters: 9, text: "be kind", told: 7)),
        .sessionDerived(SessionDerived(purpose: .branch, from: "s", sequence: 7, turn: 2)),
        .replayCompared(
            ReplayCompared(
                from: "s", cells: 3, subtasks: 1, tasks: 1,
                differences: [.init(place: .coordinator, cell: 2, what: "value", lines: ["- 1", "+ 2"])], omitted: 4)),
    ]

    static func turn(input: Int, output: Int, cost: Cost, isReplayed: Bool = false) -> TurnFinished {
        TurnFinished(
            turn: 1,
            reply: ModelReply(
                text: "", calls: [ToolCall(id: "1", code: "x")], stop: .toolUse,
                usage: Usage(input: input, output: output), cost: cost, model: "m"),
            seconds: 1, isReplayed: isReplayed)
    }
}
