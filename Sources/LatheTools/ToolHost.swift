internal import Foundation
internal import Glibc
package import LatheVocabulary
internal import Synchronization

/// The tool host: a trusted Python process that starts servers of tools and speaks to them.
///
/// Requests go over one socket, many at once, and are answered when they are ready (docs/tools.md has the wire). The process
/// is started with the first request and ended by `close`; when `lathe` goes in any other way, the closed socket ends it. What it
/// says is checked like anything from outside: a line that is no answer ends it.
package final class ToolHost: Sendable {
    /// Something that a server tells while it works.
    package enum News: Sendable, Hashable {
        case progress(server: String, done: Double, total: Double?, message: String)
        case toolsChanged(server: String)
        case started(server: String)
        case ended(server: String, reason: String)
        /// The user is to go to this address to log in.
        case login(server: String, address: String)
    }

    private typealias Waiting = CheckedContinuation<Result<JSONValue, ToolError>, Never>

    private struct State {
        var socket: HostSocket?
        var last = 0
        var waiting: [Int: Waiting] = [:]
        /// Who wants to hear how far a request is.
        var progress: [Int: @Sendable (ToolProgress) -> Void] = [:]
        /// Requests that were cancelled, perhaps before they were sent.
        var cancelled: Set<Int> = []
        /// Why there is none any more.
        var end: ToolError?
    }

    private let words: [String]
    private let environment: [String: String]
    private let folder: String
    private let exchange: String
    private let news: @Sendable (News) -> Void
    private let question: @Sendable (ToolQuestion) async -> ToolQuestion.Answer
    private let state = Mutex(State())
    private static let grace = 20.0

    /// What the host gets of lathe's environment: how to reach the network, and nothing of servers.
    private static let variables = [
        "PATH", "HOME", "LANG", "TZ", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "https_proxy", "http_proxy",
        "all_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
    ]

    /// - Parameters:
    ///   - python: absolute path of the interpreter whose environment has the packages.
    ///   - package: absolute path of `lathe_tools`.
    ///   - folder: absolute path of a folder for logs, which is there.
    ///   - environment: lathe's own, of which the host gets what the network needs.
    ///   - news: hears what servers tell while they work.
    ///   - question: puts what a server wants to know to the user.
    package init(
        python: String, package: String, folder: String, environment: [String: String],
        news: @escaping @Sendable (News) -> Void = { _ in },
        question: @escaping @Sendable (ToolQuestion) async -> ToolQuestion.Answer = { _ in .declined }
    ) {
        exchange = FileManager.default.temporaryDirectory.path + "/lathe-tools-\(UUID().uuidString)"
        words = [python, "-I", "-B", package + "/__main__.py", exchange]
        self.environment = environment.filter { Self.variables.contains($0.key) }
        self.folder = folder
        self.news = news
        self.question = question
    }

    /// Tells how a server is reached, and in which file its login is kept. Nothing is started yet.
    package func define(
        _ server: String, _ definition: JSONValue, login: String? = nil
    ) async throws(ToolError) {
        var params: [String: JSONValue] = [
            "server": .string(server), "definition": definition, "log": .string(logPath(of: server)),
        ]
        if let login { params["login"] = .string(login) }
        _ = try await request("define", params, 30)
    }

    /// Where the standard error of a server goes.
    package func logPath(of server: String) -> String {
        let plain = server.utf8.map { byte -> String in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x2D || byte == 0x5F
            return isPlain ? String(UnicodeScalar(byte)) : "%" + String(byte, radix: 16)
        }
        return folder + "/\(plain.joined()).log"
    }

    /// Asks about a server; `seconds` is what the server has for it, before it counts as hanging.
    package func ask(
        _ method: String, of server: String, _ params: [String: JSONValue] = [:], seconds: Double,
        progress: (@Sendable (ToolProgress) -> Void)? = nil
    ) async throws(ToolError) -> JSONValue {
        var all = params
        all["server"] = .string(server)
        all["timeout"] = .number(seconds)
        return try await request(method, all, nil, progress)
    }

    /// The text of a file of servers with one put in, or taken out where there is no definition; the rest as it was.
    package func edited(_ text: String, _ name: String, _ definition: JSONValue?) async throws(ToolError) -> String {
        let answer = try await request(
            "edit", ["text": .string(text), "name": .string(name), "definition": definition ?? .null], 30)
        guard let text = answer["text"]?.stringValue else {
            throw ToolError(.host, "the tool host gave an answer of another form")
        }
        return text
    }

    /// The names that servers or tools have in Python, by their own.
    func pythonNames(of names: [String]) async throws(ToolError) -> [String: String] {
        let answer = try await request("names", ["names": .array(names.map { .string($0) })], 30)
        let given = (answer["names"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        guard names.allSatisfy({ given[$0] != nil }) else {
            throw ToolError(.host, "the tool host gave an answer of another form")
        }
        return given
    }

    /// Ends all servers and the host, and waits until they are gone.
    package func close() async {
        let socket = state.withLock { state in
            state.end = state.end ?? ToolError(.host, "the tool host was closed")
            return state.socket
        }
        guard let socket else { return }
        socket.hangUp()
        await withCheckedContinuation { done in
            Thread {
                socket.wait(seconds: Self.grace)
                done.resume()
            }.start()
        }
        try? FileManager.default.removeItem(atPath: exchange)
    }

    // MARK: Requests

    /// After `seconds` the host itself counts as hanging and is ended; nil where a server has its own limit.
    func request(
        _ method: String, _ params: [String: JSONValue], _ seconds: Double?,
        _ progress: (@Sendable (ToolProgress) -> Void)? = nil
    ) async throws(ToolError) -> JSONValue {
        guard !Task.isCancelled else { throw ToolError(.cancelled, "it was cancelled") }
        let (socket, number) = try started()
        let message: JSONValue = [
            "id": .integer(number), "method": .string(method), "params": .object(params),
        ]
        let watch = Task {
            guard let seconds, (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
            socket.end()
        }
        defer { watch.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiting: Waiting) in
                let end = state.withLock { state in
                    if state.end == nil { (state.waiting[number], state.progress[number]) = (waiting, progress) }
                    return state.end
                }
                if let end {
                    waiting.resume(returning: .failure(end))
                } else if !socket.send(message.text) {
                    fail(ToolError(.host, "the tool host ended", mend: "its log: \(folder)/host.log"))
                } else if state.withLock({ $0.cancelled.contains(number) }) {
                    // The first one may have been sent before the request.
                    cancel(number, socket)
                }
            }
        } onCancel: {
            state.withLock { _ = $0.cancelled.insert(number) }
            cancel(number, socket)
        }
        state.withLock { state in
            state.cancelled.remove(number)
            state.progress[number] = nil
        }
        return try result.get()
    }

    /// One that the host does not know, or no longer, is nothing to it.
    private func cancel(_ number: Int, _ socket: HostSocket) {
        let cancel: JSONValue = ["id": 0, "method": "cancel", "params": ["request": .integer(number)]]
        _ = socket.send(cancel.text)
    }

    private func started() throws(ToolError) -> (HostSocket, Int) {
        let result = state.withLock { state -> Result<(HostSocket, Int), ToolError> in
            if let end = state.end { return .failure(end) }
            state.last += 1
            if let socket = state.socket { return .success((socket, state.last)) }
            guard mkdir(exchange, 0o700) == 0 else {
                return .failure(ToolError(.host, "\(exchange) cannot be made: \(String(cString: strerror(errno)))"))
            }
            do throws(ToolError) {
                let socket = try HostSocket(words, environment: environment, errors: folder + "/host.log")
                state.socket = socket
                Thread { [self] in
                    socket.receive { line in take(line, socket) }
                    socket.end()
                    fail(ToolError(.host, "the tool host ended", mend: "its log: \(folder)/host.log"))
                }.start()
                return .success((socket, state.last))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func fail(_ error: ToolError) {
        let (waiting, end) = state.withLock { state in
            state.end = state.end ?? error
            defer { state.waiting = [:] }
            return (state.waiting, state.end ?? error)
        }
        for each in waiting.values { each.resume(returning: .failure(end)) }
    }

    // MARK: What it says

    private func take(_ line: [UInt8], _ socket: HostSocket) {
        guard let message = try? JSONValue(parsing: line, limits: JSONLimits(bytes: HostSocket.longestLine, depth: 128))
        else { return socket.end() }
        if let number = message["id"]?.integerValue {
            let waiting = state.withLock { $0.waiting.removeValue(forKey: number) }
            waiting?.resume(returning: answer(message))
        } else if message["ask"] != nil {
            Task { await self.put(message, socket) }
        } else if let event = message["event"]?.stringValue {
            tell(event, message)
        }
    }

    private func put(_ message: JSONValue, _ socket: HostSocket) async {
        let answer = await ToolQuestion(message).asyncMap(question) ?? .declined
        _ = socket.send(JSONValue.object(["answer": message["ask"] ?? .null, "result": answer.json]).text)
    }

    private func tell(_ event: String, _ message: JSONValue) {
        let server = message["server"]?.stringValue ?? ""
        switch event {
        case "missing":
            let reason = message["reason"]?.stringValue ?? ""
            fail(ToolError(.host, "the tool host does not start: \(reason)", mend: "make build"))
        case "progress":
            let progress = ToolProgress(
                done: message["done"]?.numberValue ?? 0, total: message["total"]?.numberValue,
                message: message["message"]?.stringValue ?? "")
            state.withLock { $0.progress[message["request"]?.integerValue ?? 0] }?(progress)
            news(
                .progress(server: server, done: progress.done, total: progress.total, message: progress.message))
        case "tools_changed": news(.toolsChanged(server: server))
        case "server" where message["state"]?.stringValue == "started": news(.started(server: server))
        case "server": news(.ended(server: server, reason: message["reason"]?.stringValue ?? ""))
        case "login": news(.login(server: server, address: message["address"]?.stringValue ?? ""))
        default: break
        }
    }

    private func answer(_ message: JSONValue) -> Result<JSONValue, ToolError> {
        if let error = message["error"] {
            return .failure(
                ToolError(
                    error["code"]?.stringValue.flatMap(ToolError.Code.init) ?? .failed,
                    server: error["server"]?.stringValue ?? "", error["reason"]?.stringValue ?? "",
                    mend: error["mend"]?.stringValue ?? ""))
        }
        guard let file = message["file"] else { return .success(message["result"] ?? .null) }
        return ExchangeFile.content(of: file, in: exchange)
    }
}

extension Optional where Wrapped: Sendable {
    fileprivate func asyncMap<Result: Sendable>(
        _ transform: @Sendable (Wrapped) async -> Result
    ) async -> Result? {
        if let self { await transform(self) } else { nil }
    }
}
