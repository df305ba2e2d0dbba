internal import LatheEngine
internal import LatheLibrary
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    /// `lathe library test NAME --record`: agents are run on their examples with a live model, and what it replies is recorded.
    ///
    /// Nothing is written before every example of every agent that is named ended with a result that fits.
    func record(
        _ names: [CapabilityReference], _ run: RunOptions, _ library: SourceLibrary, _ project: Project,
        _ installation: Installation, _ options: ListingOptions
    ) async throws -> Int32 {
        let models = ConfiguredModels(
            configuration: project.models, given: run.model, isNeeded: true, installation: installation,
            environment: environment)
        if let choice = try await models.prepare() {
            TerminalOutput.standardError.write(TerminalText.safe(choice) + "\n")
        }
        let builtIns = project.openBuiltIns(installation)
        let result: Result<Int32, any Error>
        do {
            result = .success(
                try await ExaminationPlace.during(project, installation) { examiner in
                    let editing = project.openLibrary(
                        installation, examiner: project.replaying(examiner, installation))
                    let bench = AgentBench(
                        library: editing, builtIns: builtIns, examiner: examiner,
                        stage: ExampleStage(project: project, installation: installation))
                    return try await record(names, bench, models, run.budget, project, options)
                })
        } catch {
            result = .failure(error)
        }
        await models.close()
        return try result.get()
    }

    private func record(
        _ names: [CapabilityReference], _ bench: AgentBench, _ models: ConfiguredModels, _ budget: BudgetLimits,
        _ project: Project, _ options: ListingOptions
    ) async throws -> Int32 {
        var left = RecordingBudget(budget)
        var made: [(found: AgentBench.Found, document: CapabilityDocument, rows: [RecordListing.Row])] = []
        for found in try await bench.capabilities(names) {
            guard found.capability.kind == .agent else {
                throw CommandFailure("\(found.capability.name) is a function: only agents have replies to record")
            }
            let document = try await bench.document(found)
            var rows: [RecordListing.Row] = []
            for example in try examples(of: document) {
                let row = try await record(example, found, document, bench, models, &left)
                rows.append(row)
                if options.output != .json {
                    show(options, .null) { RecordListing.lines(row, of: found.capability, canvas: $0) }
                }
            }
            made.append((found, document, rows))
        }
        let rows = made.flatMap { one in one.rows.map { (capability: one.found.capability, row: $0) } }
        let failed = rows.contains { $0.row.problem != nil }
        var after: [Capability] = []
        if !failed {
            for one in made { after.append(try await write(one.rows, one.found, one.document, bench, project)) }
        }
        show(options, RecordListing.json(rows, written: after)) { RecordListing.end(rows, written: after, canvas: $0) }
        return (failed ? ExitCode.failed : .complete).rawValue
    }

    private func examples(of document: CapabilityDocument) throws(CommandFailure) -> [AgentExample] {
        let examples: [AgentExample]
        do throws(LibraryError) {
            examples = try ExampleFiles.examples(document.fixtures)
        } catch {
            throw CommandFailure(error.reason)
        }
        guard examples.isEmpty else { return examples }
        let folder = document.capability.path.split(separator: "/").dropLast().joined(separator: "/")
        throw CommandFailure(
            "the agent \(document.capability.name) has no examples. Write one into \(folder)/fixtures/"
                + "\(document.capability.name)/example_1.json: {\"task\": \"…\", \"data\": \"[1, 2]\"}")
    }

    private func record(
        _ example: AgentExample, _ found: AgentBench.Found, _ document: CapabilityDocument, _ bench: AgentBench,
        _ models: ConfiguredModels, _ left: inout RecordingBudget
    ) async throws -> RecordListing.Row {
        let staged = try await bench.staged(found, document)
        let played = try await bench.stage.play(example, of: staged, models, budget: left.limits)
        left.take(played.outcome)
        var row = RecordListing.Row(
            example: example.name, usage: played.outcome.usage, cost: played.outcome.cost,
            seconds: played.seconds, turns: played.outcome.turns)
        if let misfit = bench.stage.misfits(of: played.outcome, example).first {
            row.problem = misfit
            return row
        }
        do throws(AgentRecording.Unfit) {
            var recording = try AgentRecording(
                of: played.outcome, model: models.title, session: "", in: played.events)
            recording.instructionsSHA256 =
                (try? ExampleFiles.sha256(ofInstructions: staged.agent.instructions)) ?? ""
            row.differences = example.recording?.differences(from: played.outcome, in: played.events) ?? []
            row.result = recording.result
            row.recorded = example
            row.recorded?.recording = recording
        } catch {
            let why = played.outcome.reason.isEmpty ? "" : ": \(played.outcome.reason)"
            row.problem = error.reason + why
        }
        return row
    }

    /// What waits is examined as after an edit; an approved file counts as changed until a person has looked.
    private func write(
        _ rows: [RecordListing.Row], _ found: AgentBench.Found, _ document: CapabilityDocument, _ bench: AgentBench,
        _ project: Project
    ) async throws -> Capability {
        var fixtures = document.fixtures
        for example in rows.compactMap(\.recorded) {
            fixtures.merge(try ExampleFiles.files(example)) { _, new in new }
        }
        let capability = found.capability
        guard capability.shelf == .proposed else {
            return try await found.home.rewrite(
                document, fixtures: fixtures, as: found.isBuiltIn ? .itsOwn : .changed)
        }
        return try await found.home.edit(
            .agent, named: capability.name, source: document.body, tests: document.tests, fixtures: fixtures,
            shown: document.shown, by: Reviewer.name(in: project.folder))
    }
}

/// What is left of a budget for several examples.
struct RecordingBudget {
    private(set) var limits: BudgetLimits

    init(_ limits: BudgetLimits) { self.limits = limits }

    /// An example that used up an item leaves none for the next one.
    mutating func take(_ outcome: SubtaskOutcome) {
        limits.tokens = limits.tokens.map { max($0 - outcome.usage.total, 0) }
        if case .microdollars(let cost) = outcome.cost {
            limits.microdollars = limits.microdollars.map { max($0 - cost, 0) }
        }
        limits.seconds = limits.seconds.map { max($0 - outcome.seconds, 0) }
    }
}
