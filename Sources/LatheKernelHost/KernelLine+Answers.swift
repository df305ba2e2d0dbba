private import Glibc
internal import LatheVocabulary
internal import LatheWire

/// What a kernel says of its start and its cells.
extension KernelLine {
    func started(_ frame: Frame) throws(WireError) {
        let payload = try KernelMessages.object(frame)
        guard case .starting(let order) = phase else { throw outOfTurn(frame) }
        read(limit: Self.drainLimit)
        var message = KernelMessages.Started(payload)
        if startArtifacts > 0 { message.problems.append("\(startArtifacts) files made while it started were not kept") }
        phase = .idle
        if sentence == nil { alarm = nil }
        order.continuation.resume(returning: .success(message))
    }

    func finished(_ frame: Frame) throws(WireError) {
        guard let message = KernelMessages.Finished(try KernelMessages.object(frame)) else {
            throw WireError(.malformedPayload, "a `finished` without cell or status")
        }
        drain()
        guard case .running(let run) = phase, run.order.cell.number == message.cell else { throw outOfTurn(frame) }
        phase = .idle
        lastFinished = message.cell
        if sentence == nil { alarm = nil }
        for call in calls.values { call.cancel() }
        calls = [:]
        run.order.continuation.resume(returning: run.result(message))
    }

    func artifact(_ frame: Frame) throws(WireError) {
        let payload = try KernelMessages.object(frame)
        guard frame.descriptors.count == 1 else { throw WireError(.missingDescriptors, "an artifact has one file") }
        switch phase {
        case .running(let run): run.keep(frame, payload)
        case .starting: startArtifacts += 1
        case .waiting, .copying, .frozen, .idle, .saving, .recalling, .examining, .ended: throw outOfTurn(frame)
        }
    }

    func outOfTurn(_ frame: Frame) -> WireError {
        WireError(.outOfTurn, "`\(frame.kind)` when nothing asked for it")
    }
}
