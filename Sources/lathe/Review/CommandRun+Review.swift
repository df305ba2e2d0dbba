internal import Foundation
internal import LatheLibrary
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    /// `lathe review`: on a terminal, a person is asked about each of what waits; elsewhere it is listed. Ends with `waiting`
    /// where something still waits.
    func review(_ command: ReviewCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let installation = try Installation.find(environment: environment)
        return try await reporting {
            let library = project.openLibrary(installation)
            let (items, unreadable) = try await waiting(command.names, library, project)
            guard command.options.output != .json, isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
                show(command.options, WaitingListing.json(items, unreadable: unreadable)) {
                    WaitingListing.lines(items, unreadable: unreadable, $0)
                }
                return (items.isEmpty && unreadable.isEmpty ? ExitCode.complete : .waiting).rawValue
            }
            return try await ask(about: items, unreadable, command, project, installation)
        }
    }

    private func ask(
        about items: [ReviewItem], _ unreadable: [String], _ command: ReviewCommand, _ project: Project,
        _ installation: Installation
    ) async throws -> Int32 {
        let environment = environment
        let interrupts = Interrupts()
        let asking: any ReviewAsking = PagedReview(environment: environment) ?? PlainReview(environment: environment)
        return try await ExaminationPlace.during(project, installation, nil) { examiner in
            let library = project.openLibrary(
                installation, examiner: ToldExaminer(project.replaying(examiner, installation)) { asking.tell($0) })
            var run = ReviewRun(
                items.map(\.capability), library: library, asking: asking, editor: Editor(environment: environment),
                interrupts: interrupts, reviewer: Reviewer.name(in: project.folder))
            await run.run()
            let (left, lost) = try await waiting(command.names, library, project, isEnd: true)
            let (decided, kept) = (run.decided, lost + run.missed.filter { !lost.contains($0) } + run.kept)
            show(command.options, .null) {
                WaitingListing.end(decided, kept: kept, waiting: left.map(\.capability), $0)
            }
            guard !run.wasInterrupted else { return ExitCode.interrupted.rawValue }
            return (left.isEmpty && lost.isEmpty ? ExitCode.complete : .waiting).rawValue
        }
    }

    /// What a person has to decide about, oldest first; and what of it cannot be read, with the reason.
    ///
    /// Named ones count also where they wait for changes; at the end of a review, where they have just been decided about, not.
    private func waiting(
        _ names: [CapabilityReference], _ library: SourceLibrary, _ project: Project, isEnd: Bool = false
    ) async throws -> ([ReviewItem], [String]) {
        if !isEnd { for name in names { _ = try await named(name, library, project) } }
        var items: [ReviewItem] = []
        var unreadable: [String] = []
        for capability in try await library.list() {
            let isNamed = names.contains { $0.names(capability) }
            guard names.isEmpty || isNamed, capability.waits(for: isNamed && !isEnd ? .anything : .decision) else {
                continue
            }
            do throws(LibraryError) {
                items.append(try await library.item(capability.kind, named: capability.name, capability.shelf))
            } catch {
                unreadable.append("\(capability.path): \(error.reason)")
            }
        }
        return (items.sorted { $0.age < $1.age }, unreadable)
    }
}

extension Capability {
    fileprivate enum Wait { case decision, anything }

    /// Whether a person has to look at it: what was proposed, and approved files that may not be used as they are.
    fileprivate func waits(for wait: Wait) -> Bool {
        switch shelf {
        case .proposed: status != .changesAsked || wait == .anything
        case .approved: status == .changed || status == .demoted
        }
    }
}

extension ReviewItem {
    /// Sorts the oldest first: by the journal's time where it knows it, else by the date in the file, then by path.
    fileprivate var age: String {
        let day = Date(timeIntervalSince1970: since ?? 0).formatted(.iso8601)
        let shelf = capability.shelf == .proposed ? "0" : "1"
        return "\(shelf) \(since == nil ? capability.created : day) \(capability.path)"
    }
}
