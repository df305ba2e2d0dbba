/// An input of a session by what tells it from others at a glance: cheap to take, however large the input is.
package struct DataFingerprint: Sendable, Hashable, Codable {
    /// The Python name that it was bound to.
    package var name: String
    /// Of a file, its size; of a folder, of all files in it together. Nil where that could not be found out.
    package var bytes: Int?
    /// Of a file, of its size in decimal, a line break, its first 65,536 bytes and its last 65,536 bytes, which overlap in a small one:
    /// what `(stat -c %s F; head -c 65536 F; tail -c 65536 F) | sha256sum` prints. A change in the middle of a larger file that keeps
    /// its size is not in it.
    ///
    /// Of a folder, of a line `SIZE  PATH` for each file in it, sorted by the bytes of the paths: no content. Nil where it could not
    /// be taken.
    package var endsSHA256: String?

    package init(name: String, bytes: Int? = nil, endsSHA256: String? = nil) {
        self.name = name
        self.bytes = bytes
        self.endsSHA256 = endsSHA256
    }

    package var json: JSONValue {
        var members: [String: JSONValue] = ["name": .string(name)]
        if let bytes { members["bytes"] = .integer(bytes) }
        if let endsSHA256 { members["ends_sha256"] = .string(endsSHA256) }
        return .object(members)
    }

    /// Nil for what has another form.
    package init?(_ value: JSONValue) {
        guard let name = value["name"]?.stringValue else { return nil }
        self.init(name: name, bytes: value["bytes"]?.integerValue, endsSHA256: value["ends_sha256"]?.stringValue)
    }
}
