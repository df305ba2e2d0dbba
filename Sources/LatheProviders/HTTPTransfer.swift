import CCurl
import Foundation
import Synchronization

/// One exchange by libcurl, on a thread of its own that sleeps while nothing comes.
///
/// Foundation's URLSession is not used: on Linux it never lets go of a connection's wait for being writable (Swift 6.3), so that
/// a processor is busy for as long as a reply is awaited.
final class HTTPTransfer: Sendable {
    /// What is sent, where to.
    struct Request: Sendable {
        var method: String
        var url: URL
        var headers: [String: String]
        var body: [UInt8]?
    }

    private struct State {
        var isCancelled = false
        /// While the transfer runs, the address of what wakes its thread.
        var handles: UInt?
    }

    /// Sleeps until something happens to a transfer; 0, or libcurl's number of what went wrong.
    typealias Wait = @Sendable (_ handles: UnsafeMutableRawPointer) -> Int

    private let request: Request
    private let wait: Wait
    private let state = Mutex(State())

    /// A stack that libcurl and a TLS library are content with.
    private static let stack = 1 << 20
    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init(
        _ request: Request, wait: @escaping Wait = { Int(curl_multi_poll($0, nil, 0, 60_000, nil).rawValue) }
    ) {
        self.request = request
        self.wait = wait
    }

    /// Begins, and tells the exchange what comes, at last that it ended.
    func start(_ exchange: HTTPExchange) {
        let thread = Thread { [self] in exchange.ended(run(exchange)) }
        thread.stackSize = Self.stack
        thread.name = "http"
        thread.start()
    }

