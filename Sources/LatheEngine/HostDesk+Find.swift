internal import LatheVocabulary

extension CapabilityFinding {
    static let unrecorded = CapabilityFinding(text: "what this search found was not recorded", names: [], searched: 0)
}

extension HostDesk {
    static let findLimits = (characters: 2_000, found: 5)

    /// Looks for capabilities that fit a need and that this session may use.
    func find(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let need = CapabilityNeed(
            words: try arguments.text("query", upTo: Self.findLimits.characters),
            limit: try arguments.optionalInteger("limit", in: 1...Self.findLimits.found) ?? Self.findLimits.found,
            session: services.session)
        do throws(LibraryError) {
            return try await services.library.find(need).json
        } catch {
            throw HostRefusal("library", error.reason)
        }
    }
}
