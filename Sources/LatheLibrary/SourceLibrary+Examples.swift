package import LatheVocabulary

/// An agent as it is about to be tested, whether or not any session may use it.
package struct StagedAgent: Sendable, Hashable {
    package var agent: Agent
    package var served: ServedCapability

    package init(agent: Agent, served: ServedCapability) {
        self.agent = agent
        self.served = served
    }
}

/// Recorded examples of agents.
extension SourceLibrary {
    /// The proposal with those runs that may be examples as files beside it. Why others are none is in what it leaves out.
    func withExamples(_ proposal: CapabilityProposal) async throws(LibraryError) -> CapabilityProposal {
        guard proposal.kind == .agent, !proposal.examples.isEmpty else { return proposal }
        var proposal = proposal
        let given = proposal
        let screened = try await onQueue { () throws(LibraryError) in try self.reader.screened(given) }
        var count = 0
        for (example, verdict) in zip(given.examples, screened) {
            guard verdict.reason.isEmpty else {
                proposal.leftOut.append("a run of it: \(verdict.reason)")
                continue
            }
            count += 1
            let files = try Self.files(example, number: count, asksOther: verdict.asksOther)
            proposal.fixtures.merge(files) { _, new in new }
        }
        proposal.examples = []
        return proposal
    }

    private static func files(
        _ example: AgentExample, number: Int, asksOther: Bool
    ) throws(LibraryError) -> [String: [UInt8]] {
        var example = example
        example.name = String(number)
        if !asksOther { example.returns = nil }
        example.recording?.instructionsSHA256 = try ExampleFiles.sha256(ofInstructions: example.instructions)
        for (file, bytes) in example.files {
            let own = "example_\(number)_\(file)"
            example.files[file] = nil
            example.files[own] = bytes
            example.data = example.data?.replacing("file(\"\(file)\")", with: "file(\"\(own)\")")
        }
        return try ExampleFiles.files(example)
    }

    /// An agent of a document, of a proposal, or one that comes with lathe, as kernels would be given it.
    package func staged(_ proposal: CapabilityProposal) async throws(LibraryError) -> StagedAgent {
        let facts = try await onQueue { () throws(LibraryError) in
            try self.reader.facts(proposal.source, .agent, proposal.name)
        }
        let served = ServedCapability(
            kind: .agent, name: proposal.name, version: 0, status: .proposed,
            path: "proposed/agents/\(proposal.name).py",
            sha256: try SHA256.of(Array(proposal.source.utf8)), source: proposal.source)
        return StagedAgent(agent: try agent(served, facts), served: served)
    }

    /// What an approved agent counts as once other files lie beside it.
    package enum Rewritten: Sendable, Hashable {
        /// Changed, until a person has looked: its block stays as it was.
        case changed
        /// What it says itself, as agents do that come with lathe.
        case itsOwn
    }

    /// Puts other fixtures beside an approved agent, all of them or none. Throws `.refused` where it is not the document any more.
    package func rewrite(
        _ found: CapabilityDocument, fixtures: [String: [UInt8]], as rewritten: Rewritten
    ) async throws(LibraryError) -> Capability {
        let name = try CapabilityName(found.capability.name)
        try CapabilityFiles.check(tests: found.tests, fixtures: fixtures)
        return try await onQueue { () throws(LibraryError) in
            try self.folder.writing { () throws(LibraryError) in
                let (kind, shelf) = (found.capability.kind, found.capability.shelf)
                try self.require(found.shown, try self.document(kind, name, shelf))
                let hash = try CapabilityFiles.testsSHA256(
                    name.description, tests: found.tests, fixtures: fixtures)
                let text =
                    rewritten == .changed
                    ? found.text
                    : try self.reader.restate(found.text, ["tests_sha256": hash.map { .string($0) } ?? .null])
                try self.opened(shelf, kind).place(
                    CapabilityFiles(name: name, text: text, tests: found.tests, fixtures: fixtures))
                return try self.there(kind, name, shelf)
            }
        }
    }

    /// The names in an agent's CAPABILITIES that the library does not have.
    package func unknownNames(of capability: Capability) async throws(LibraryError) -> [String] {
        guard capability.kind == .agent else { return [] }
        let document = try await document(.agent, named: capability.name, capability.shelf)
        guard let names = try await staged(document.proposal).agent.capabilities else { return [] }
        let known = Set(try await list().map(\.name))
        return names.filter { !known.contains($0) && builtIns?.has(.agent, $0) != true }
    }
}
