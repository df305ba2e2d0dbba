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
                let all = try await library.list()
                show(options, LibraryListing.json(all)) { LibraryListing.lines(all, canvas: $0) }
            case .search(let words): try await search(words, library, project, options)
            case .show(let name): try await show(name, library, project, options)
            case .approve(let names): try await approve(names, library, project, options)
            case .reject(let name, let reason):
                try await decide(.reject(reason: reason), name, "rejected", library, project, options)
            case .askForChanges(let name, let note):
                try await decide(.askForChanges(note: note), name, "asked for changes of", library, project, options)
            case .deprecate(let name, let reason):
                try await decide(.deprecate(reason: reason), name, "deprecated", library, project, options)
            case .diff(let name): try await diff(name, library, project, options)
            case .history(let name): try await history(name, library, options)
            case .check(let names): return try await check(names, library, project, options)
            case .test(let names, let mutation):
                return try await test(names, mutation: mutation, library, project, installation, options)
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
        _ name: CapabilityReference, _ library: SourceLibrary, _ project: Project, _ options: ListingOptions
    ) async throws {
        let named = try await named(name, library, project)
        let capability = named[0]
        let source = try await library.source(of: capability.kind, named: capability.name)
        show(options, LibraryListing.json(capability, source: source)) {
            LibraryListing.lines(capability, source: source, canvas: $0)
        }
        if named.count > 1, options.output != .json {
            TerminalOutput.standardError.write(
                "version \(named[1].version) waits for review: lathe library diff \(capability.name)\n")
        }
    }

    // MARK: Decisions

    private func approve(
        _ names: [CapabilityReference], _ library: SourceLibrary, _ project: Project, _ options: ListingOptions
    ) async throws {
        // All are there before the first is approved.
        var chosen: [Capability] = []
        for name in names { chosen.append(try await named(name, library, project)[0]) }
        let reviewer = Reviewer.name(in: project.folder)
        var approved: [Capability] = []
        for capability in chosen {
            do {
                approved.append(
                    try await library.decide(.approve, capability.kind, named: capability.name, by: reviewer))
            } catch {
                show(options, ReviewListing.json(approved)) { canvas in
                    approved.flatMap { ReviewListing.decided("approved", $0, canvas) }
                }
                throw CommandFailure("\(capability.name): \(CommandFailure.reason(of: error))")
            }
        }
        show(options, ReviewListing.json(approved)) { canvas in
            approved.flatMap { ReviewListing.decided("approved", $0, canvas) }
        }
    }

    private func decide(
        _ decision: CapabilityDecision, _ name: CapabilityReference, _ what: String, _ library: SourceLibrary,
        _ project: Project, _ options: ListingOptions
    ) async throws {
        let capability = try await named(name, library, project)[0]
        let reviewer = Reviewer.name(in: project.folder)
        let decided = try await library.decide(decision, capability.kind, named: capability.name, by: reviewer)
        show(options, ReviewListing.json([decided])) { ReviewListing.decided(what, decided, $0) }
    }

    // MARK: Looking

    private func diff(
        _ name: CapabilityReference, _ library: SourceLibrary, _ project: Project, _ options: ListingOptions
    ) async throws {
        let named = try await named(name, library, project)
        let newest = named[named.count - 1]
        let new = try await library.document(newest.kind, named: newest.name, newest.shelf)
        let old = try await library.approvedBefore(newest)
        let waits = newest.shelf == .proposed
        let report = waits ? try await library.report(on: newest) : nil
        let oldTests =
            waits && named.count > 1
            ? try await library.document(newest.kind, named: newest.name, .approved).tests : ""
        let against = old.map { "version \($0.version)" } ?? "nothing"
        let json: JSONValue = [
            "capability": .string(newest.path), "version": .integer(newest.version), "source": .string(new.body),
            "tests": .string(new.tests), "purpose": .string(newest.purpose), "session": .string(newest.session),
            "cells": .array(newest.cells.map { .integer($0) }),
            "approved": old.map { ["version": .integer($0.version), "source": .string($0.body)] } ?? .null,
            "report": report.map(ReportListing.json) ?? .null,
            "earlier_tests": report?.earlier.map(EarlierListing.json) ?? .null,
        ]
        show(options, json) { canvas in
            ReviewListing.origin(newest, canvas)
                + ReviewListing.lines(
                    TextDifference(old?.body ?? "", new.body),
                    "\(newest.path), version \(newest.version), against \(against) as approved", canvas)
                + (waits ? ReviewListing.tests(oldTests, new.tests, canvas) : [])
                + (report.map { ReportListing.lines($0, canvas) } ?? [])
        }
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
    private func named(
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
