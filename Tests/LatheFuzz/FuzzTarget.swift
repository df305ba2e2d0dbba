internal import Glibc

/// What a fuzzing run feeds; `LATHE_FUZZ_TARGET` names one.
enum FuzzTarget: String, CaseIterable {
    /// The decoder of frames, in pieces and whole.
    case frames
    /// Both ends of a socket, with descriptors.
    case sockets
    /// What a kernel says, as lathe reads it.
    case messages
    /// The one parser of JSON.
    case json

    /// Read once: the environment does not change.
    static let chosen: FuzzTarget = {
        guard let name = getenv("LATHE_FUZZ_TARGET").map({ String(cString: $0) }), let target = Self(rawValue: name)
        else {
            let names = allCases.map(\.rawValue).joined(separator: ", ")
            let words = "set LATHE_FUZZ_TARGET to one of \(names); scripts/fuzz does\n"
            _ = write(STDERR_FILENO, words, words.utf8.count)
            exit(2)
        }
        return target
    }()

    func run(_ input: [UInt8]) {
        switch self {
        case .frames: FrameFuzz.run(input)
        case .sockets: SocketFuzz.run(input)
        case .messages: MessageFuzz.run(input)
        case .json: JSONFuzz.run(input)
        }
    }
}

/// Called by libFuzzer with one input after the other; what must not be ends the process.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
