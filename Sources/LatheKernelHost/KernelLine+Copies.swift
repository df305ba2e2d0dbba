private import Glibc
internal import LatheVocabulary
internal import LatheWire

/// Copies of a kernel: asked for here, made by the kernel itself, taken over by the template.
extension KernelLine {
    func copy(_ order: CopyOrder) {
        guard copy == nil else { return copiesToCome.append(order) }
        switch phase {
        case .idle, .frozen: break
        case .running where !calls.isEmpty: break
        case .running: return order.fail("the kernel runs a cell")
        case .waiting, .copying, .starting, .saving, .recalling, .examining:
            return order.fail("the kernel is not ready yet")
        case .ended(let end): return order.fail(end.message)
        }
        guard let (copy, descriptors) = line.makePlace(role) else {
            return order.fail("no descriptors are left for a copy (errno \(errno))")
        }
        copy.begin(order, of: self)
        order.handle.assign(copy.number)
        // Code in its origin may have stopped a frozen one.
        if isFrozen { signal(SIGCONT) }
        self.copy = copy.number
        send(Frame(.copy, text: "{}", descriptors: descriptors))
    }

    func inspect(_ continuation: CheckedContinuation<VariableListing?, Never>) {
        switch phase {
        case .idle where inspector == nil, .frozen where inspector == nil:
            inspector = continuation
            send(Frame(.inspect, text: "{}"))
        case .waiting, .copying, .frozen, .starting, .idle, .running, .saving, .recalling, .examining,
            .ended:
            continuation.resume(returning: nil)
        }
    }

    func state(_ frame: Frame) throws(WireError) {
        let payload = try KernelMessages.object(frame)
        guard let waiting = inspector else { throw outOfTurn(frame) }
        inspector = nil
        waiting.resume(returning: KernelMessages.listing(payload["variables"]))
    }

    /// The kernel has copied itself, or says what a copy could not keep.
    func copied(_ frame: Frame) throws(WireError) {
        let payload = try KernelMessages.object(frame)
        guard let number = copy else { throw outOfTurn(frame) }
        copy = nil
        defer { while self.copy == nil, !copiesToCome.isEmpty { self.copy(copiesToCome.removeFirst()) } }
        guard let copy = line.kernel(number) else { return }
        if let process = payload["process"]?.integerValue {
            return line.adopt(copy, origin: self.number, process: process)
        }
        let obstacles = KernelMessages.obstacles(payload["obstacles"])
        guard !obstacles.isEmpty else {
            throw WireError(.malformedPayload, "a `copied` without process or obstacles")
        }
        copy.refuse(obstacles)
    }

    /// Tells who waits for this copy that there will be none.
    private func refuse(_ obstacles: [CopyObstacle]) {
        guard case .copying(let order) = phase else { return }
        order.continuation.resume(returning: .success(.refused(obstacles)))
        dissolve()
    }
}
