internal import LatheLibrary
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    /// `lathe library approve`: what was edited since it was saved is examined first, in kernels that end with the command.
    func approve(
        _ names: [CapabilityReference], _ shown: String?, _ project: Project, _ installation: Installation,
        _ options: ListingOptions
    ) async throws {
        try await ExaminationPlace.during(project, installation) { examiner in
            let library = project.openLibrary(
                installation, examiner: ToldExaminer(project.replaying(examiner, installation)))
            try await approve(names, shown, library, project, options)
        }
    }

    private func approve(
        _ names: [CapabilityReference], _ shown: String?, _ library: SourceLibrary, _ project: Project,
        _ options: ListingOptions
    ) async throws {
        // All are there before the first is approved.
        var chosen: [Capability] = []
        for name in names { chosen.append(try await named(name, library, project)[0]) }
        let reviewer = Reviewer.name(in: project.folder)
        var approved: [Capability] = []
        var notes: [String: [String]] = [:]
        defer {
            show(options, ReviewListing.json(approved)) { canvas in
                approved.flatMap { ReviewListing.decided("approved", $0, canvas, notes: notes[$0.path] ?? []) }
            }
        }
        for capability in chosen {
            do {
                approved.append(
                    try await library.decide(
                        .approve, capability.kind, named: capability.name, by: reviewer, shown: shown))
                let unknown = try await library.unknownNames(of: approved[approved.count - 1])
                notes[approved[approved.count - 1].path] = unknown.map {
                    "its CAPABILITIES name \($0), which the library does not have: what imports it fails until it is there"
                }
            } catch {
                throw CommandFailure("\(capability.name): \(CommandFailure.reason(of: error))")
            }
        }
    }
}
