internal import Foundation
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

extension CommandRun {
    /// `lathe sessions check`: the journal, the files that it names, and the saved working memory.
    func check(_ name: String, in store: SessionStore, _ options: ListingOptions) async throws -> Int32 {
        let session = try await store.read(name)
        var found = try await session.journal.check()
        if found.problems.isEmpty {
            let cells = try await session.journal.events(after: 0, of: [.cellFinished, .hostAnswered])
            let missing = Self.missingFiles(cells, folder: session.folder.path)
            found.problems += missing.map { "The journal names \($0), which is not there any more." }
        }
        let memory = MemoryFolder(path: session.folder.memory).check()
        found.problems += memory.problems
        let listing = CheckListing(
            session: name, events: found.events, texts: found.bodies, parts: memory.parts, problems: found.problems)
        show(options, listing.json, listing.lines)
        return (found.problems.isEmpty ? ExitCode.complete : ExitCode.failed).rawValue
    }

    /// Outputs and artifacts of cells, and long results of tools, whose files are gone.
    private static func missingFiles(_ events: [Event], folder: String) -> [String] {
        events.flatMap { event -> [String] in
            if case .hostAnswered(let answer) = event.body, answer.name == "tool_call" {
                return answer.value.flatMap(ToolResult.keptFile).map { ["\(folder)/\($0)"] } ?? []
            }
            guard case .cellFinished(let cell) = event.body else { return [] }
            let outputs = [cell.stdout.file, cell.stderr.file, cell.value?.text.file].compactMap(\.self)
            return outputs.map { "\(folder)/\($0)" } + cell.artifacts.map(\.path)
        }.filter { !FileManager.default.fileExists(atPath: $0) }
    }
}
