internal import LatheVocabulary

extension SessionTools {
    /// The tools that an agent may find: none that a rule forbids, and of its lists only what all of them name.
    func searched(_ unlisted: UnlistedServers, within allowance: ToolAllowance) async -> SearchedTools {
        var tools = await searched(unlisted)
        guard !allowance.lists.isEmpty else { return tools }
        let offered = tools.isOffered
        tools.isOffered = tools.ownNames.indices.map { index in
            (offered?[index] ?? true) && allowance.allows(tools.ownNames[index])
        }
        return tools
    }

    /// The tools that this session may find: none that a rule forbids.
    func searched(_ unlisted: UnlistedServers) async -> SearchedTools {
        var tools = await access.searched(unlisted)
        guard !rules.deny.isEmpty else { return tools }
        let known = offered.withLock { $0 }
        if let known, known.generation == tools.generation, known.isOffered.count == tools.ownNames.count {
            tools.isOffered = known.isOffered
            return tools
        }
        let isOffered = tools.ownNames.map { name in !rules.deny.contains { ToolRules.fits(name, $0) } }
        offered.withLock { $0 = (tools.generation, isOffered) }
        tools.isOffered = isOffered
        return tools
    }
}
