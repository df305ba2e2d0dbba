import LatheVocabulary

/// The lines of `PlainScreen`: the place, what happened, and its figures, in a form that stays the same.
struct PlainRecord {
    let canvas: Canvas

    /// Host calls that have events of their own.
    private static let told = [
        "tool_call", "remember", "forget", "note", "roundtable", "handoff", "handoff_end", "accept", "decline",
        "plan", "plan_step", "plan_end", "plan_change", "context_edit", "specialist",
    ]

    func lines(_ event: Event, tally: RunTally) -> [StyledLine] {
        switch event.body {
        case .sessionOpened(let opened): return session(opened)
        case .notice(let notice): return [canvas.text("\(notice.level.rawValue): \(notice.text)")]
        case .capabilityDemoted(let demoted): return [canvas.text("warning: \(demoted.sentence)")]
        case .replayCompared(let compared): return ComparisonLines(canvas: canvas).lines(compared)
        case .taskFinished(let outcome): return EndBlock(canvas: canvas, answer: .raw).lines(outcome, tally: tally)
        default:
            if let told = OrchestrationLines.sentences(event.body) {
                return told.map { canvas.text("\(event.place) \($0)") }
            }
            guard event.place == .coordinator || isOutcome(event.body) else { return [] }
            return records(event.body).map { canvas.text("\(event.place) \($0)") }
        }
    }

    /// Of a subtask, only how it began, what went wrong and how it ended; its cells are in the journal and in JSON output.
    private func isOutcome(_ body: EventBody) -> Bool {
        switch body {
        case .subtaskStarted, .subtaskFinished, .backgroundFinished, .turnFailed, .modelFellBack, .replyProgressed,
            .capabilitySaved, .exposed, .messageSent, .questionAsked, .steppedIn, .stallFound:
            true
        default: false
        }
    }

    private func session(_ opened: SessionOpened) -> [StyledLine] {
        var texts = [
            "session \(opened.session): lathe \(opened.version), model \(opened.model)"
                + (opened.isUnconfined ? ", NO SANDBOX" : "")
        ]
        if opened.rebuiltCells > 0 {
            texts.append("working memory rebuilt from \(Figure.count(opened.rebuiltCells, "cell"))")
        }
        texts += opened.inputs.map { "input \($0.name): \($0.format.rawValue), \($0.path)" }
        if !opened.sandbox.isEmpty { texts.append("sandbox: " + opened.sandbox.joined(separator: ", ")) }
        return texts.map { canvas.text($0) }
    }

    private func records(_ body: EventBody) -> [String] {
        switch body {
        case .taskSubmitted(let task): ["task: \(brief(task.task))"]
        case .taskResumed(let resumed): ["task resumed: \(brief(resumed.task))"] + resumed.sentences.map(brief)
        case .turnStarted(let turn): ["turn \(turn.turn) started: \(turn.model)"]
        case .turnFinished(let turn): ["turn \(turn.turn) finished: \(figures(turn))"]
        case .turnFailed(let turn): ["turn \(turn.turn) failed (\(turn.code.rawValue)): \(brief(turn.reason))"]
        case .modelFellBack(let told): ["\(brief(told.sentence))"]
        case .replyProgressed(let progress):
            progress.retry.map { ["turn \(progress.turn) retries: \(brief($0))"] } ?? []
        case .modelTold(let told): ["told the model: \(brief(told.text))"]
        case .contextShrunk(let step): ["\(brief(step.sentence))"]
        case .cellStarted(let cell):
            [
                "cell \(cell.number) started: \(Figure.count(TerminalText.lines(cell.code).count, "line")): \(brief(cell.code))"
            ]
        case .cellFinished(let cell): finished(cell)
        case .kernelLost(let loss): loss.uncertainCell == nil ? ["kernel lost: \(brief(loss.reason))"] : []
        case .kernelReplaced(let replaced): ["kernel replaced: \(brief(replaced.sentence))"]
        case .checkpointed(let made):
            made.maker == .cell ? ["checkpoint \(made.checkpoint)" + (made.name.map { ": \(brief($0))" } ?? "")] : []
        case .rolledBack(let back): ["rolled back: \(brief(back.sentence))"]
        // A save may end behind the task, whose end are a run's last words; `sessions show` tells what is saved.
        case .memorySaved: []
        case .memoryRestored(let restored):
            [
                "memory restored as after cell \(restored.cell): \(Figure.count(restored.variables, "variable")), "
                    + "\(Figure.bytes(restored.bytes)) in \(Figure.duration(restored.seconds))"
            ]
        // What they are about has events of its own.
        case .hostCalled(let call) where Self.told.contains(call.name): []
        case .hostCalled(let call):
            ["called \(call.name)" + (call.slices > 0 ? " with \(Figure.count(call.slices, "slice"))" : "")]
        case .hostAnswered(let answer): answer.reason.map { ["\(answer.name) refused: \(brief($0))"] } ?? []
        case .subtaskStarted(let subtask): ["subtask \(subtask.label) started: \(brief(subtask.task))"]
        case .subtaskFinished(let subtask): [self.subtask(subtask)]
        case .capabilitySaved(let saved):
            [
                "\(saved.replaced ? "replaced" : "saved") \(saved.capability.kind.rawValue) \(saved.capability.name) "
                    + "(\(saved.capability.status.rawValue)): generated-capabilities/\(saved.capability.path)"
            ]
        case .capabilityUsed(let used): ["used \(used.kind.rawValue) \(used.name)"]
        case .toolsOffered(let offered): ["offered tools: \(brief(offered.names.joined(separator: ", ")))"]
        case .toolDecided(let decided):
            [
                "tool \(brief("\(decided.server)/\(decided.tool)")): the user was asked, and said "
                    + decided.answer.rawValue
            ]
        case .toolUsed(let use):
            [
                "called tool \(brief("\(use.server)/\(use.tool)")), \(Figure.duration(use.seconds)), "
                    + Figure.bytes(use.bytes) + (use.isError ? ", which failed" : "")
                    + (use.failure.map { " (\($0.rawValue))" } ?? "")
            ]
        case .exposed(let exposed): exposed.sentence.map { [brief($0)] } ?? []
        case .backgroundFinished(let outcome): [background(outcome)]
        case .remembered(let remembered): ["remembered \(remembered.id): \(brief(remembered.text))"]
        case .recalled(let recalled): recalled.text == nil ? [] : [recalled.sentence]
        case .forgotten(let forgotten): ["forgot \(forgotten.id)"]
        case .ledgerNoted(let noted): [brief(noted.sentence)]
        case .stallFound(let found): [brief(found.sentence)]
        case .messageSent(let message): [self.message(message)]
        case .questionAsked(let asked):
            ["question \(asked.question): \(brief("\(asked.server)/\(asked.tool) with \(asked.arguments.text)"))"]
                + (asked.reason.map { [brief(ToolRequestListing.why($0))] } ?? [])
                + (asked.reason.flatMap(ToolRequestListing.warning).map { [brief($0)] } ?? [])
        case .steppedIn(let step): [brief(step.sentence)]
        case .messageDelivered(let read):
            [
                Figure.count(read.messages.count, "message")
                    + (read.text == nil ? " read by cell \(read.cell ?? 0)" : " told to the model")
            ]
        case .sessionDerived(let derived): [derived.sentence]
        case .instructionsRead(let read): ["instructions: \(read.sentence)"]
        case .sessionOpened, .notice, .cellOutput, .answered, .taskFinished, .replayCompared, .capabilityDemoted,
            .backgroundStarted, .backgroundProgressed:
            []
        // Told by `OrchestrationLines`.
        case .roundtableOpened, .roundtableSeated, .roundtableRound, .roundtableClosed, .handoffInitiated,
            .handoffAccepted, .handoffDeclined, .handoffCompleted, .handoffRolledBack, .planMade, .planRefused,
            .planStep, .planEnded, .agentChosen, .contextEdited, .contextEditRefused, .contextRestored, .contextKept,
            .specialistAsked, .specialistDecided:
            []
        }
    }

