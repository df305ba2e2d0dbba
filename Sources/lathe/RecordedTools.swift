internal import Foundation
internal import LatheTools
internal import LatheVocabulary
internal import Synchronization

/// The tools of a recorded session: each call is answered as it was, and nothing is called. What was not recorded goes to
/// `beyond`, where a session goes on from there, and is refused otherwise.
final class RecordedTools: ToolAccess {
    private struct Past {
        var servers: [String: JSONValue] = [:]
        var tools: [String: JSONValue] = [:]
        var resources: [String: JSONValue] = [:]
        var results: [String: [HostAnswered]] = [:]
        /// What was refused, by the call and what it asked for.
        var failures: [String: ToolError] = [:]
    }

    private let past: Mutex<Past>
    private let source: String
    private let folder: String
    private let beyond: (any ToolAccess)?

    /// - Parameters:
    ///   - events: the recorded session's.
    ///   - source: absolute path of the recorded session's folder, which has the long results.
    ///   - folder: absolute path of this session's folder, into which they are copied.
    ///   - beyond: what is asked where the recording has nothing; nil where nothing is.
    init(_ events: [Event], source: String, folder: String, beyond: (any ToolAccess)?) {
        self.source = source
        self.folder = folder
        self.beyond = beyond
        past = Mutex(Self.past(events))
    }

    private static func past(_ events: [Event]) -> Past {
        var past = Past()
        var called: [String: HostCalled] = [:]
        var begun: [Int: JSONValue] = [:]
        for event in events {
            switch event.body {
            case .hostCalled(let call): called["\(event.place) \(call.call)"] = call
            case .hostAnswered(let answer):
                guard let call = called["\(event.place) \(answer.call)"] else { continue }
                let server = call.arguments["server"]?.stringValue ?? ""
                let name = call.arguments["name"]?.stringValue ?? ""
                if answer.value == nil, answer.name != "tool_call" {
                    past.failures["\(answer.name) \(server)/\(name)"] = failure(answer)
                }
                switch answer.name {
                case "tools": past.servers[server] = answer.value
                case "resources": past.resources[server] = answer.value
                case "tool": past.tools["\(server)/\(name)"] = answer.value
                case "tool_call":
                    let arguments = call.arguments["arguments"] ?? .null
                    past.results["\(server)/\(name) \(arguments.text)", default: []].append(answer)
                case "begin":
                    for (id, request) in BegunCall.pairs(call, answer) { begun[id] = request["arguments"] }
                default: break
                }
            case .backgroundFinished(let outcome):
                guard let call = begun.removeValue(forKey: outcome.id), let key = key(call) else { continue }
                past.results[key, default: []].append(HostAnswered(outcome))
            default: break
            }
        }
        return past
    }

    /// By what the results of a call are found; nil for a question.
    private static func key(_ call: JSONValue) -> String? {
        guard let server = call["server"]?.stringValue, let name = call["name"]?.stringValue else { return nil }
        return "\(server)/\(name) \((call["arguments"] ?? .null).text)"
    }

    func searched(_ unlisted: UnlistedServers) async -> SearchedTools {
        await beyond?.searched(unlisted)
            ?? SearchedTools(generation: 0, documents: [], ownNames: []) { _ in [] }
    }

    func servers() async throws(ToolError) -> [String: Int?] {
        if let listed = past.withLock({ $0.servers[""]?["servers"]?.objectValue }) {
            return listed.mapValues(\.integerValue)
        }
        return try await beyond?.servers() ?? [:]
    }

