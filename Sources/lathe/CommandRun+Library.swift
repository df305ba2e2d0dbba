internal import Foundation
internal import LatheLibrary
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    func library(_ command: LibraryCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let installation = try Installation.find(environment: environment)
        let library = project.openLibrary(installation)
        let options = command.options
        return try await reporting {
            switch command.action {
            case .list:
                let (all, totals) = (try await library.list(), try await totals(library))
                show(options, LibraryListing.json(all)) { LibraryListing.lines(all, totals, canvas: $0) }
            case .search(let words): try await search(words, library, project, options)
            case .show(let name, let version): try await show(name, version, library, project, options)
            case .approve(let names, let shown): try await approve(names, shown, project, installation, options)
            case .reject(let name, let reason, let shown):
                try await decide(.reject(reason: reason), name, shown, "rejected", library, project, options)
            case .askForChanges(let name, let note, let shown):
                try await decide(
                    .askForChanges(note: note), name, shown, "asked for changes of", library, project, options)
            case .deprecate(let name, let reason):
                try await decide(.deprecate(reason: reason), name, nil, "deprecated", library, project, options)
            case .diff(let name): try await diff(name, library, project, options)
            case .history(let name): try await history(name, library, options)
            case .stats(let names): try await stats(names, library, project, options)
            case .check(let names): return try await check(names, library, project, options)
            case .test(let names, let mutation):
                return try await test(names, mutation: mutation, library, project, installation, options)
            case .record(let names, let run):
                return try await record(names, run, library, project, installation, options)
            case .export(let export): try await self.export(export, library, installation, options)
            case .importFrom(let path):
                return try await importNeighbours(path, project, installation, options)
            }
            return ExitCode.complete.rawValue
        }
    }

    private func search(
        _ words: String, _ library: SourceLibrary, _ project: Project, _ options: ListingOptions
    ) async throws {
        let found = try await library.search(words, limit: 20)
        for notice in found.notices { TerminalOutput.standardError.write(TerminalText.safe(notice) + "\n") }
        guard !found.capabilities.isEmpty else {
            throw CommandFailure("nothing in \(project.library) fits '\(words)'; 'lathe library list' shows all")
        }
        show(options, LibraryListing.json(found.capabilities)) {
            LibraryListing.lines(found.capabilities, caveat: found.caveat, canvas: $0)
        }
    }

    private func show(
        _ name: CapabilityReference, _ version: LibraryCommand.ShownVersion, _ library: SourceLibrary,
        _ project: Project, _ options: ListingOptions
    ) async throws {
        let named = try await named(name, library, project)
        let waiting = named.first { $0.shelf == .proposed }
        guard version == .approved || waiting != nil else {
            throw CommandFailure("no version of \(name.name) waits; without --proposed the approved one is shown")
        }
        let capability = version == .proposed ? waiting ?? named[0] : named[0]
        let source =
            capability.shelf == .proposed
            ? try await library.document(capability.kind, named: capability.name, .proposed).text
            : try await library.source(of: capability.kind, named: capability.name)
        let total = try await totals(library)[capability.subject]
        show(options, LibraryListing.json(capability, source: source)) {
            LibraryListing.lines(capability, source: source, total, canvas: $0)
        }
        if capability.shelf == .approved, let waiting, options.output != .json {
            TerminalOutput.standardError.write(
                "this is the approved version; version \(waiting.version) waits for review: "
                    + "lathe library show \(capability.name) --proposed\n")
        }
    }

    // MARK: Decisions

    private func decide(
        _ decision: CapabilityDecision, _ name: CapabilityReference, _ shown: String?, _ what: String,
        _ library: SourceLibrary, _ project: Project, _ options: ListingOptions
    ) async throws {
        let capability = try await named(name, library, project)[0]
        let reviewer = Reviewer.name(in: project.folder)
        let decided = try await library.decide(
            decision, capability.kind, named: capability.name, by: reviewer, shown: shown)
        show(options, ReviewListing.json([decided])) { ReviewListing.decided(what, decided, $0) }
    }

    // MARK: Looking

    private func diff(
        _ name: CapabilityReference, _ library: SourceLibrary, _ project: Project, _ options: ListingOptions
    ) async throws {
        let named = try await named(name, library, project)
        let newest = named[named.count - 1]
        let item = try await library.item(newest.kind, named: newest.name, newest.shelf)
        show(options, ReviewListing.json(item)) { ReviewListing.difference(item, $0) }
    }

    private func history(
        _ name: CapabilityReference?, _ library: SourceLibrary, _ options: ListingOptions
    ) async throws {
        let events = try await library.history(of: name?.kind, named: name?.name)
        show(options, ReviewListing.json(events)) { ReviewListing.lines(events, named: name?.name, $0) }
    }

    private func check(
        _ names: [CapabilityReference], _ library: SourceLibrary, _ project: Project, _ options: ListingOptions
    ) async throws -> Int32 {
        for name in names { _ = try await named(name, library, project) }
        let checked = try await library.list().filter { capability in
            capability.shelf == .approved && (names.isEmpty || names.contains { $0.names(capability) })
        }
        show(options, ReviewListing.checkJSON(checked)) { ReviewListing.check(checked, $0) }
        return (checked.allSatisfy(\.isWhole) ? ExitCode.complete : ExitCode.unapproved).rawValue
    }

    /// What has the name, the approved one first; never empty, and of one kind.
    func named(
        _ name: CapabilityReference, _ library: SourceLibrary, _ project: Project
    ) async throws -> [Capability] {
        let named = try await library.list().filter(name.names)
        guard let first = named.first else {
            throw CommandFailure(
                "there is no capability '\(name.name)' in \(project.library); 'lathe library list' shows all")
        }
        guard named.allSatisfy({ $0.kind == first.kind }) else {
            throw CommandFailure(
                "there are a function and an agent '\(name.name)': write functions/\(name.name) or agents/\(name.name)",
                exitCode: ExitCode.usage.rawValue)
        }
        return named
    }
}
