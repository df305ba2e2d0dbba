internal import LatheLibrary
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    /// `lathe library test`: what lies in the library is run again, each in a fresh kernel, and an agent's examples are replayed.
    /// The exit code is 1 where a test fails, or an example ends otherwise.
    func test(
        _ names: [CapabilityReference], mutation: LibraryCommand.MutationChoice, _ library: SourceLibrary,
        _ project: Project, _ installation: Installation, _ options: ListingOptions
    ) async throws -> Int32 {
        let builtIns = project.openBuiltIns(installation)
        return try await ExaminationPlace.during(project, installation) { examiner in
            var examiner = examiner
            if mutation == .left { examiner.limits.mutants = 0 }
            let bench = AgentBench(
                library: library, builtIns: builtIns, examiner: examiner,
                stage: ExampleStage(project: project, installation: installation))
            return try await test(names, bench, options)
        }
    }

    private func test(
        _ names: [CapabilityReference], _ bench: AgentBench, _ options: ListingOptions
    ) async throws -> Int32 {
        var rows: [TestListing.Row] = []
        for found in try await bench.capabilities(names) {
            let row = await bench.row(found)
            rows.append(row)
            if options.output != .json { show(options, .null) { TestListing.lines(row, canvas: $0) } }
        }
        show(options, TestListing.json(rows)) { TestListing.summary(rows, canvas: $0) }
        return (rows.allSatisfy(\.isPassed) ? ExitCode.complete : ExitCode.failed).rawValue
    }
}

/// What is needed to run capabilities where they lie.
struct AgentBench: Sendable {
    /// A capability with the library that it lies in: the project's, or that of lathe itself.
    struct Found: Sendable {
        var capability: Capability
        var home: SourceLibrary
        var isBuiltIn: Bool
    }

    let library: SourceLibrary
    let builtIns: SourceLibrary
    let examiner: KernelExaminer
    let stage: ExampleStage

    /// Those that are named, agents that come with lathe among them; all of the project's where none is.
    func capabilities(_ names: [CapabilityReference]) async throws -> [Found] {
        let all = try await library.list().map { Found(capability: $0, home: library, isBuiltIn: false) }
        guard !names.isEmpty else { return all }
        let own = try await builtIns.list().map { Found(capability: $0, home: builtIns, isBuiltIn: true) }
        let known = all + own
        if let missing = names.first(where: { name in !known.contains { name.names($0.capability) } }) {
            throw CommandFailure("there is no capability '\(missing.name)'; 'lathe library list' shows all")
        }
        return known.filter { found in names.contains { $0.names(found.capability) } }
    }

    func row(_ found: Found) async -> TestListing.Row {
        let capability = found.capability
        do {
            let document = try await document(found)
            let report = try await examiner.run(document.proposal)
            guard capability.kind == .agent else { return TestListing.Row(capability, report: report) }
            let examples = try ExampleFiles.examples(document.fixtures)
            let runs = examples.isEmpty ? [] : await stage.replay(examples, of: try await staged(found, document))
            return TestListing.Row(capability, report: report, examples: runs)
        } catch {
            return TestListing.Row(capability, problem: CommandFailure.reason(of: error))
        }
    }

    func document(_ found: Found) async throws -> CapabilityDocument {
        try await found.home.document(found.capability.kind, named: found.capability.name, found.capability.shelf)
    }

    /// An agent that comes with lathe keeps what it may do beyond others.
    func staged(_ found: Found, _ document: CapabilityDocument) async throws -> StagedAgent {
        guard found.isBuiltIn else { return try await library.staged(document.proposal) }
        let name = found.capability.name
        return StagedAgent(
            agent: try await library.agent(named: name, for: ""),
            served: try await library.serve(.agent, named: name, to: ""))
    }
}
