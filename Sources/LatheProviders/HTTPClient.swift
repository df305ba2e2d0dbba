import Foundation
import FoundationNetworking
import LatheVocabulary
import Synchronization

/// Makes HTTP exchanges whose bodies are seen as they come in.
///
/// Follows no redirect (a key must not go where a server points), keeps no cookies and no cache. Each exchange has a
/// connection of its own: when a server has dropped an idle one, this platform sends the request once more on a new one
/// without its body, and both sides wait for each other.
struct HTTPClient: Sendable {
    /// Sends a request and returns its head; the body follows in the response's pieces.
    ///
    /// Cancelling the surrounding task, or the response's `close`, ends the exchange.
    func send(
        _ method: String,
        _ url: URL,
        headers: [String: String] = [:],
        body: [UInt8]? = nil,
        timeouts: HTTPTimeouts
    ) async throws(ProviderFailure) -> HTTPResponse {
        var request = URLRequest(url: url)
        request.httpMethod = method
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        request.setValue("close", forHTTPHeaderField: "Connection")
        if let body { request.httpBody = Data(body) }
        let router = ExchangeRouter()
        let session = URLSession(configuration: Self.configuration, delegate: router, delegateQueue: nil)
        // The session, and with it the connection, goes when its one task is over.
        defer { session.finishTasksAndInvalidate() }
        let task = session.dataTask(with: request)
        let exchange = HTTPExchange(task: task, host: url.host ?? "the server", timeouts: timeouts)
        router.take(exchange)
        return try await exchange.response()
    }

    private static var configuration: URLSessionConfiguration {
        let settings = URLSessionConfiguration.ephemeral
        settings.httpCookieStorage = nil
        settings.urlCache = nil
        // Deadlines are kept by the exchanges: these count other things on this platform.
        settings.timeoutIntervalForRequest = 86_400
        settings.timeoutIntervalForResource = 86_400
        return settings
    }
}

/// What a server answered. The head is there; the body comes in pieces.
struct HTTPResponse: Sendable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var pieces: AsyncThrowingStream<[UInt8], any Error>
    /// Ends the exchange; nothing happens where it is over. Whoever got the response calls it when done.
    var close: @Sendable () -> Void

    /// The body, up to `limit` bytes; what goes beyond is left, and the exchange ended.
    func body(limit: Int) async throws(ProviderFailure) -> [UInt8] {
        defer { close() }
        var bytes: [UInt8] = []
        do {
            for try await piece in pieces {
                bytes += piece.prefix(limit - bytes.count)
                if bytes.count >= limit { break }
            }
        } catch let failure as ProviderFailure {
            throw failure
        } catch {
            throw ProviderFailure(.cutStream, "The connection was lost: \(PlainText.line("\(error)")).")
        }
        return bytes
    }
}

/// Hands what a URLSession reports to its exchange.
private final class ExchangeRouter: NSObject, URLSessionDataDelegate, Sendable {
    private let held = Mutex<HTTPExchange?>(nil)

    private var exchange: HTTPExchange? { held.withLock { $0 } }

    func take(_ exchange: HTTPExchange) {
        held.withLock { $0 = exchange }
    }

    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        didSendBodyData bytesSent: Int64,
        totalBytesSent: Int64,
        totalBytesExpectedToSend: Int64
    ) {
        exchange?.requestIsOnItsWay()
    }

    func urlSession(
        _ session: URLSession,
        dataTask: URLSessionDataTask,
        didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        exchange?.headArrived(response)
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        exchange?.bodyArrived(Array(data))
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        held.withLock { $0.take() }?.ended(error)
    }
}
