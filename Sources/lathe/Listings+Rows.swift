internal import LatheEngine
internal import LatheProviders
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

extension SessionRow {
    init(_ summary: SessionSummary) {
        self.init(
            name: summary.name, lastUsed: summary.lastActive, tasks: summary.tasks, turns: summary.turns,
            usage: summary.usage, cost: summary.cost, status: summary.lastStatus,
            lastTask: summary.problem.map { "cannot be read: \($0.reason)" } ?? summary.firstTask)
        isUnfinished = summary.isUnfinished
    }
}

extension SessionDetail {
    private static let kinds = orchestration.union([
        .subtaskStarted, .turnStarted, .turnFinished, .sessionOpened, .instructionsRead, .taskSubmitted, .cellFinished,
        .capabilitySaved, .taskFinished, .toolUsed, .exposed,
    ])

    /// Folds a session's journal into what `sessions show` shows.
    static func read(_ name: String, in store: SessionStore) async throws -> SessionDetail {
        let summary = try await store.summary(name)
        let session = try await store.read(name)
        let events = try await session.journal.events(after: 0, of: kinds, texts: .none)
        var detail = SessionDetail(row: SessionRow(summary), folder: summary.path)
        detail.memory = MemoryFolder(path: session.folder.memory).saves().saves.first
        var (task, turns) = ("", [TurnFinished]())
        var agents: [Place: String] = [:]
        var asked: [Place: String] = [:]
        detail.exposure = Exposures(events).all
        for event in events {
            switch event.body {
            case .subtaskStarted(let started): agents[started.place] = started.agent.name
            case .turnStarted(let turn): asked[event.place] = turn.model
            case .turnFinished(let turn) where !turn.isReplayed:
                let isQuestion = event.place.isOfQuestions && agents[event.place] == nil
                let agent = agents[event.place] ?? (isQuestion ? "ask_model" : event.place.description)
                let model = asked[event.place] ?? turn.reply.model
                SpendingRow.add(turn.reply, of: agent, asked: model, to: &detail.spending)
                turns.append(turn)
            case .sessionOpened(let opened):
                detail.row.model = opened.model
                detail.inputs = opened.inputs
            case .instructionsRead(let read): detail.instructions.append(read)
            case .taskSubmitted(let submitted) where event.place == .coordinator:
                if !task.isEmpty { detail.tasks.append(.unfinished(task, "not finished: another task was asked")) }
                task = submitted.task
            case .cellFinished(let result): detail.artifacts += result.artifacts
            case .capabilitySaved(let saved): detail.saved.append(saved.capability)
            case .taskFinished(let outcome):
                detail.tasks.append(
                    TaskRow(
                        task: task, status: outcome.status, answer: outcome.answer, reason: outcome.reason,
                        partial: outcome.partial, turns: outcome.turns, seconds: outcome.seconds))
                task = ""
            default: detail.orchestrated.append(event.body)
            }
        }
        detail.onMain = Reckoned(turns)
        if !task.isEmpty {
            let isOpen = summary.holder != nil
            detail.tasks.append(
                .unfinished(task, isOpen ? "under way" : "unfinished: lathe resume \(name) goes on with it"))
        }
        return detail
    }
}

extension SessionDetail.TaskRow {
    /// A task without an end in the journal.
    fileprivate static func unfinished(_ task: String, _ reason: String) -> Self {
        Self(task: task, status: .incomplete, reason: reason)
    }
}

extension ModelRow {
    init(_ listing: ModelInstaller.Listing) {
        let presence: Presence =
            if let path = listing.path {
                .installed(path)
            } else if listing.partialBytes > 0 {
                .partial(bytes: listing.partialBytes)
            } else {
                .absent
            }
        self.init(
            name: listing.weights.name, bytes: listing.weights.bytes, license: listing.weights.license,
            note: listing.weights.title, presence: presence)
    }
}
