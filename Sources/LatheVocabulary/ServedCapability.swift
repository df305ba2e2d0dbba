/// A capability as it is given to a kernel: the very bytes whose hash was checked.
package struct ServedCapability: Sendable, Hashable {
    package var kind: Capability.Kind
    package var name: String
    package var version: Int
    package var status: Capability.Status
    /// Relative to the library's folder.
    package var path: String
    /// Of the source below the block, as pins and the journal know it.
    package var sha256: String
    /// The whole text of the file.
    package var source: String

    package init(
        kind: Capability.Kind, name: String, version: Int, status: Capability.Status, path: String, sha256: String,
        source: String
    ) {
        self.kind = kind
        self.name = name
        self.version = version
        self.status = status
        self.path = path
        self.sha256 = sha256
        self.source = source
    }
}

extension ServedCapability {
    /// Whether it comes with lathe.
    package var isBuiltIn: Bool { path.hasPrefix("built-in/") }

    /// As it travels to a kernel and lies in the journal.
    package var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "name": .string(name), "version": .integer(version),
            "status": .string(status.rawValue), "path": .string(path), "sha256": .string(sha256),
            "source": .string(source),
        ]
    }

    /// Reads it back from a journal; nil where the value is something else.
    package init?(_ value: JSONValue) {
        guard let kind = value["kind"]?.stringValue.flatMap(Capability.Kind.init(rawValue:)),
            let name = value["name"]?.stringValue, let version = value["version"]?.integerValue,
            let status = value["status"]?.stringValue.flatMap(Capability.Status.init(rawValue:)),
            let path = value["path"]?.stringValue, let sha256 = value["sha256"]?.stringValue,
            let source = value["source"]?.stringValue
        else { return nil }
        self.init(
            kind: kind, name: name, version: version, status: status, path: path, sha256: sha256, source: source)
    }
}
