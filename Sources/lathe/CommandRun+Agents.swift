internal import LatheEngine
internal import LatheLibrary
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    /// `lathe agents`: what there is to delegate to, how it did, and what would be chosen.
    func agents(_ command: AgentsCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let installation = try Installation.find(environment: environment)
        let library = project.openLibrary(installation)
        let options = command.options
        return try await reporting {
            switch command.action {
            case .list:
                let all = try await library.agents()
                show(options, AgentListing.json(all)) { AgentListing.lines(all, $0) }
            case .show(let name): try await show(agent: name, library, project, options)
            case .choose(let words): try await choose(words, library, options)
            case .test(let names):
                return try await test(names, mutation: .left, library, project, installation, options)
            }
            return ExitCode.complete.rawValue
        }
    }

    private func show(
        agent name: String, _ library: SourceLibrary, _ project: Project, _ options: ListingOptions
    ) async throws {
        let named = try await library.agents().filter { $0.name == name }
        guard let found = named.first else {
            throw CommandFailure(
                "there is no agent '\(name)' in \(project.library), and none comes with lathe; 'lathe agents list' shows all"
            )
        }
        // What cannot be used can still be looked at.
        let agent = found.isWaiting ? nil : try? await library.agent(named: name, for: "")
        show(options, AgentListing.json(found, agent)) { AgentListing.lines(found, agent, $0) }
        if named.count > 1, options.output != .json {
            let others = named.dropFirst().map { $0.isBuiltIn ? "one comes with lathe" : $0.capability.path }
            TerminalOutput.standardError.write("there are others of the name: \(others.joined(separator: ", "))\n")
        }
    }

    private func choose(_ words: String, _ library: SourceLibrary, _ options: ListingOptions) async throws {
        let found = try await library.agents(for: AgentNeed(words: words, limit: 5, session: ""))
        for notice in found.notices { TerminalOutput.standardError.write(TerminalText.safe(notice) + "\n") }
        show(options, AgentListing.json(found)) { AgentListing.lines(found, $0) }
        guard !found.candidates.isEmpty else {
            throw CommandFailure("no agent fits '\(words)'; 'lathe agents list' shows all")
        }
    }
}

extension ListedAgent {
    /// Whether it waits for a person, and so is for the session that proposed it.
    fileprivate var isWaiting: Bool { !isBuiltIn && capability.shelf == .proposed }
}
