/// Where a tool comes from, as far as it matters to a decision about calling it.
package struct ToolSource: Sendable, Hashable {
    /// SHA-256 of the definitions of the server and of the tool, as the user allowed them: another one is another tool.
    package var definition: String
    /// Whether its server is at an address: arguments leave the machine.
    package var isRemote: Bool
    /// Whether its server is given headers or a login of the user's, and so may know the user.
    package var hasCredentials: Bool
    /// Whether it is a Python file of the project, which the user allowed with its whole text.
    package var isOwn: Bool

    package init(definition: String, isRemote: Bool, hasCredentials: Bool, isOwn: Bool = false) {
        self.isOwn = isOwn
        self.definition = definition
        self.isRemote = isRemote
        self.hasCredentials = hasCredentials
    }
}

extension ToolDefinition {
    package var fullName: String { "\(server)/\(name)" }

    /// Whether a call may carry data out: all may, but those of a program on this machine that by its own claim only read and
    /// reach nothing beyond it.
    package func isWayOut(_ source: ToolSource) -> Bool {
        source.isRemote || isReadOnly != true || isOpenWorld
    }

    /// What whoever reads its answer has read, where no rule says otherwise. A file of the user's own tells words of others only
    /// where it says that it reaches out; any other program where it does not deny it. Of a resource a server says nothing of the
    /// kind: what is in it, anybody may have written.
    package func exposes(_ source: ToolSource) -> [Exposure.Kind] {
        let isPrivate = !source.isRemote || source.hasCredentials
        let claim = resourceURI == nil ? json["annotations"]?["openWorldHint"]?.boolValue : nil
        let isUntrusted = source.isRemote || (claim ?? !source.isOwn)
        var kinds: [Exposure.Kind] = isPrivate ? [.private] : []
        if isUntrusted { kinds.append(.untrusted) }
        return kinds
    }
}
