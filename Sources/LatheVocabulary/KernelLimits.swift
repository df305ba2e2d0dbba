/// Limits of kernels by name: bytes, seconds and counts as whole numbers. What is not in it is not said.
package struct KernelLimits: Sendable, Hashable {
    private var values: [KernelLimit: Int] = [:]

    package init() {}

    package init(_ values: [KernelLimit: Int]) { self.values = values }

    package subscript(_ limit: KernelLimit) -> Int? {
        get { values[limit] }
        set { values[limit] = newValue }
    }

    package var isEmpty: Bool { values.isEmpty }

    /// What is said, in the order of the names.
    package var all: [(limit: KernelLimit, value: Int)] {
        KernelLimit.allCases.compactMap { limit in values[limit].map { (limit, $0) } }
    }

    /// These limits where they say something, else those of `other`.
    package func over(_ other: KernelLimits) -> KernelLimits {
        KernelLimits(other.values.merging(values) { $1 })
    }

    /// The first limit that asks for more than `bound` allows, as a sentence with the bound; nil where all fit.
    package func excess(over bound: KernelLimits) -> String? {
        for (limit, value) in all {
            guard let most = bound[limit], value > most else { continue }
            return "limit \(limit.rawValue): \(limit.text(value)) is more than the \(limit.text(most)) of the kernel "
                + "that asks; ask for at most that. For the session, \(limit.mend)"
        }
        return nil
    }

    /// Such as `memory=8GB cell=10min`.
    package var text: String { all.map { "\($0.limit.rawValue)=\($0.limit.text($0.value))" }.joined(separator: " ") }

    /// As numbers, for a kernel.
    package var json: JSONValue {
        .object([String: JSONValue](uniqueKeysWithValues: all.map { ($0.limit.rawValue, .integer($0.value)) }))
    }
}

extension KernelLimits: Codable {
    package init(from decoder: any Decoder) throws {
        for (name, value) in try decoder.singleValueContainer().decode([String: Int].self) {
            if let limit = KernelLimit(rawValue: name) { values[limit] = value }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode([String: Int](uniqueKeysWithValues: all.map { ($0.limit.rawValue, $0.value) }))
    }
}
