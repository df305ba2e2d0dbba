private import CSandbox
private import Glibc
internal import LatheSandbox
internal import LatheVocabulary
internal import LatheWire

/// The first frame to a kernel: its role, inputs and slices.
enum StartMessage {
    /// `limits` are all that hold for this kernel.
    static func frame(_ start: KernelStart, inputs: [DataInput], limits: KernelLimits) -> Frame {
        var payload: [String: JSONValue] = [
            "role": .string(start.role.rawValue), "name": .string(start.place.description),
            "inputs": .array(start.bindsInputs && start.role == .session ? listed(inputs) : []),
            "slices": .array(start.slices.enumerated().map { listed($0, $1.slice) }), "limits": limits.json,
        ]
        if let agent = start.agent { payload["agent"] = .string(agent) }
        let descriptors = start.slices.map { OwnedDescriptor(fcntl($0.slice.reference.descriptor, F_DUPFD_CLOEXEC, 3)) }
        return Frame(.start, text: JSONValue.object(payload).text, descriptors: descriptors)
    }

    private static func listed(_ inputs: [DataInput]) -> [JSONValue] {
        inputs.enumerated().map { index, input in
            [
                "name": .string(input.name), "format": .string(input.format.rawValue),
                "path": .string(SandboxLayout.input(index, hostPath: input.path)),
            ]
        }
    }

    /// A slice with its place among this frame's descriptors.
    private static func listed(_ index: Int, _ slice: BoundSlice) -> JSONValue {
        var manifest = slice.manifest.objectValue ?? [:]
        manifest["descriptor"] = .integer(index)
        return ["name": .string(slice.name), "manifest": .object(manifest)]
    }
}
