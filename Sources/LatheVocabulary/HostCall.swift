/// A blocking call from code in a kernel to the engine, as it came: untrusted.
package struct HostCall: Sendable {
    package var name: String
    package var arguments: JSONValue
    /// Memory files that came along, in the order in which manifests name them.
    package var slices: [SliceReference]

    package init(name: String, arguments: JSONValue, slices: [SliceReference] = []) {
        self.name = name
        self.arguments = arguments
        self.slices = slices
    }
}

/// The engine's answer to a host call.
package struct HostReply: Sendable {
    package enum Outcome: Sendable, Hashable {
        case value(JSONValue)
        case error(code: String, reason: String)
    }

    package var outcome: Outcome
    /// A file of the session's folder whose content is handed over read-only, relative to that folder.
    package var file: String?
    /// A memory file that is handed over: to write into until it is sealed, to read from then on.
    package var data: DataFile?

    package init(_ outcome: Outcome, file: String? = nil, data: DataFile? = nil) {
        self.outcome = outcome
        self.file = file
        self.data = data
    }

    package static func value(_ value: JSONValue) -> HostReply { HostReply(.value(value)) }

    package static func error(_ code: String, _ reason: String) -> HostReply {
        HostReply(.error(code: code, reason: reason))
    }
}

/// A sealed memory file with data that is handed from one kernel to another; the host owns it.
///
/// The descriptor is closed when the last reference goes. What is in it is never read by the host.
package final class SliceReference: Sendable {
    package let descriptor: Int32
    private let close: @Sendable (Int32) -> Void

    /// Takes over `descriptor`; `close` is called once with it, on the thread that drops the last reference.
    package init(descriptor: Int32, close: @escaping @Sendable (Int32) -> Void) {
        self.descriptor = descriptor
        self.close = close
    }

    deinit { close(descriptor) }
}

/// A slice with the name it gets in a kernel and what its maker wrote of its layout.
package struct BoundSlice: Sendable {
    package var name: String
    /// Opaque to the host but for `descriptors`, which is renumbered by the kernel host.
    package var manifest: JSONValue
    /// The slice's files, in the manifest's order. Several slices may share one.
    package var references: [SliceReference]

    package static let maximumFiles = 120

    package init(name: String, manifest: JSONValue, references: [SliceReference]) {
        self.name = name
        self.manifest = manifest
        self.references = references
    }

    /// Finds a slice's files among those that came along with a call; nil where the manifest, which is untrusted, names
    /// none, too many, or one that did not come.
    package init?(name: String, manifest: JSONValue, among files: [SliceReference]) {
        guard let named = manifest["descriptors"]?.arrayValue, (1...Self.maximumFiles).contains(named.count) else {
            return nil
        }
        var references: [SliceReference] = []
        for index in named {
            guard let index = index.integerValue, files.indices.contains(index) else { return nil }
            references.append(files[index])
        }
        self.init(name: name, manifest: manifest, references: references)
    }
}
