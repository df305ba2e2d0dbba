package import LatheVocabulary

/// Giving capabilities to sessions: what may be used is decided here, and of exactly the bytes that are given.
extension SourceLibrary {
    package func serve(
        _ kind: Capability.Kind, named name: String, to session: String
    ) async throws(LibraryError) -> ServedCapability {
        let name = try CapabilityName(name)
        return try await onQueue { () throws(LibraryError) in
            if let builtIns = self.builtIns, builtIns.has(kind, name.description) {
                let isReserved = builtIns.reserves(kind, name.description)
                if try isReserved ? true : !self.hasOwn(kind, name, session) { return try builtIns.served(kind, name) }
            }
            return try self.folder.reading { () throws(LibraryError) in try self.served(kind, name, session) }
        }
    }

    package func agent(named name: String, for session: String) async throws(LibraryError) -> Agent {
        let served = try await serve(.agent, named: name, to: session)
        let facts = try await onQueue { () throws(LibraryError) in
            try self.reader.facts(CapabilityText.body(of: served.source), served.kind, served.name)
        }
        return try agent(served, facts)
    }

    /// The agent that a source defines, by its facts.
    func agent(_ served: ServedCapability, _ facts: JSONValue) throws(LibraryError) -> Agent {
        let name = served.name
        guard let instructions = facts["instructions"]?.stringValue else {
            throw LibraryError(.refused, "Agent \(name) of the library has no INSTRUCTIONS.")
        }
        return Agent(
            name: name, instructions: instructions, returns: facts["returns"].flatMap { $0 == .null ? nil : $0 },
            modelRole: facts["model"]?.stringValue, limits: try limits(of: name, facts), isSaved: true,
            isBuiltIn: served.isBuiltIn ? true : nil, sha256: served.sha256,
            budget: try budget(of: name, facts),
            capabilities: facts["capabilities"]?.arrayValue?.compactMap(\.stringValue),
            tools: facts["tools"]?.arrayValue?.compactMap(\.stringValue),
            profile: facts["profile"].flatMap(AgentProfile.init).flatMap { $0.isDefault ? nil : $0 })
    }

    private func limits(of name: String, _ facts: JSONValue) throws(LibraryError) -> KernelLimits? {
        guard let limits = facts["limits"], limits != .null else { return nil }
        do throws(LimitProblem) {
            return try KernelLimits(limits, for: .delegation)
        } catch {
            throw LibraryError(.refused, "Agent \(name) of the library cannot be used: LIMITS: \(error.reason)")
        }
    }

    private func budget(of name: String, _ facts: JSONValue) throws(LibraryError) -> BudgetLimits? {
        guard let budget = facts["budget"], budget != .null else { return nil }
        do throws(LimitProblem) {
            return try BudgetLimits(budget)
        } catch {
            throw LibraryError(.refused, "Agent \(name) of the library cannot be used: BUDGET: \(error.reason)")
        }
    }

    // MARK: On the queue

    /// Whether the library has one of the name that goes before what comes with lathe: approved once, or the session's own.
    func hasOwn(_ kind: Capability.Kind, _ name: CapabilityName, _ session: String) throws(LibraryError) -> Bool {
        try folder.reading { () throws(LibraryError) in
            try self.judged().contains { entry in
                let capability = entry.capability
                return capability.kind == kind && capability.name == name.description
                    && (capability.shelf == .approved || self.isOpen(capability, to: session))
            }
        }
    }

    private func served(
        _ kind: Capability.Kind, _ name: CapabilityName, _ session: String
    ) throws(LibraryError) -> ServedCapability {
        // What the reader read and what is read here may differ where somebody writes at this moment: then both read again.
        for _ in 0..<3 {
            let found = try usable(kind, name, session)
            let shelf = found.capability.shelf
            guard
                let bytes = try folder.open(shelf, kind, .existing)?.read(name.file, upTo: CapabilityFiles.sourceBytes),
                try SHA256.of(bytes) == found.fileSHA256, let text = String(validating: bytes, as: UTF8.self)
            else {
                known.files.withLock { $0 = nil }
                continue
            }
            try trust(found.capability, text)
            return ServedCapability(
                kind: kind, name: name.description, version: found.capability.version,
                status: found.capability.status, path: found.capability.path, sha256: found.capability.sha256,
                source: text)
        }
        throw LibraryError(.unreadable, "\(name) is being changed while it is read. Try again when that is done.")
    }

