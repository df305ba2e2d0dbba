internal import Foundation
internal import LatheEngine
internal import LatheProviders
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    /// `lathe replay`: runs a recorded session's code again for real, with the recorded replies, in a session of its own, and
    /// says what differs; or goes another way from one of its turns on.
    func replay(_ command: ReplayCommand) async throws(CommandFailure) -> Int32 {
        try await whileNameIsTaken { () async throws(CommandFailure) in try await self.replayOnce(command) }
    }

    private func replayOnce(_ command: ReplayCommand) async throws(CommandFailure) -> Int32 {
        let past = try await RecordedRun.find(command, environment: environment)
        if let turn = command.from { return try await branch(past, at: turn, command.options) }
        let model = ReplayModel(past.recording, end: past.events.isEmpty ? .fails : .stops)
        var setup = try SessionSetup(
            command.options, environment: environment, replies: model, inputs: past.inputs)
        setup.makesSession = command.options.session == nil
        setup.bounds = BoundedPlacement.bounds(past.events)
        if !past.events.isEmpty {
            setup.followed = past.events
            setup.derived = SessionDerived(purpose: .replay, from: past.name, sequence: past.events.last?.sequence)
        }
        let name = try await sessionName(command.options.session, for: "replay \(past.name)", in: setup)
        return try await inSession(setup, named: name) { session in
            let status = try await Self.follow(past.steps, in: session)
            // A recording holds replies alone: then how it ended is all there is to say.
            guard !past.events.isEmpty, !Task.isCancelled else { return ExitCode(status).rawValue }
            let now = try await session.log.events(after: 0)
            let compared = RunComparison(recorded: past.events, replayed: now).compared(from: past.name)
            try await session.log.record(.replayCompared(compared), at: .coordinator)
            return (compared.isSame ? ExitCode.complete : .different).rawValue
        }
    }

    /// Follows a session to a turn of its coordinator, in a new session, and has a live model answer from there on.
    private func branch(_ past: RecordedRun, at turn: Int, _ options: RunOptions) async throws(CommandFailure) -> Int32
    {
        let prefix = try past.before(turn: turn)
        var setup = try SessionSetup(
            options, environment: environment, inputs: past.inputs,
            recorded: ReplayModel(prefix.recording, end: .stops))
        setup.makesSession = options.session == nil
        setup.bounds = BoundedPlacement.bounds(prefix.events)
        setup.followed = prefix.events
        setup.derived = SessionDerived(
            purpose: .branch, from: past.name, sequence: prefix.events.last?.sequence, turn: turn)
        let name = try await sessionName(options.session, for: "\(past.name) from \(turn)", in: setup)
        return try await inSession(setup, named: name) { session in
            ExitCode(
                try await Self.follow(
                    prefix.steps, in: session, maxTurns: options.maxTurns, budget: options.budget)
            ).rawValue
        }
    }

    /// Does what the user did; how the last task ended.
    private static func follow(
        _ steps: [RecordedRun.Step], in session: OpenedSession, maxTurns: Int? = nil,
        budget: BudgetLimits = BudgetLimits()
    ) async throws -> OutcomeStatus {
        var status = OutcomeStatus.complete
        for step in steps {
            try Task.checkCancellation()
            switch step {
            case .task(let task, let form):
                status = try await session.engine.ask(task, as: form, maxTurns: maxTurns, budget: budget).status
            case .cell(let code): _ = try await session.engine.execute(code)
            case .undo: _ = try await session.engine.undo()
            }
            if Task.isCancelled { return .cancelled }
        }
        return status
    }
}