    /// Ends the transfer at once; nothing happens where it is over.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            if let handles = state.handles { curl_multi_wakeup(UnsafeMutableRawPointer(bitPattern: handles)) }
        }
    }

    /// Runs the transfer to its end; nil where the whole of an answer came, or the connection was closed without one.
    ///
    /// What libcurl only points to is freed after its handles: their end may still write words, and call the sinks.
    private func run(_ exchange: HTTPExchange) -> String? {
        guard Self.isReady else { return "libcurl does not start" }
        let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        defer { words.deallocate() }
        var lines: UnsafeMutablePointer<curl_slist>?
        for line in headerLines { lines = curl_slist_append(lines, line) }
        defer { curl_slist_free_all(lines) }
        let reader = HTTPHeadReader(exchange)
        var sinks = lathe_curl_sinks(
            owner: Unmanaged.passUnretained(reader).toOpaque(),
            head: { owner, bytes, length in HTTPHeadReader.of(owner)?.line(bytes, length) ?? false },
            body: { owner, bytes, length in HTTPHeadReader.of(owner)?.body(bytes, length) ?? false })
        return withUnsafeMutablePointer(to: &sinks) { sinks in
            withExtendedLifetime(reader) { transfer(exchange, lines, words, sinks) }
        }
    }

    private func transfer(
        _ exchange: HTTPExchange, _ lines: UnsafeMutablePointer<curl_slist>?, _ words: UnsafeMutablePointer<CChar>,
        _ sinks: UnsafeMutablePointer<lathe_curl_sinks>
    ) -> String? {
        guard let handles = curl_multi_init() else { return "libcurl does not start" }
        defer { curl_multi_cleanup(handles) }
        guard let handle = curl_easy_init() else { return "libcurl does not start" }
        defer { curl_easy_cleanup(handle) }
        guard prepare(handle, lines, words, sinks), curl_multi_add_handle(handles, handle) == CURLM_OK else {
            return "its address or a header cannot be sent"
        }
        defer { curl_multi_remove_handle(handles, handle) }
        let result: CURLcode
        do throws(Stuck) {
            result = try perform(handle, handles, exchange)
        } catch {
            return "libcurl cannot go on: \(String(cString: curl_multi_strerror(error.code)))"
        }
        guard result != CURLE_OK, result != CURLE_GOT_NOTHING else { return nil }
        let told = String(cString: words)
        return told.isEmpty ? String(cString: curl_easy_strerror(result)) : told
    }

    private var headerLines: [String] {
        // Without `Expect`, a long body does not wait for the server's leave to be sent.
        ["Expect:"] + request.headers.map { $0.value.isEmpty ? "\($0.key);" : "\($0.key): \($0.value)" }
    }

    private func prepare(
        _ handle: UnsafeMutableRawPointer, _ lines: UnsafeMutablePointer<curl_slist>?,
        _ words: UnsafeMutablePointer<CChar>, _ sinks: UnsafeMutablePointer<lathe_curl_sinks>
    ) -> Bool {
        var codes = [
            lathe_curl_set_text(handle, CURLOPT_URL, request.url.absoluteString),
            lathe_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
            lathe_curl_set_text(handle, CURLOPT_USERAGENT, "lathe"),
            // Whatever this libcurl can unpack may come packed.
            lathe_curl_set_text(handle, CURLOPT_ACCEPT_ENCODING, ""),
            lathe_curl_set_number(handle, CURLOPT_NOSIGNAL, 1),
            lathe_curl_set_number(handle, CURLOPT_FOLLOWLOCATION, 0),
            lathe_curl_set_number(handle, CURLOPT_FORBID_REUSE, 1),
            lathe_curl_set_number(handle, CURLOPT_TCP_KEEPALIVE, 1),
            lathe_curl_set_number(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            // Deadlines are kept by the exchange.
            lathe_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, 86_400_000),
            lathe_curl_set_lines(handle, CURLOPT_HTTPHEADER, lines),
            lathe_curl_set_words(handle, words),
            lathe_curl_set_sinks(handle, sinks),
        ]
        if let body = request.body { codes.append(lathe_curl_set_body(handle, body, body.count)) }
        codes.append(lathe_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method))
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    private struct Stuck: Error {
        var code: CURLMcode
    }

    private func perform(
        _ handle: UnsafeMutableRawPointer, _ handles: UnsafeMutableRawPointer, _ exchange: HTTPExchange
    ) throws(Stuck) -> CURLcode {
        let address = UInt(bitPattern: handles)
        state.withLock { $0.handles = address }
        defer { state.withLock { $0.handles = nil } }
        var running: Int32 = 1
        while !state.withLock({ $0.isCancelled }) {
            let code = curl_multi_perform(handles, &running)
            guard code == CURLM_OK else { throw Stuck(code: code) }
            if lathe_curl_is_sending(handle) { exchange.requestIsOnItsWay() }
            if running == 0 { break }
            // A wait that fails returns at once: without an end here it would be tried again without a pause.
            let waited = CURLMcode(rawValue: numericCast(wait(handles)))
            guard waited == CURLM_OK else { throw Stuck(code: waited) }
        }
        var result = CURLE_ABORTED_BY_CALLBACK
        return lathe_curl_is_done(handles, &result) ? result : CURLE_ABORTED_BY_CALLBACK
    }
}

/// Reads the lines of an answer's head and hands both head and body on. Of the transfer's thread alone.
private final class HTTPHeadReader {
    private let exchange: HTTPExchange
    private var status = 0
    private var headers: [String: String] = [:]
    private var isRead = false

    init(_ exchange: HTTPExchange) { self.exchange = exchange }

    static func of(_ owner: UnsafeMutableRawPointer?) -> HTTPHeadReader? {
        owner.map { Unmanaged<HTTPHeadReader>.fromOpaque($0).takeUnretainedValue() }
    }

    /// A line of a head; an answer of 100 to 199 is followed by another one, and a body may be followed by trailers, which nobody
    /// asked for.
    func line(_ bytes: UnsafePointer<CChar>?, _ length: Int) -> Bool {
        let text = Self.text(bytes, length).trimmingCharacters(in: .whitespacesAndNewlines)
        if text.hasPrefix("HTTP/"), !isRead {
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            headers = [:]
        } else if text.isEmpty, !isRead, status >= 200 {
            isRead = true
            exchange.headArrived(status: status, headers: headers)
        } else if !isRead, let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers[text[..<colon].lowercased()] = value
        }
        return true
    }

    func body(_ bytes: UnsafePointer<CChar>?, _ length: Int) -> Bool {
        exchange.bodyArrived(Array(UnsafeRawBufferPointer(start: bytes, count: length)))
        return true
    }

    private static func text(_ bytes: UnsafePointer<CChar>?, _ length: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
    }
}