    private func figures(_ turn: TurnFinished) -> String {
        let tokens = canvas.tokens(turn.reply.usage).plain
        return "\(Figure.duration(turn.seconds)), \(tokens)" + (turn.isReplayed ? ", replayed" : "")
    }

    private func subtask(_ subtask: SubtaskOutcome) -> String {
        let why = subtask.reason.isEmpty ? "" : ": \(brief(subtask.reason))"
        return "subtask \(subtask.label) \(EndBlock.word(subtask.status)): \(Figure.count(subtask.turns, "turn")), "
            + "\(Figure.tokens(subtask.usage.total)) tokens, \(Figure.duration(subtask.seconds))\(why)"
    }

    private func background(_ outcome: SubtaskOutcome) -> String {
        let why = outcome.reason.isEmpty ? "" : ": \(brief(outcome.reason))"
        return "subtask://\(outcome.id) \(brief(outcome.label)) \(EndBlock.word(outcome.status)): "
            + "\(Figure.duration(outcome.seconds))\(why)"
    }

    private func message(_ message: AgentMessage) -> String {
        let named = message.to.prefix(3).map(\.description).joined(separator: ", ")
        let more = message.to.count > 3 ? " and \(message.to.count - 3) more" : ""
        let about = message.topic.isEmpty ? "" : ", \(brief(message.topic))"
        let words = message.text.isEmpty ? message.value?.text ?? "" : message.text
        return
            "\(message.important ? "important " : "")\(message.kind.rawValue) to \(brief(named))\(more)\(about): \(brief(words))"
    }

    private func finished(_ cell: CellResult) -> [String] {
        let block = CellBlock(canvas: canvas)
        let head = "cell \(cell.number) \(cell.status.rawValue): \(Figure.duration(cell.seconds))"
        let kept = [("stdout", cell.stdout), ("stderr", cell.stderr), ("value", cell.value?.text ?? CapturedText())]
        var records = [head]
        for (name, text) in kept {
            records += block.captured(text).map { "cell \(cell.number) \(name):\($0.plain.dropFirst())" }
        }
        if let failure = cell.failure {
            let message = failure.message.isEmpty ? "" : ": \(brief(failure.message))"
            records.append("cell \(cell.number) raised \(failure.type)\(message)")
        }
        return records + cell.artifacts.map { "artifact \($0.name): \($0.mime), \(Figure.bytes($0.bytes)), \($0.path)" }
    }

    /// The beginning of a text, on one line.
    private func brief(_ text: String) -> String {
        let lines = TerminalText.lines(text).filter { !$0.allSatisfy(\.isWhitespace) }
        let first = lines.first ?? ""
        let more = lines.count > 1 ? " … (\(Figure.count(lines.count - 1, "more line")))" : ""
        return (first.count > 200 ? first.prefix(199) + "…" : first) + more
    }
}
