internal import LatheVocabulary

/// The host calls of data results.
extension HostDesk {
    /// A file for a subtask to write data into.
    func dataFile(_ arguments: HostArguments) async throws(HostRefusal) -> HostReply {
        guard place != .coordinator else {
            throw HostRefusal("not_allowed", "a session's answer is text; save data with lathe.save_artifact")
        }
        let description = try DataDescription(arguments, upTo: services.limits.dataResultBytes)
        let made = try await delegation.data.make(description, for: place, at: services.placement)
        return HostReply(.value(["id": .string(made.id)]), data: made.file)
    }

    func takeData(_ arguments: HostArguments) throws(HostRefusal) -> HostReply {
        let file = try delegation.data.take(try arguments.text("id", upTo: 4_000), by: place)
        return HostReply(.value([:]), data: file)
    }

    func dropData(_ arguments: HostArguments) throws(HostRefusal) -> HostReply {
        let ids = arguments.values["ids"]?.arrayValue ?? []
        guard ids.count <= services.limits.dataResults else {
            throw HostRefusal("limit", "drop_data: at most \(services.limits.dataResults) at once")
        }
        delegation.data.drop(ids.compactMap(\.stringValue), by: place)
        return .value([:])
    }
}
