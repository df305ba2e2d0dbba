internal import LatheVocabulary

/// What a server has to read, as far as code of an agent may read it: what no rule denies and the agent's lists name, by the name
/// `resource:URI` under which it would be read.
struct ListedResources: Sendable {
    let offered: OfferedResources
    /// What whoever sees the list has read: its names and addresses are the server's words, as what is behind them would be.
    let exposure: [Exposure.Kind]
    /// Why there is nothing to see where the server has something; nil otherwise.
    let refusal: HostRefusal?

    init(_ all: OfferedResources, _ tools: SessionTools, _ allowance: ToolAllowance) throws(ToolError) {
        let resources = all.resources.map { Self.definition($0, "uri", of: all.server) }
        let templates = all.templates.map { Self.definition($0, "uriTemplate", of: all.server) }
        func mayBeSeen(_ tool: ToolDefinition) -> Bool {
            if case .denied = tools.rules.decision(on: tool) { return false }
            return allowance.allows(tool.server, tool.name)
        }
        var offered = all
        offered.resources = zip(all.resources, resources).filter { mayBeSeen($0.1) }.map(\.0)
        offered.templates = zip(all.templates, templates).filter { mayBeSeen($0.1) }.map(\.0)
        let seen = (resources + templates).filter(mayBeSeen)
        self.offered = offered
        var kinds: Set<Exposure.Kind> = []
        if let first = seen.first {
            let source = try tools.access.source(of: first)
            for tool in seen { kinds.formUnion(tools.exposure(by: tool, source)) }
        }
        exposure = Exposure.Kind.allCases.filter(kinds.contains)
        let isEmpty = seen.isEmpty && (!resources.isEmpty || !allowance.names(all.server))
        refusal = isEmpty ? Self.refusal(all.server, (resources + templates).first, tools, allowance) : nil
    }

    private static func definition(_ item: JSONValue, _ address: String, of server: String) -> ToolDefinition {
        ToolDefinition(resource: item[address]?.stringValue ?? "", of: server, isListed: true)
    }

    private static func refusal(
        _ server: String, _ first: ToolDefinition?, _ tools: SessionTools, _ allowance: ToolAllowance
    ) -> HostRefusal {
        if let first, case .denied(let pattern) = tools.rules.decision(on: first) {
            return HostRefusal(
                "not_allowed",
                "the resources of \(server) are denied by \"\(pattern)\" in lathe.json; the user alone can change that")
        }
        do throws(HostRefusal) {
            try allowance.require(server, first?.name ?? ToolDefinition.resourcePrefix + "*")
        } catch {
            return error
        }
        return HostRefusal("not_allowed", "the resources of \(server) are not for this agent")
    }
}
