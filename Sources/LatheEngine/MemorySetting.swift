package import LatheVocabulary

/// `memory.save` of lathe.json: whether the working memory is saved, and how much one save may write.
package enum MemorySetting: Sendable, Hashable {
    case off
    /// As much as a session may have on disk.
    case on
    case upTo(Int)

    /// `true`, `false`, or a size such as "5GB".
    package init(_ value: JSONValue) throws(LimitProblem) {
        switch value {
        case .bool(let isOn): self = isOn ? .on : .off
        default:
            let limits = try KernelLimits(["disk": value], for: .user)
            self = limits[.disk].map(MemorySetting.upTo) ?? .on
        }
    }

    /// Nil where nothing is saved.
    package func bytes(upTo disk: Int) -> Int? {
        switch self {
        case .off: nil
        case .on: disk
        case .upTo(let bytes): min(bytes, disk)
        }
    }
}
