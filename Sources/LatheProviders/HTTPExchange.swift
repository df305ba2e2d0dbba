import Foundation
import LatheVocabulary
import Synchronization

/// One exchange under way: its deadline, its head and its body's pieces. Called from its transfer's thread.
final class HTTPExchange: Sendable {
    private typealias Head = CheckedContinuation<Result<HTTPResponse, ProviderFailure>, Never>

    private enum Phase { case connecting, waiting, reading, over }

    private struct State {
        var phase = Phase.connecting
        var deadline: ContinuousClock.Instant
        var head: Head?
        var failure: ProviderFailure?
        var received = 0
    }

    /// What one reply may hold, in bytes.
    private static let limit = 64 << 20

    private let transfer: HTTPTransfer
    private let host: String
    private let timeouts: HTTPTimeouts
    private let state: Mutex<State>
    private let pieces: AsyncThrowingStream<[UInt8], any Error>
    private let body: AsyncThrowingStream<[UInt8], any Error>.Continuation

    init(transfer: HTTPTransfer, host: String, timeouts: HTTPTimeouts) {
        self.transfer = transfer
        self.host = PlainText.line(host, limit: 100)
        self.timeouts = timeouts
        state = Mutex(State(deadline: .now + .seconds(timeouts.connect)))
        (pieces, body) = AsyncThrowingStream.makeStream()
        body.onTermination = { [transfer] _ in transfer.cancel() }
    }

    /// Starts the exchange and waits for the head.
    func response() async throws(ProviderFailure) -> HTTPResponse {
        let watch = Task { [weak self] in
            while let next = self?.timeLeft() { try await Task.sleep(until: next) }
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (head: Head) in
                let early = state.withLock { state -> ProviderFailure? in
                    if state.failure == nil { state.head = head }
                    return state.failure
                }
                if let early { return head.resume(returning: .failure(early)) }
                transfer.start(self)
            }
        } onCancel: {
            fail(.lasting(.cancelled, "The call was stopped."))
        }
        switch result {
        case .success(let response): return response
        case .failure(let failure):
            watch.cancel()
            throw failure
        }
    }

    func requestIsOnItsWay() {
        state.withLock { state in
            guard state.phase == .connecting else { return }
            state.phase = .waiting
            state.deadline = .now + .seconds(timeouts.firstByte)
        }
    }

    /// `headers` have their names in lower case.
    func headArrived(status: Int, headers: [String: String]) {
        requestIsOnItsWay()
        let head = state.withLock { $0.head.take() }
        let result = HTTPResponse(status: status, headers: headers, pieces: pieces) { [weak self] in
            self?.fail(.lasting(.cancelled, "The call was stopped."))
        }
        head?.resume(returning: .success(result))
    }

    func bodyArrived(_ bytes: [UInt8]) {
        let isTooLong = state.withLock { state in
            state.phase = state.phase == .over ? .over : .reading
            state.deadline = .now + .seconds(timeouts.idle)
            state.received += bytes.count
            return state.received > Self.limit
        }
        if isTooLong { return fail(.lasting(.badReply, "\(host) sent more than \(Self.limit >> 20) MB in one reply.")) }
        body.yield(bytes)
    }

    /// `words` say what went wrong; nil for nothing.
    func ended(_ words: String?) {
        guard let words else {
            state.withLock { $0.phase = .over }
            body.finish()
            return fail(ProviderFailure(.cutStream, "\(host) closed the connection without an answer."))
        }
        fail(explained(words))
    }

    private func explained(_ words: String) -> ProviderFailure {
        let isReading = state.withLock { $0.phase == .reading || $0.head == nil }
        return isReading
            ? ProviderFailure(.cutStream, "The connection to \(host) was lost in the middle of a reply.")
            : ProviderFailure(.unreachable, "\(host) cannot be reached: \(PlainText.line(words)).")
    }

    /// Ends the exchange once; what comes after the first failure or the end is ignored.
    private func fail(_ failure: ProviderFailure) {
        let head = state.withLock { state -> Head? in
            state.failure = state.failure ?? failure
            state.phase = .over
            return state.head.take()
        }
        head?.resume(returning: .failure(failure))
        body.finish(throwing: failure)
        transfer.cancel()
    }

    /// The next moment to look at the clock; nil when the exchange is over, also by running out of time just now.
    private func timeLeft() -> ContinuousClock.Instant? {
        let (phase, deadline) = state.withLock { ($0.phase, $0.deadline) }
        guard phase != .over else { return nil }
        // Pieces move the deadline, so a stale one is looked at again soon.
        if .now < deadline { return min(deadline, .now + .seconds(1)) }
        switch phase {
        case .connecting:
            fail(ProviderFailure(.unreachable, "\(host) did not answer within \(Int(timeouts.connect)) s."))
        case .waiting:
            fail(ProviderFailure(.cutStream, "\(host) sent nothing for \(Int(timeouts.firstByte)) s."))
        default:
            fail(ProviderFailure(.cutStream, "\(host) fell silent for \(Int(timeouts.idle)) s amid a reply."))
        }
        return nil
    }
}
