internal import Foundation
package import LatheVocabulary

/// What decisions about calls, and people's own calls, are kept by.
extension ToolDesk {
    /// Where a tool of a server comes from.
    package func source(of tool: ToolDefinition) throws(ToolError) -> ToolSource {
        let server = try server(tool.server)
        let headers = server.definition["headers"]?.objectValue ?? [:]
        var isOwn = false
        if case .file = server.origin { isOwn = true }
        let isKnown = try hasLogin(server)
        return ToolSource(
            definition: try SHA256.of(server.pin + "\n" + tool.pin), isRemote: server.definition["url"] != nil,
            hasCredentials: !headers.isEmpty || isKnown, isOwn: isOwn)
    }

    /// Whether the user logged in at a server: then what it tells may be theirs.
    private func hasLogin(_ server: ToolServer) throws(ToolError) -> Bool {
        guard server.definition["url"] != nil, let file = try loginFile(of: server) else { return false }
        return FileManager.default.fileExists(atPath: file)
    }

    /// What the user answered with "always" in this project.
    package var keptAnswers: KeptAnswers { KeptAnswers(records, in: project) }

    /// Calls a tool for a person, and keeps that they did, however it ends.
    ///
    /// Where the call cannot be kept, it is not made.
    package func personalCall(
        _ tool: String, of server: ToolServer, _ arguments: JSONValue, seconds: Double
    ) async throws(ToolError) -> JSONValue {
        var record = PersonalCall(
            project: project, server: server.name, tool: tool, arguments: arguments, time: RunClock.shared.now,
            seconds: 0, outcome: "begun")
        try records.keep(record)
        do throws(ToolError) {
            let answer = try await call(tool, of: server, arguments, seconds: seconds)
            let text = answer.text
            record.outcome = answer["is_error"]?.boolValue == true ? "is_error" : "ok"
            (record.sha256, record.bytes) = (try SHA256.of(text), text.utf8.count)
            try finish(&record)
            return answer
        } catch {
            if record.outcome == "begun" { record.outcome = error.code.rawValue }
            try? finish(&record)
            throw error
        }
    }

    private func finish(_ record: inout PersonalCall) throws(ToolError) {
        record.seconds = RunClock.shared.now - record.time
        try records.keep(record)
    }
}
