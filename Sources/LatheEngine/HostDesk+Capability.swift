internal import LatheVocabulary

/// The host call by which a kernel gets the source of a capability.
extension HostDesk {
    func capability(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let (kind, name) = try Self.asked(arguments)
        try allowance?.require(kind, name)
        let served = try await served(kind, name)
        do throws(JournalError) {
            let used = CapabilityUsed(kind: kind, name: name, sha256: served.sha256)
            try await services.log.record(.capabilityUsed(used), at: place)
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be written: \(error.reason)")
        }
        return served.json
    }

    /// While memory is rebuilt or taken up from disk, for what the record of the cell does not have: as it was served here
    /// before, by the newest such answer; for sessions of before it was a call, as it is now. Not journaled.
    func capabilityOfThen(_ call: HostCall) async -> HostReply {
        do throws(HostRefusal) {
            let (kind, name) = try Self.asked(try HostArguments(call))
            try allowance?.require(kind, name)
            if let then = await servedBefore(kind, name) { return .value(then.json) }
            return .value(try await served(kind, name).json)
        } catch {
            return .error(error.code, error.reason)
        }
    }

    /// Remembers which version of which capability the kernel has.
    func note(_ reply: HostReply, to call: HostCall) {
        guard call.name == "capability", case .value(let value) = reply.outcome, let served = ServedCapability(value)
        else { return }
        let subject = CapabilityUse.Subject(kind: served.kind, name: served.name, sha256: served.sha256)
        given.withLock { _ = $0.insert(subject) }
    }

    /// Of what a kernel says of capabilities, what is about those that it was given, and how many others it named.
    func credible(_ uses: [CapabilityUse]?) -> (uses: [CapabilityUse]?, strange: Int) {
        guard let uses else { return (nil, 0) }
        let given = given.withLock { $0 }
        let credible = uses.filter { given.contains($0.subject) }
        return (credible.isEmpty ? nil : credible, uses.count - credible.count)
    }

    private static func asked(
        _ arguments: HostArguments
    ) throws(HostRefusal) -> (kind: Capability.Kind, name: String) {
        guard let kind = Capability.Kind(rawValue: try arguments.text("kind", upTo: 16)) else {
            throw HostRefusal("invalid_arguments", "capability: kind must be function or agent")
        }
        return (kind, try arguments.text("name", upTo: 64))
    }

    private func served(_ kind: Capability.Kind, _ name: String) async throws(HostRefusal) -> ServedCapability {
        do throws(LibraryError) {
            return try await services.library.serve(kind, named: name, to: services.session)
        } catch {
            throw HostRefusal("library", error.reason)
        }
    }

    private func servedBefore(_ kind: Capability.Kind, _ name: String) async -> ServedCapability? {
        guard let events = try? await services.log.events(after: 0) else { return nil }
        return events.lazy.reversed().compactMap { event -> ServedCapability? in
            guard case .hostAnswered(let answer) = event.body, answer.name == "capability" else { return nil }
            return answer.value.flatMap(ServedCapability.init)
        }.first { $0.kind == kind && $0.name == name }
    }
}
