import Foundation
import LatheVocabulary

/// Makes HTTP exchanges whose bodies are seen as they come in.
///
/// Follows no redirect (a key must not go where a server points), keeps no cookies and no cache. Each exchange has a
/// connection of its own: one that a server has dropped while it was idle would cost an attempt.
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
        var headers = headers
        headers["Connection"] = "close"
        let transfer = HTTPTransfer(HTTPTransfer.Request(method: method, url: url, headers: headers, body: body))
        let exchange = HTTPExchange(transfer: transfer, host: url.host ?? "the server", timeouts: timeouts)
        return try await exchange.response()
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
