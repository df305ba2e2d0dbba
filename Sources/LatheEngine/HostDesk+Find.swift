internal import LatheVocabulary

extension CapabilityFinding {
    static let unrecorded = CapabilityFinding(text: "what this search found was not recorded", names: [], searched: 0)
}

extension HostDesk {
    static let findLimits = (characters: 2_000, found: 5)
    /// Seconds that a search waits for servers that were never listed.
    private static let listingSeconds = 5.0

    /// Looks for capabilities and tools that fit a need and that this session may use.
    func find(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let need = CapabilityNeed(
            words: try arguments.text("query", upTo: Self.findLimits.characters),
            limit: try arguments.optionalInteger("limit", in: 1...Self.findLimits.found) ?? Self.findLimits.found,
            session: services.session, only: allowance?.names)
        do throws(LibraryError) {
            let tools = await services.tools?.searched(.listed(seconds: Self.listingSeconds), within: toolAllowance)
            let found = try await services.library.find(need, among: tools)
            await tell(found.notices)
            return found.json
        } catch {
            throw HostRefusal("library", error.reason)
        }
    }

    /// A notice that cannot be written is left out: the answer will not get into the journal either.
    private func tell(_ notices: [String]) async {
        for text in notices { _ = try? await services.log.record(.notice(Notice(.info, text)), at: place) }
    }
}
