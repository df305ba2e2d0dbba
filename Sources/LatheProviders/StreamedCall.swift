import Foundation
import LatheVocabulary

/// One attempt at a streamed model call: the request goes out, the events come in, the reader makes a reply of them.
struct StreamedCall: Sendable {
    var client: HTTPClient
    var endpoint: Endpoint
    var url: URL
    var headers: [String: String]
    var timeouts: HTTPTimeouts

    func reply(
        to body: JSONValue,
        reading start: some ReplyReading,
        progress: @Sendable (ReplyProgress) -> Void
    ) async throws(ProviderFailure) -> ReceivedReply {
        var all = headers
        all["content-type"] = "application/json"
        all["accept"] = "text/event-stream"
        let response = try await client.send(
            "POST", url, headers: all, body: Array(body.text.utf8), timeouts: timeouts
        )
        // Also where the reply cannot be read: a server must not go on writing for nobody.
        defer { response.close() }
        guard response.status == 200 else { throw try await failure(response) }
        guard response.headers["content-type"]?.contains("event-stream") ?? true else {
            let report = FailureReport(bytes: try await response.body(limit: 64 << 10))
            let quote = endpoint.quoted(report.message)
            throw ProviderFailure(.badReply, "\(endpoint.title) answered with something else than a stream: \(quote)")
        }
        do throws(ProviderFailure) {
            return try await read(response, start, progress)
        } catch {
            var told = error
            told.mayHaveCost = true
            throw told
        }
    }

    private func read(
        _ response: HTTPResponse,
        _ start: some ReplyReading,
        _ progress: @Sendable (ReplyProgress) -> Void
    ) async throws(ProviderFailure) -> ReceivedReply {
        var reader = start
        var events = ServerSentEvents()
        do {
            for try await piece in response.pieces {
                for event in try events.take(piece) {
                    for step in try reader.take(event) { progress(step) }
                }
            }
        } catch let failure as ProviderFailure {
            throw failure
        } catch {
            throw ProviderFailure(.cutStream, "The connection was lost: \(PlainText.line("\(error)")).")
        }
        if Task.isCancelled { throw .lasting(.cancelled, "The call was stopped.") }
        return try reader.finish()
    }

    private func failure(_ response: HTTPResponse) async throws(ProviderFailure) -> ProviderFailure {
        let bytes = (try? await response.body(limit: 64 << 10)) ?? []
        return FailureReport(bytes: bytes).failure(
            status: response.status,
            retryAfter: RetryAfter.seconds(response.headers),
            endpoint: endpoint
        )
    }
}
