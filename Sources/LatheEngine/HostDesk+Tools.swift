internal import LatheVocabulary

/// The host calls by which code uses tools.
extension HostDesk {
    /// Of a name; that of a resource has its address in it.
    static let toolNameCharacters = 2_048

    /// The names of a server's tools; without one, the servers, of which none is started.
    func tools(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let server = try arguments.optionalText("server", upTo: Self.toolNameCharacters)
        let access = try usableTools().access
        do throws(ToolError) {
            guard let server else {
                let counts = try await access.servers().mapValues { $0.map(JSONValue.integer) ?? .null }
                return ["servers": .object(counts)]
            }
            var offered = try await access.server(server)
            offered.tools = offered.tools.filter { toolAllowance.allows(offered.name, $0.value) }
            return offered.json
        } catch {
            throw HostRefusal(error)
        }
    }

    /// The definition of a tool.
    func tool(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let server = try arguments.text("server", upTo: Self.toolNameCharacters)
        let name = try arguments.text("name", upTo: Self.toolNameCharacters)
        let access = try usableTools().access
        let offered: OfferedTool
        do throws(ToolError) {
            offered = try await access.tool(name, of: server)
        } catch {
            throw HostRefusal(error)
        }
        try toolAllowance.require(offered.definition.server, offered.definition.name)
        return offered.json
    }

    /// What there is to read of a server.
    func resources(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let server = try arguments.text("server", upTo: Self.toolNameCharacters)
        let tools = try usableTools()
        let listed: ListedResources
        do throws(ToolError) {
            listed = try ListedResources(try await tools.access.resources(of: server), tools, toolAllowance)
        } catch {
            throw HostRefusal(error)
        }
        if let refusal = listed.refusal { throw refusal }
        try await expose(to: listed.exposure, by: "\(listed.offered.server)/resources")
        return listed.offered.json
    }

    /// Calls a tool, if a rule or the user allows it. `cell` is the one that calls, where it is not the one under way; `sending` is
    /// awaited once it is allowed and before it is sent, with what its answer counts as.
    func callTool(
        _ arguments: HostArguments, cell caller: Int? = nil,
        progress: @escaping @Sendable (ToolProgress) -> Void = { _ in },
        sending: (Exposure) async throws(HostRefusal) -> Void = { _ in }
    ) async throws(HostRefusal) -> HostReply {
        let tools = try usableTools()
        let server = try arguments.text("server", upTo: Self.toolNameCharacters)
        let name = try arguments.text("name", upTo: Self.toolNameCharacters)
        guard let given = arguments.values["arguments"], given.objectValue != nil else {
            throw HostRefusal("invalid_arguments", "tool_call: arguments must be an object")
        }
        try toolAllowance.require(server, name)
        let tool: ToolDefinition
        let source: ToolSource
        do throws(ToolError) {
            tool = try await tools.access.definition(of: name, of: server)
            source = try tools.access.source(of: tool)
        } catch {
            throw HostRefusal(error)
        }
        let (place, cell) = (place, caller ?? cell)
        let request = ToolRequest(
            place: place, cell: cell, server: server, tool: name, arguments: given, description: tool.description,
            agent: agent)
        let verdict = try await tools.verdict(on: request, of: tool, from: source) { body throws(HostRefusal) in
            try await self.journal(body)
        }
        switch verdict {
        case .refused(let reason): throw HostRefusal("not_allowed", reason)
        case .allowed(let ground):
            let reads = tools.exposure(by: tool, source).map { ($0, tool.fullName) }
            try await sending(Exposure(Dictionary(reads) { first, _ in first }))
            return try await call(tool, source, given, ground, tools, in: cell, progress)
        }
    }

    private func call(
        _ tool: ToolDefinition, _ source: ToolSource, _ arguments: JSONValue, _ ground: ToolUse.Ground,
        _ tools: SessionTools, in cell: Int, _ progress: @escaping @Sendable (ToolProgress) -> Void
    ) async throws(HostRefusal) -> HostReply {
        let began = RunClock.shared.now
        let kinds = tools.exposure(by: tool, source)
        var use = ToolUse(
            cell: cell, server: tool.server, tool: tool.name, ground: ground, seconds: 0, bytes: 0, isError: true,
            isUntrusted: kinds.contains(.untrusted), isWayOut: tool.isWayOut(source))
        let result: ToolResult
        do throws(ToolError) {
            result = try await tools.access.call(tool, arguments, progress: progress)
        } catch {
            let hasWords = !error.code.isWithoutServersWords
            if error.code.mayHaveBeenSent {
                use.failure = error.code
                use.isUntrusted = hasWords && kinds.contains(.untrusted)
                use.seconds = RunClock.shared.now - began
                try await journal(.toolUsed(use))
            }
            if hasWords { try await expose(to: kinds, by: tool.fullName) }
            throw HostRefusal(error)
        }
        (use.bytes, use.isError, use.sha256) = (result.bytes, result.isError, result.sha256)
        use.seconds = RunClock.shared.now - began
        try await journal(.toolUsed(use))
        try await expose(to: kinds, by: tool.fullName)
        return HostReply(result)
    }

    private func usableTools() throws(HostRefusal) -> SessionTools {
        guard let tools = services.tools else {
            throw HostRefusal(
                "not_allowed", "there are no servers of tools here; the user can add one: lathe tools add")
        }
        return tools
    }
}

extension HostReply {
    init(_ result: ToolResult) {
        let value: JSONValue =
            result.value.map { ["result": $0] }
            ?? ["file": .string(result.file ?? ""), "bytes": .integer(result.bytes)]
        self.init(.value(value), file: result.file)
    }

    /// A recorded answer once more, with the file that it named.
    init(recorded answer: HostAnswered) {
        guard let value = answer.value else {
            self = .error(answer.code ?? "unknown", answer.reason ?? "unknown")
            return
        }
        self.init(
            .value(value), file: ["tool_call", "tool_result"].contains(answer.name) ? ToolResult.keptFile(value) : nil)
    }
}

extension HostRefusal {
    init(_ error: ToolError) {
        let code =
            switch error.code {
            case .notAllowed, .changed: "not_allowed"
            case .notDefined, .unknownTool, .badArguments: "invalid_arguments"
            case .cancelled: "cancelled"
            default: "tool_failed"
            }
        self.init(code, error.line)
    }
}
