/// One event of a stream in the form of server-sent events.
struct ServerSentEvent: Sendable, Hashable {
    /// Empty where the stream names no event.
    var name: String
    var data: String
}

/// Puts server-sent events together from pieces that may be split anywhere, also inside a character or a line end.
///
/// Comments, `id` and `retry` are dropped; an event without data is dropped, and so is one that the stream's end cuts.
struct ServerSentEvents: Sendable {
    /// What an event may hold before the stream is refused, in bytes.
    static let limit = 16 << 20

    private var line: [UInt8] = []
    private var name = ""
    private var data: [String] = []
    private var held = 0
    private var endedWithReturn = false
    private var isFirstLine = true

    /// Takes a piece of the stream and returns the events that it completes, in order.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(ProviderFailure) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            switch byte {
            case 0x0A where endedWithReturn: endedWithReturn = false
            case 0x0A, 0x0D:
                endedWithReturn = byte == 0x0D
                if let event = endLine() { events.append(event) }
            default:
                endedWithReturn = false
                line.append(byte)
                held += 1
                guard held <= Self.limit else {
                    throw ProviderFailure(.badReply, "The server sent an event of more than \(Self.limit >> 20) MB.")
                }
            }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        var text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        if isFirstLine, text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        isFirstLine = false
        guard !text.isEmpty else { return endEvent() }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count == 2 ? parts[1] : ""
        if value.hasPrefix(" ") { value.removeFirst() }
        switch parts[0] {
        case "event": name = String(value)
        case "data": data.append(String(value))
        default: break
        }
        return nil
    }

    private mutating func endEvent() -> ServerSentEvent? {
        defer {
            name = ""
            data = []
            held = 0
        }
        return data.isEmpty ? nil : ServerSentEvent(name: name, data: data.joined(separator: "\n"))
    }
}
