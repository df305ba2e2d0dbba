internal import Foundation
internal import LatheLibrary
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    /// `lathe library export`: writes what is approved in a form that other agents read. Nothing is written unless all can be.
    func export(
        _ export: NeighbourExport, _ library: SourceLibrary, _ installation: Installation, _ options: ListingOptions
    ) async throws {
        let form: NeighbourReader.Form =
            switch export.form {
            case .skills: .skills
            case .claudeAgents: .claudeAgents
            }
        var documents: [CapabilityDocument] = []
        var leftOut: [String] = []
        for capability in try await library.list() {
            guard capability.status == .approved, capability.problems.isEmpty else {
                leftOut.append("\(capability.path): it is \(capability.status.rawValue), not approved")
                continue
            }
            documents.append(try await library.document(capability.kind, named: capability.name, capability.shelf))
        }
        let exported = try NeighbourReader(installation).export(documents, as: form)
        try Self.write(exported.files, to: export.folder, replacing: export.replaces)
        let result = NeighbourListing(
            title: "wrote \(exported.files.count) files to \(export.folder)", names: exported.files.keys.sorted(),
            leftOut: leftOut + exported.leftOut)
        show(options, result.json) { result.lines($0) }
    }

    /// `lathe library import`: proposes what skills and agents hold; each goes through the same admission as a session's own.
    func importNeighbours(
        _ path: String, _ project: Project, _ installation: Installation, _ options: ListingOptions
    ) async throws -> Int32 {
        try await ExaminationPlace.during(project, installation) { examiner in
            let library = project.openLibrary(installation, examiner: project.replaying(examiner, installation))
            return try await importNeighbours(path, into: library, installation, options)
        }
    }

    private func importNeighbours(
        _ path: String, into library: SourceLibrary, _ installation: Installation, _ options: ListingOptions
    ) async throws -> Int32 {
        let full = URL(fileURLWithPath: path).standardizedFileURL.path
        let imported = try NeighbourReader(installation).read(full)
        var saved: [String] = []
        var leftOut = imported.leftOut
        for proposal in imported.proposals {
            do throws(LibraryError) {
                let one = try await library.save(proposal)
                saved.append("\(one.capability.path) (\(proposal.session))")
            } catch {
                leftOut.append("\(proposal.kind.rawValue) \(proposal.name), \(proposal.session): \(error.reason)")
            }
        }
        let result = NeighbourListing(
            title:
                "\(saved.count) of \(imported.proposals.count) proposed; 'lathe library approve NAME' lets sessions use them",
            names: saved, leftOut: leftOut)
        show(options, result.json) { result.lines($0) }
        return (saved.count == imported.proposals.count ? ExitCode.complete : .failed).rawValue
    }

    private static func write(_ files: [String: [UInt8]], to folder: String, replacing: Bool) throws {
        let root = URL(fileURLWithPath: folder).standardizedFileURL
        for (path, content) in files where !replacing {
            let there = FileManager.default.contents(atPath: root.appendingPathComponent(path).path)
            guard there == nil || there == Data(content) else {
                throw CommandFailure("\(folder)/\(path) is another file already; --force replaces it")
            }
        }
        for (path, content) in files {
            let file = root.appendingPathComponent(path)
            do {
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(content).write(to: file, options: .atomic)
            } catch {
                throw CommandFailure("\(file.path) cannot be written: \(error.localizedDescription)")
            }
        }
    }
}

extension NeighbourReader {
    fileprivate init(_ installation: Installation) {
        self.init(python: installation.interpreter, package: installation.python + "/lathe_neighbours")
    }
}
