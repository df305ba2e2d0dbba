/// Tokens that a model call used, as its provider reports them.
///
/// `input` is what was read at full price: cached tokens are counted beside it, never in it.
package struct Usage: Sendable, Hashable, Codable {
    package var input: Int
    package var output: Int
    package var cacheRead: Int
    package var cacheWrite: Int
    /// True where the provider reported nothing and the figures are our own estimate.
    package var isEstimated: Bool

    package init(input: Int = 0, output: Int = 0, cacheRead: Int = 0, cacheWrite: Int = 0, isEstimated: Bool = false) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
        self.isEstimated = isEstimated
    }

    package var total: Int { input + output + cacheRead + cacheWrite }

    package static func - (left: Usage, right: Usage) -> Usage {
        Usage(
            input: left.input - right.input,
            output: left.output - right.output,
            cacheRead: left.cacheRead - right.cacheRead,
            cacheWrite: left.cacheWrite - right.cacheWrite,
            isEstimated: left.isEstimated
        )
    }

    package static func + (left: Usage, right: Usage) -> Usage {
        Usage(
            input: left.input + right.input,
            output: left.output + right.output,
            cacheRead: left.cacheRead + right.cacheRead,
            cacheWrite: left.cacheWrite + right.cacheWrite,
            isEstimated: left.isEstimated || right.isEstimated
        )
    }
}

/// What something cost, in millionths of a US dollar; a whole number, so that sums are exact.
package enum Cost: Sendable, Hashable, Codable {
    case microdollars(Int)
    /// No price is known for a model that was used; never shown as zero.
    case unknown

    package static let none = Cost.microdollars(0)

    package static func + (left: Cost, right: Cost) -> Cost {
        guard case .microdollars(let first) = left, case .microdollars(let second) = right else { return .unknown }
        return .microdollars(first + second)
    }
}
