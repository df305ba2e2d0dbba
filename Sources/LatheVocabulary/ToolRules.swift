/// Which tools code may call: patterns of `SERVER/TOOL`, in which `*` stands for any characters.
///
/// What a rule forbids is forbidden whatever another allows, and what is to be asked is asked; a tool that no rule names may be
/// called where its server says that it only reads and reaches nothing beyond itself, and is asked for otherwise: what reaches
/// out can carry data out in its arguments.
package struct ToolRules: Sendable, Hashable {
    package enum Decision: Sendable, Hashable {
        case allowed(ToolUse.Ground)
        /// By this pattern; nil where no rule names it.
        case asked(String?)
        /// By this pattern.
        case denied(String)
    }

    package var allow: [String]
    package var ask: [String]
    package var deny: [String]
    /// Tools whose results count as words of others whatever else is said of them; and such as never do.
    package var untrusted: [String]
    package var trusted: [String]
    /// Tools that are decided on as ever by code that has read what others wrote.
    package var allowExposed: [String]

    package init(
        allow: [String] = [], ask: [String] = [], deny: [String] = [], untrusted: [String] = [],
        trusted: [String] = [], allowExposed: [String] = []
    ) {
        self.untrusted = untrusted
        self.allow = allow
        self.ask = ask
        self.deny = deny
        self.trusted = trusted
        self.allowExposed = allowExposed
    }

    /// What whoever reads the answer of a tool has read.
    package func exposure(by tool: ToolDefinition, _ source: ToolSource) -> [Exposure.Kind] {
        func isNamed(_ patterns: [String]) -> Bool { patterns.contains { Self.fits(tool.fullName, $0) } }
        let kinds = tool.exposes(source).filter { $0 != .untrusted || !isNamed(trusted) }
        return isNamed(untrusted) && !kinds.contains(.untrusted) ? kinds + [.untrusted] : kinds
    }

    /// Whether code that has read what others wrote has to ask for a tool whatever else allows it.
    package func guards(_ tool: ToolDefinition, _ source: ToolSource) -> Bool {
        tool.isWayOut(source) && !allowExposed.contains { Self.fits(tool.fullName, $0) }
    }

    package func decision(on tool: ToolDefinition) -> Decision {
        let name = "\(tool.server)/\(tool.name)"
        if let pattern = deny.first(where: { Self.fits(name, $0) }) { return .denied(pattern) }
        if let pattern = ask.first(where: { Self.fits(name, $0) }) { return .asked(pattern) }
        if allow.contains(where: { Self.fits(name, $0) }) { return .allowed(.rule) }
        return tool.isReadOnly == true && tool.isOpenWorld == false ? .allowed(.claim) : .asked(nil)
    }

    /// Whether a text can be a pattern: `SERVER/TOOL`, both of which say something, on one line of at most 300 characters.
    package static func isPattern(_ text: String) -> Bool {
        guard text.count <= 300, let mark = text.firstIndex(of: "/") else { return false }
        return mark != text.startIndex && text.index(after: mark) != text.endIndex
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && !(0x7F...0x9F).contains($0.value) }
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
