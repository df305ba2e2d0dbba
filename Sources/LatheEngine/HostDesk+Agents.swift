internal import LatheVocabulary

/// Which agents fit words, and what is written down where one of them is chosen. Candidates are lathe's to say; who chose, and why,
/// is the kernel's word.
extension HostDesk {
    private static let agentLimits = (words: 2_000, found: 5, because: 300)

    func agents(_ arguments: HostArguments, call: Int) async throws(HostRefusal) -> JSONValue {
        let need = AgentNeed(
            words: try arguments.text("query", upTo: Self.agentLimits.words),
            limit: try arguments.optionalInteger("limit", in: 1...Self.agentLimits.found) ?? 3,
            session: services.session, only: allowance?.names,
            hasRoom: place.depth + 1 < services.limits.delegationDepth)
        do throws(LibraryError) {
            let found = try await services.library.agents(for: need)
            for text in found.notices { _ = try? await services.log.record(.notice(Notice(.info, text)), at: place) }
            guard case .object(var told) = found.json else { return found.json }
            told["search"] = .integer(call)
            return .object(told)
        } catch {
            throw HostRefusal("library", error.reason)
        }
    }

    /// What a `delegate` call says of how its agent was chosen, held against the search that it names; nil where it names none.
    func choice(_ arguments: HostArguments) async throws(HostRefusal) -> AgentChosen? {
        guard let choice = arguments.present("choice") else { return nil }
        guard let number = choice["search"]?.integerValue, let agent = arguments.values["agent"]?.stringValue,
            let (words, found) = try await search(numbered: number),
            found.candidates.contains(where: { $0.name == agent })
        else {
            throw HostRefusal(
                "invalid_arguments",
                "delegate: choice names a search of this kernel that found the agent: lathe.agents(words)")
        }
        return AgentChosen(
            need: words.singleLine(upTo: Self.agentLimits.because),
            candidates: found.candidates.map {
                AgentChosen.Candidate(agent: $0.name, match: $0.match, health: $0.health.text)
            }, chosen: agent,
            because: (choice["because"]?.stringValue ?? "").singleLine(upTo: Self.agentLimits.because))
    }

    private func search(numbered call: Int) async throws(HostRefusal) -> (words: String, found: AgentFinding)? {
        let events: [Event]
        do throws(JournalError) {
            events = try await services.log.events(after: 0, of: [.hostCalled, .hostAnswered])
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
        var (words, found): (String?, AgentFinding?)
        for event in events where event.place == place {
            switch event.body {
            case .hostCalled(let one) where one.call == call && one.name == "agents":
                words = one.arguments["query"]?.stringValue
            case .hostAnswered(let one) where one.call == call && one.name == "agents":
                found = one.value.flatMap(AgentFinding.init) ?? found
            default: break
            }
        }
        guard let words, let found else { return nil }
        return (words, found)
    }
}
