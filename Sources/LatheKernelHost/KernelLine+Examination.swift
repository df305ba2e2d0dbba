internal import Foundation
internal import LatheVocabulary
internal import LatheWire

/// Running a proposal in a kernel that holds nothing else.
extension KernelLine {
    /// What the kernel needs to come to an end of itself, beyond the time that its parts were given.
    private static let grace = Duration.seconds(15)

    func examine(_ order: ExaminationOrder) {
        guard case .idle = phase, lastGiven == 0 else {
            return order.fail(end?.message ?? "the kernel has run cells already")
        }
        let (proposal, seconds) = (order.examination.proposal, order.examination.seconds)
        let payload: JSONValue = [
            "kind": .string(proposal.kind.rawValue), "name": .string(proposal.name),
            "source": .string(proposal.source), "tests": .string(proposal.tests),
            "fixtures": Self.encoded(proposal.fixtures), "earlier": proposal.earlier.flatMap(Self.encoded) ?? .null,
            "seconds": .number(seconds), "mutants": .integer(order.examination.mutants),
        ]
        lastGiven = .max
        phase = .examining(order)
        alarm = (
            .now + .seconds(seconds) + Self.grace, .kill(.violation("it did not come to an end in \(Int(seconds)) s"))
        )
        send(Frame(.examine, text: payload.text))
    }

    /// Null where there is nothing that could be run.
    private static func encoded(_ earlier: EarlierTests) -> JSONValue? {
        guard earlier.problem == nil else { return nil }
        return ["tests": .string(earlier.tests), "fixtures": encoded(earlier.fixtures)]
    }

    private static func encoded(_ fixtures: [String: [UInt8]]) -> JSONValue {
        .object(fixtures.mapValues { .string(Data($0).base64EncodedString()) })
    }

    func examined(_ frame: Frame) throws(WireError) {
        let payload = try KernelMessages.object(frame)
        guard case .examining(let order) = phase else { throw outOfTurn(frame) }
        drain()
        phase = .idle
        if sentence == nil { alarm = nil }
        order.continuation.resume(returning: .success(payload))
    }
}