    func server(_ pythonName: String) async throws(ToolError) -> OfferedServer {
        if let value = past.withLock({ $0.servers[pythonName] }) {
            let names = (value["names"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
            return OfferedServer(
                name: value["server"]?.stringValue ?? pythonName, pythonName: pythonName, tools: names)
        }
        guard let beyond else { throw refusal("tools \(pythonName)/") }
        return try await beyond.server(pythonName)
    }

    func tool(_ pythonName: String, of server: String) async throws(ToolError) -> OfferedTool {
        if let value = past.withLock({ $0.tools["\(server)/\(pythonName)"] }), let tool = Self.offered(value) {
            return tool
        }
        guard let beyond else { throw refusal("tool \(server)/\(pythonName)") }
        return try await beyond.tool(pythonName, of: server)
    }

    func resources(of server: String) async throws(ToolError) -> OfferedResources {
        if let value = past.withLock({ $0.resources[server] }) {
            return OfferedResources(
                server: value["server"]?.stringValue ?? server, resources: value["resources"]?.arrayValue ?? [],
                templates: Self.templates(value))
        }
        guard let beyond else { throw refusal("resources \(server)/") }
        return try await beyond.resources(of: server)
    }

    private static func templates(_ value: JSONValue) -> [JSONValue] {
        (value["templates"]?.arrayValue ?? []).map { one in
            guard case .object(var members) = one else { return one }
            members["uriTemplate"] = members["uri"]
            return .object(members)
        }
    }

    func definition(of tool: String, of server: String) async throws(ToolError) -> ToolDefinition {
        if beyond == nil, tool.hasPrefix(ToolDefinition.resourcePrefix) {
            let uri = String(tool.dropFirst(ToolDefinition.resourcePrefix.count))
            return ToolDefinition(resource: uri, of: server, isListed: true)
        }
        let known = past.withLock { past in
            past.tools.values.compactMap(Self.offered).first {
                $0.definition.server == server && $0.definition.name == tool
            }
        }
        if let known { return known.definition }
        guard let beyond else { throw Self.unrecorded("\(server)/\(tool)") }
        return try await beyond.definition(of: tool, of: server)
    }

    /// What was only recorded comes from nowhere else: nobody is asked about it.
    func source(of tool: ToolDefinition) -> ToolSource {
        (try? beyond?.source(of: tool)) ?? ToolSource(definition: "", isRemote: false, hasCredentials: false)
    }

    func call(
        _ tool: ToolDefinition, _ arguments: JSONValue, progress: @escaping @Sendable (ToolProgress) -> Void
    ) async throws(ToolError) -> ToolResult {
        let key = "\(tool.server)/\(tool.name) \(arguments.text)"
        let answer = past.withLock { past -> HostAnswered? in
            guard past.results[key]?.isEmpty == false else { return nil }
            return past.results[key]?.removeFirst()
        }
        guard let answer else {
            guard let beyond else { throw Self.unrecorded("\(tool.server)/\(tool.name)") }
            return try await beyond.call(tool, arguments, progress: progress)
        }
        guard let value = answer.value else {
            throw Self.failure(answer)
        }
        if let result = value["result"] {
            return ToolResult(
                value: result, bytes: result.text.utf8.count, isError: result["is_error"]?.boolValue == true)
        }
        return try kept(value, of: tool)
    }

    /// A long result, whose file this session gets too.
    private func kept(_ value: JSONValue, of tool: ToolDefinition) throws(ToolError) -> ToolResult {
        guard let file = ToolResult.keptFile(value) else {
            throw ToolError(.badResult, server: tool.server, "the recording names no result of it")
        }
        do {
            try FileManager.default.createDirectory(atPath: folder + "/tools", withIntermediateDirectories: true)
            if !FileManager.default.fileExists(atPath: "\(folder)/\(file)") {
                try FileManager.default.copyItem(atPath: "\(source)/\(file)", toPath: "\(folder)/\(file)")
            }
        } catch {
            throw ToolError(
                .badResult, server: tool.server, "the recorded result \(file) is not there any more: \(error)")
        }
        return ToolResult(value: nil, file: file, bytes: value["bytes"]?.integerValue ?? 0, isError: false)
    }

    private static func offered(_ value: JSONValue) -> OfferedTool? {
        guard let server = value["server"]?.stringValue, let name = value["name"]?.stringValue else { return nil }
        let json: JSONValue = [
            "name": .string(name), "description": value["description"] ?? "", "inputSchema": value["input"] ?? [:],
            "outputSchema": value["output"] ?? .null, "annotations": value["annotations"] ?? [:],
        ]
        return ToolDefinition(server: server, json: json).map {
            OfferedTool(
                definition: $0, pythonName: value["python_name"]?.stringValue ?? name,
                pythonServer: value["python_server"]?.stringValue ?? server)
        }
    }

    private static func failure(_ answer: HostAnswered) -> ToolError {
        let code: ToolError.Code =
            switch answer.code {
            case "not_allowed": .notAllowed
            case "invalid_arguments": .badArguments
            case "cancelled": .cancelled
            default: .failed
            }
        return ToolError(code, answer.reason ?? "it failed")
    }

    /// As it was refused then.
    private func refusal(_ call: String) -> ToolError {
        past.withLock { $0.failures[call] } ?? Self.unrecorded(call)
    }

    private static func unrecorded(_ what: String) -> ToolError {
        ToolError(.notAllowed, "the recording has no such call of \(what), and a replay calls no tools")
    }
}
