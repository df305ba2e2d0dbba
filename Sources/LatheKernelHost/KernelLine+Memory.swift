private import CSandbox
private import Glibc
internal import LatheVocabulary
internal import LatheWire

/// Saving a kernel's memory, and taking it up in another.
extension KernelLine {
    /// A copy that has run nothing, or an idle kernel, writes its memory to a pipe.
    func save(_ order: SaveOrder, to pipe: OwnedDescriptor) {
        switch phase {
        case .idle, .frozen: break
        case .ended(let end): return order.fail(end.message)
        case .waiting, .copying, .starting, .running, .saving, .recalling, .examining:
            return order.fail("the kernel is not idle")
        }
        // Code in its origin may have stopped a frozen one.
        if isFrozen { signal(SIGCONT) }
        let known = order.known.map { part -> JSONValue in
            ["sha256": .string(part.sha256), "bytes": .integer(part.bytes)]
        }
        phase = .saving(order)
        alarm = (.now + Self.longestSave, .kill(.violation("it took longer than an hour to save its memory")))
        let payload: JSONValue = ["parts": .array(known)]
        send(Frame(.save, text: payload.text, descriptors: [pipe]))
    }

    private static let longestSave = Duration.seconds(3600)
    private static let longestRecall = Duration.seconds(600)

    func saved(_ frame: Frame) throws(WireError) {
        let payload = try KernelMessages.object(frame)
        guard case .saving(let order) = phase else { throw outOfTurn(frame) }
        phase = .idle
        if sentence == nil { alarm = nil }
        order.continuation.resume(returning: .success(payload))
    }

    /// Hands the parts in, as many at a time as a frame carries; the last frame says where the index is.
    func recall(_ order: RecallOrder) {
        guard case .idle = phase, lastGiven == 0 else { return order.fail("the kernel has run cells already") }
        var frames: [Frame] = []
        let files = order.memory.files
        for start in stride(from: 0, to: files.count, by: FrameHeader.maximumDescriptors) {
            let chosen = start..<min(start + FrameHeader.maximumDescriptors, files.count)
            let descriptors = files[chosen].compactMap { line.given.again($0.descriptor) }
            guard descriptors.count == chosen.count else { return order.fail("no descriptors are left") }
            var payload: [String: JSONValue] = ["parts": .array(chosen.map(JSONValue.integer))]
            if chosen.upperBound == files.count {
                payload["index"] = .integer(order.memory.save.index)
                payload["cells"] = .array(order.memory.cells.map { [.integer($0.number), .string($0.code)] })
                payload["pure"] = .array(order.memory.pure.sorted().map(JSONValue.integer))
            }
            frames.append(Frame(.restore, text: JSONValue.object(payload).text, descriptors: descriptors))
        }
        guard !frames.isEmpty else { return order.fail("the save has no parts") }
        phase = .recalling(order)
        alarm = (.now + Self.longestRecall, .kill(.violation("it took longer than ten minutes to take up its memory")))
        for frame in frames { send(frame) }
    }

    func restored(_ frame: Frame) throws(WireError) {
        let payload = try KernelMessages.object(frame)
        guard case .recalling(let order) = phase else { throw outOfTurn(frame) }
        drain()
        phase = .idle
        if sentence == nil { alarm = nil }
        order.continuation.resume(returning: .success(payload))
    }
}