    /// The session's own proposal where it has one, else the approved one.
    private func usable(
        _ kind: Capability.Kind, _ name: CapabilityName, _ session: String
    ) throws(LibraryError) -> ReadCapability {
        let all = try judged()
        let named = all.filter { $0.capability.kind == kind && $0.capability.name == name.description }
        let waiting = named.first { $0.capability.shelf == .proposed }
        if let waiting, isOpen(waiting.capability, to: session) {
            try requireUsable(waiting.capability)
            try requireAdmitted(waiting.capability)
            return waiting
        }
        guard let approved = named.first(where: { $0.capability.shelf == .approved }) else {
            throw try missing(kind, name, waiting?.capability, all.map(\.capability))
        }
        try requireUsable(approved.capability)
        return approved
    }

    /// Whether a session may use what waits.
    func isOpen(_ capability: Capability, to session: String) -> Bool {
        capability.status == .proposed && (proposals == .anyone || capability.session == session)
    }

    private func requireUsable(_ capability: Capability) throws(LibraryError) {
        let isUsable = [.approved, .deprecated, .proposed].contains(capability.status)
        guard isUsable, capability.problems.isEmpty else {
            let why = capability.problems.first ?? "it is \(capability.status.rawValue)"
            throw LibraryError(
                .refused,
                "\(capability.kind.rawValue) \(capability.name) cannot be used (\(capability.status.rawValue)): \(why)."
            )
        }
    }

    /// A proposal is what lathe admitted, not what lies in its place since.
    private func requireAdmitted(_ capability: Capability) throws(LibraryError) {
        guard trust == .pins, let journal else { return }
        let past = try past()
        guard !past.admitted.contains(capability.sha256), past.sequence > 0,
            try journal.events(after: 0).contains(where: { $0.kind == capability.kind && $0.name == capability.name })
        else { return }
        throw LibraryError(
            .refused,
            """
            \(capability.kind.rawValue) \(capability.name) cannot be used: \(capability.path) is not what was saved. \
            Save it again, or admit the file with 'lathe library approve \(capability.name)'.
            """)
    }

    /// An approved capability that this machine does not know counts as its file says, from now on.
    private func trust(_ capability: Capability, _ text: String) throws(LibraryError) {
        guard trust == .pins, let journal, capability.shelf == .approved,
            try past().pins[LibraryPast.Key(kind: capability.kind, name: capability.name)] == nil
        else { return }
        let action: LibraryEvent.Action = capability.status == .deprecated ? .deprecated : .trusted
        try journal.record(LibraryEvent(action, capability), source: CapabilityText.body(of: text))
    }

    private func missing(
        _ kind: Capability.Kind, _ name: CapabilityName, _ waiting: Capability?, _ all: [Capability]
    ) throws(LibraryError) -> LibraryError {
        if let waiting {
            let note = try past().notes[LibraryPast.Key(kind: kind, name: name.description)]
            let asked = note.map { "; a reviewer asked: \($0)" } ?? ""
            return LibraryError(
                .refused,
                """
                \(kind.rawValue) \(name) waits for review (\(waiting.status.rawValue), from session \
                \(waiting.session))\(asked). A person approves it with 'lathe library approve \(name)'; write your own \
                under another name meanwhile.
                """)
        }
        if kind == .function, all.contains(where: { $0.kind == .agent && $0.name == name.description }) {
            return LibraryError(
                .notFound, "\(name) is an agent: use it by its name, lathe.delegate(\"\(name)\", task, data=…).")
        }
        let close = all.filter { $0.kind == kind && $0.status == .approved && $0.problems.isEmpty }.map(\.name)
            .filter { $0.hasPrefix(name.description.prefix(3)) }.prefix(5)
        let hint = close.isEmpty ? "" : "; there are \(close.joined(separator: ", "))"
        return LibraryError(
            .notFound, "no \(kind.rawValue) is named '\(name)'\(hint). `lathe.find(…)` searches the library.")
    }
}
