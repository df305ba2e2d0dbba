internal import Foundation
internal import LatheLibrary
internal import LatheScreens
internal import LatheTools
internal import LatheVocabulary
internal import Synchronization

extension CommandRun {
    /// Servers that were never listed are, before it is searched: here a person waits, and may stop it.
    private static let listingSeconds = 60.0
    private static let mostFound = 20
    /// From so many on it takes more than a moment to have them ready, and is told.
    private static let toldTools = 200

    func search(_ words: String, _ desk: ToolDesk, _ project: Project, _ options: ListingOptions) async throws {
        let installation = try Installation.find(environment: environment)
        let shelf = ToolShelf(desk: desk, folder: project.folder + "/.lathe/tools")
        let search = project.toolSearch(installation.meaning)
        let tools = await shelf.searched(.listed(seconds: Self.listingSeconds))
        let result: Result<ToolSearch.Found, LibraryError>
        do throws(LibraryError) {
            result = .success(try await search.find(words, among: tools, limit: Self.mostFound))
        } catch {
            result = .failure(error)
        }
        await search.close()
        let found = try result.get()
        tell(desk.configuration.notices + found.notices + tools.unsearched.map { "not searched: " + $0 })
        guard !found.tools.isEmpty else {
            throw CommandFailure(
                "none of \(found.searched == 1 ? "1 tool" : "\(found.searched) tools") fits '\(words)'; "
                    + "'lathe tools list' shows all")
        }
        show(options, ToolFindingListing.json(found.tools, searched: found.searched, tools.unsearched, found.caveat)) {
            ToolFindingListing.lines(found.tools, caveat: found.caveat, $0)
        }
    }

    /// Has what was listed ready to be found by meaning, so that not the next task waits for it; says what is not.
    func prepareSearches(_ desk: ToolDesk, _ project: Project) async {
        guard let installation = try? Installation.find(environment: environment) else { return }
        let shelf = ToolShelf(desk: desk, folder: project.folder + "/.lathe/tools")
        let tools = await shelf.searched(.leftOut)
        let search = project.toolSearch(installation.meaning)
        let isTold = Mutex(false)
        do throws(LibraryError) {
            let left = try await search.prepare(tools) { left in
                let isFirst = isTold.withLock { told in
                    defer { told = true }
                    return !told
                }
                guard isFirst, left >= Self.toldTools else { return }
                tell(["having \(left) tools ready to be found by meaning; Ctrl-C leaves that to later searches"])
            }
            if left > 0 { tell(["\(left) of \(tools.documents.count) tools are not found by meaning yet"]) }
        } catch {
            // Without a model, searches say themselves that they go by words.
            if error.code != .notFound { tell(["tools are not found by meaning yet: \(error.reason)"]) }
        }
        await search.close()
    }

    func read(
        _ uri: String, of name: String, _ seconds: Double, _ desk: ToolDesk, _ project: Project,
        _ options: ListingOptions
    ) async throws {
        let answer = try await desk.read(uri, of: try desk.server(name), seconds: seconds)
        let parts = (answer["contents"]?.arrayValue ?? []).map { part -> JSONValue in
            ["type": "resource", "resource": part]
        }
        let kept = try ToolFiles(folder: project.folder + "/.lathe/tools/files").keeping(["content": .array(parts)])
        if options.output == .json {
            TerminalOutput.standardOutput.write(kept.text + "\n")
        } else {
            TerminalOutput.standardOutput.write(ToolAnswer.text(kept))
        }
    }

    func prompt(
        _ name: String, of server: String, _ given: GivenText, _ seconds: Double, _ desk: ToolDesk, _ project: Project,
        _ options: ListingOptions
    ) async throws {
        let arguments = try arguments(given)
        guard arguments.objectValue?.values.allSatisfy({ $0.stringValue != nil }) == true else {
            throw CommandFailure("--args of a prompt takes texts alone, such as '{\"name\": \"Ada\"}'", exitCode: 2)
        }
        let answer = try await desk.prompt(name, of: try desk.server(server), arguments, seconds: seconds)
        if options.output == .json {
            TerminalOutput.standardOutput.write(answer.text + "\n")
            return
        }
        let files = ToolFiles(folder: project.folder + "/.lathe/tools/files")
        for message in answer["messages"]?.arrayValue ?? [] {
            let parts = message["content"].map { $0.arrayValue ?? [$0] } ?? []
            let kept = try files.keeping(["content": .array(parts)])
            TerminalOutput.standardOutput.write(
                TerminalText.safe(message["role"]?.stringValue ?? "") + ":\n" + ToolAnswer.text(kept))
        }
    }

    /// Exit code 1 where a server's tools are not known, or a check finds a difference.
    func stubs(
        in folder: String, _ mode: ToolsCommand.StubMode, _ desk: ToolDesk, _ options: ListingOptions
    ) async throws -> Int32 {
        let reports = await desk.reports(on: desk.configuration.servers.filter { !$0.isOff })
        // A server that cannot be asked now has the tools that it had last.
        let known = reports.filter { $0.about != nil }
        let (files, mark) = try await desk.stubs(of: known)
        let stubs = StubFolder(path: URL(fileURLWithPath: folder).standardizedFileURL.path, mark: mark)
        let difference = stubs.difference(from: files)
        if mode == .write { try stubs.put(files, difference) }
        let problems = desk.configuration.problems + reports.compactMap(\.unknown)
        show(options, ToolFindingListing.json(difference.names, problems, isWritten: mode == .write)) {
            ToolFindingListing.lines(
                difference.names, problems, in: folder, servers: known.count, isWritten: mode == .write, $0)
        }
        let isGood = problems.isEmpty && (mode == .write || difference.isEmpty)
        return (isGood ? ExitCode.complete : .failed).rawValue
    }
}

extension StubFolder.Difference {
    var names: [(word: String, names: [String])] {
        [("missing", missing), ("changed", changed), ("stale", stale), ("foreign", foreign)]
    }
}

extension ToolReport {
    /// Why nothing is known of its tools; nil where something is.
    fileprivate var unknown: ToolError? {
        guard about == nil else { return nil }
        return error
            ?? ToolError(
                .notAllowed, server: server.name, "it may not be started here",
                mend: "lathe tools allow \(server.name)")
    }
}
