private import CSandbox
private import Glibc
internal import LatheVocabulary
internal import LatheWire

/// A kernel's host calls: checked, handed to the engine in a task of their own, and answered by number.
extension KernelLine {
    func call(_ frame: Frame) throws(WireError) {
        let payload = try KernelMessages.object(frame)
        guard isAnswering, let hostCall, let name = payload["name"]?.stringValue else { throw outOfTurn(frame) }
        guard calls[frame.call] == nil, calls.count < Self.maximumCalls, frame.call != 0 else {
            throw WireError(.outOfTurn, "a host call with a number that is taken, or too many at once")
        }
        let slices = frame.descriptors.map { owned in
            SliceReference(descriptor: owned.release()) { _ = close($0) }
        }
        guard slices.allSatisfy({ lathe_is_sealed($0.descriptor) }) else {
            return reply(frame.call, .error("invalid_arguments", "a slice must be a sealed memory file"))
        }
        line.keep(slices)
        let request = HostCall(name: name, arguments: payload["arguments"] ?? [:], slices: slices)
        let (loop, number, id) = (line.loop, number, frame.call)
        calls[id] = Task {
            let answer = await hostCall(request)
            _ = loop.submit { $0.kernel(number)?.answer(id, answer) }
        }
    }

    private func answer(_ id: UInt64, _ reply: HostReply) {
        guard calls.removeValue(forKey: id) != nil else { return }
        self.reply(id, reply)
    }

    private func reply(_ id: UInt64, _ reply: HostReply) {
        var payload: JSONValue
        switch reply.outcome {
        case .value(let value): payload = ["value": value]
        case .error(let code, let reason): payload = ["error": ["code": .string(code), "reason": .string(reason)]]
        }
        var descriptors: [OwnedDescriptor] = []
        if let file = reply.file {
            if let opened = line.given.open(file) {
                descriptors = [opened]
            } else {
                payload = ["error": ["code": "limit", "reason": .string("the file \(file) is no longer there")]]
            }
        }
        if let data = reply.data {
            let passed = fcntl(data.descriptor, F_DUPFD_CLOEXEC, 3)
            if passed >= 0 {
                descriptors.append(OwnedDescriptor(passed))
            } else {
                payload = ["error": ["code": "limit", "reason": "no descriptors are left for the data"]]
            }
        }
        send(Frame(.reply, call: id, text: payload.text, descriptors: descriptors))
    }
}
