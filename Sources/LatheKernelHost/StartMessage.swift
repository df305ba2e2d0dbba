private import CSandbox
private import Glibc
internal import LatheSandbox
internal import LatheVocabulary
internal import LatheWire

/// The first frame to a kernel: its role, inputs and slices.
enum StartMessage {
    /// `limits` are all that hold for this kernel.
    ///
    /// Throws `.startFailed` where the slices have more files than one frame carries, or no descriptors are left for them.
    static func frame(
        _ start: KernelStart, inputs: [DataInput], paths: KernelPaths, limits: KernelLimits
    ) throws(KernelError) -> Frame {
        let files = start.slices.flatMap(\.slice.references)
        guard files.count <= FrameHeader.maximumDescriptors else {
            let limit = FrameHeader.maximumDescriptors
            throw KernelError(.startFailed, "its slices have \(files.count) files together; at most \(limit)")
        }
        let descriptors = files.map { OwnedDescriptor(fcntl($0.descriptor, F_DUPFD_CLOEXEC, 3)) }
        guard descriptors.allSatisfy({ $0.raw >= 0 }) else {
            throw KernelError(.startFailed, "no descriptors are left for its slices", underlying: errno)
        }
        var payload: [String: JSONValue] = [
            "role": .string(start.role.rawValue), "name": .string(start.place.description),
            "inputs": .array(start.bindsInputs && start.role == .session ? listed(inputs, paths) : []),
            "slices": .array(listed(start.slices.map(\.slice))), "limits": limits.json,
        ]
        if !start.savedInputs.isEmpty {
            payload["saved_inputs"] = .array(start.savedInputs.sorted().map(JSONValue.string))
        }
        if let agent = start.agent { payload["agent"] = .string(agent) }
        if let returns = start.returns { payload["returns"] = returns }
        return Frame(.start, text: JSONValue.object(payload).text, descriptors: descriptors)
    }

    private static func listed(_ inputs: [DataInput], _ paths: KernelPaths) -> [JSONValue] {
        inputs.enumerated().map { index, input in
            [
                "name": .string(input.name), "format": .string(input.format.rawValue),
                "path": .string(paths.input(index, hostPath: input.path)),
            ]
        }
    }

    /// Slices with the places of their files among this frame's descriptors.
    private static func listed(_ slices: [BoundSlice]) -> [JSONValue] {
        var next = 0
        return slices.map { slice in
            var manifest = slice.manifest.objectValue ?? [:]
            manifest["descriptors"] = .array((next..<next + slice.references.count).map(JSONValue.integer))
            next += slice.references.count
            return ["name": .string(slice.name), "manifest": .object(manifest)]
        }
    }
}
