/// Which tools code may call: patterns of `SERVER/TOOL`, in which `*` stands for any characters.
///
/// What a rule forbids is forbidden whatever another allows, and what is to be asked is asked; a tool that no rule names may be
/// called where its server says that it only reads and reaches nothing beyond itself, and is asked for otherwise: what reaches
/// out can carry data out in its arguments.
package struct ToolRules: Sendable, Hashable {
    package enum Decision: Sendable, Hashable {
        case allowed(ToolUse.Ground)
        case asked
        /// By this pattern.
        case denied(String)
    }

    package var allow: [String]
    package var ask: [String]
    package var deny: [String]

    package init(allow: [String] = [], ask: [String] = [], deny: [String] = []) {
        self.allow = allow
        self.ask = ask
        self.deny = deny
    }

    package func decision(on tool: ToolDefinition) -> Decision {
        let name = "\(tool.server)/\(tool.name)"
        if let pattern = deny.first(where: { Self.fits(name, $0) }) { return .denied(pattern) }
        if ask.contains(where: { Self.fits(name, $0) }) { return .asked }
        if allow.contains(where: { Self.fits(name, $0) }) { return .allowed(.rule) }
        return tool.isReadOnly == true && tool.isOpenWorld == false ? .allowed(.claim) : .asked
    }

    /// Whether a name fits a pattern as a whole.
    package static func fits(_ name: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return name == pattern }
        guard name.hasPrefix(first), name.dropFirst(first.count).hasSuffix(last) else { return false }
        var rest = name.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = rest.firstRange(of: part) else { return false }
            rest = rest[place.upperBound...]
        }
        return true
    }
}
