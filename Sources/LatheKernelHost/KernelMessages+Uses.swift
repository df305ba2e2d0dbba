internal import LatheVocabulary

extension KernelMessages {
    /// The most that a cell may say, as docs/kernel-protocol.md has it.
    private static let (mostUses, mostErrors, mostCalls, mostSeconds) = (200, 6, 1 << 40, 1e9)

    /// Uses of capabilities, as far as their numbers agree; nil where there are none. What does not agree is left out.
    static func uses(_ value: JSONValue?) -> [CapabilityUse]? {
        var seen: Set<CapabilityUse.Subject> = []
        let uses = (value?.arrayValue ?? []).prefix(mostUses).compactMap(use).filter {
            seen.insert($0.subject).inserted
        }
        return uses.isEmpty ? nil : uses
    }

    private static func use(_ value: JSONValue) -> CapabilityUse? {
        guard let kind = value["kind"]?.stringValue.flatMap(Capability.Kind.init(rawValue:)),
            let name = value["name"]?.stringValue, name.utf8.count <= 64,
            let sha256 = value["sha256"]?.stringValue, sha256.utf8.count <= 64,
            let calls = count(value["calls"]), let excused = count(value["excused"]),
            let failures = count(value["failures"]), calls > 0, excused + failures <= calls,
            let seconds = time(value["seconds"]), let longest = time(value["longest"]), longest <= seconds,
            let errors = errors(value["errors"], of: failures)
        else { return nil }
        return CapabilityUse(
            kind: kind, name: name, sha256: sha256, calls: calls, excused: excused, failures: failures,
            errors: errors, seconds: seconds, longest: longest)
    }

    private static func count(_ value: JSONValue?) -> Int? {
        value?.integerValue.flatMap { (0...mostCalls).contains($0) ? $0 : nil }
    }

    private static func time(_ value: JSONValue?) -> Double? {
        value?.numberValue.flatMap { (0...mostSeconds).contains($0) ? $0 : nil }
    }

    private static func errors(_ value: JSONValue?, of failures: Int) -> [String: Int]? {
        guard let members = value?.objectValue, members.count <= mostErrors else { return nil }
        var errors: [String: Int] = [:]
        for (name, value) in members {
            guard let count = count(value), name.unicodeScalars.count <= 60 else { return nil }
            errors[name] = count
        }
        return errors.values.reduce(0, +) == failures ? errors : nil
    }
}
