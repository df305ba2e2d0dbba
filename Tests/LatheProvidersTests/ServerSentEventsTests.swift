import Testing

@testable import LatheProviders

@Suite struct ServerSentEventsTests {
    private let stream =
        "\u{FEFF}: hello\r\nevent: a\r\ndata: eins\r\ndata: zwei – ünd\r\n\r\nid: 4\n\ndata:drei\r\rdata: cut"
    private let events = [
        ServerSentEvent(name: "a", data: "eins\nzwei – ünd"), ServerSentEvent(name: "", data: "drei"),
    ]

    @Test func `events are the same wherever the stream is split`() throws {
        let bytes = Array(stream.utf8)
        for size in 1...bytes.count {
            var parser = ServerSentEvents()
            var seen: [ServerSentEvent] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                seen += try parser.take(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(seen == events, "pieces of \(size)")
        }
    }

    @Test func `an endless event is refused`() {
        var parser = ServerSentEvents()
        #expect(throws: ProviderFailure.self) {
            let piece = [UInt8](repeating: 0x61, count: 1 << 20)
            for _ in 0..<17 { _ = try parser.take(piece) }
        }
    }

    @Test func `code is shown as it grows inside its JSON, split anywhere`() {
        let arguments = #"{"code": "print(\"café\")\n# \ud83d\ude00 \\ \u00e9\t\/"}"#
        let code = "print(\"café\")\n# 😀 \\ é\t/"
        for size in 1...arguments.count {
            var view = PartialCode()
            var seen = ""
            var rest = arguments[...]
            while !rest.isEmpty {
                seen += view.take(String(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(seen == code, "pieces of \(size)")
        }
    }
}
