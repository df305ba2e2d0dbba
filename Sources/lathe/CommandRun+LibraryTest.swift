internal import LatheLibrary
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    /// `lathe library test`: what lies in the library is run again, each in a fresh kernel. The exit code is 1 where a test fails.
    func test(
        _ names: [CapabilityReference], mutation: LibraryCommand.MutationChoice, _ library: SourceLibrary,
        _ project: Project, _ installation: Installation, _ options: ListingOptions
    ) async throws -> Int32 {
        try await ExaminationPlace.during(project, installation) { examiner in
            var examiner = examiner
            if mutation == .left { examiner.limits.mutants = 0 }
            return try await test(names, library, examiner, options)
        }
    }

    private func test(
        _ names: [CapabilityReference], _ library: SourceLibrary, _ examiner: KernelExaminer, _ options: ListingOptions
    ) async throws -> Int32 {
        let all = try await library.list()
        if let missing = names.first(where: { name in !all.contains(where: name.names) }) {
            throw CommandFailure("there is no capability '\(missing.name)'; 'lathe library list' shows all")
        }
        var rows: [TestListing.Row] = []
        for capability in all where names.isEmpty || names.contains(where: { $0.names(capability) }) {
            let row = try await row(capability, library, examiner)
            rows.append(row)
            if options.output != .json { show(options, .null) { TestListing.lines(row, canvas: $0) } }
        }
        show(options, TestListing.json(rows)) { TestListing.summary(rows, canvas: $0) }
        return (rows.allSatisfy(\.isPassed) ? ExitCode.complete : ExitCode.failed).rawValue
    }

    private func row(
        _ capability: Capability, _ library: SourceLibrary, _ examiner: KernelExaminer
    ) async throws -> TestListing.Row {
        let document: CapabilityDocument
        do {
            document = try await library.document(capability.kind, named: capability.name, capability.shelf)
        } catch {
            return TestListing.Row(capability, problem: CommandFailure.reason(of: error))
        }
        return TestListing.Row(capability, report: try await examiner.run(document.proposal))
    }
}
