internal import LatheVocabulary
internal import Synchronization

/// How far a tool call is, as its server says: the newest is kept, and some of it is journaled. Safe from any thread.
final class CallProgress: Sendable {
    /// Of one call.
    private static let mostKept = 100
    private static let pause = Duration.seconds(1)

    private let id: Int
    private let label: String
    private let log: EventLog
    private let place: Place
    private let newest = Mutex<ToolProgress?>(nil)
    private let news: AsyncStream<ToolProgress>
    private let ending: AsyncStream<ToolProgress>.Continuation
    /// The pause under way, and whether nothing more comes.
    private let rest = Mutex<(pause: Task<Void, Never>?, isOver: Bool)>((nil, false))

    init(id: Int, label: String, log: EventLog, place: Place) {
        (self.id, self.label, self.log, self.place) = (id, label, log, place)
        (news, ending) = AsyncStream.makeStream(of: ToolProgress.self, bufferingPolicy: .bufferingNewest(1))
    }

    var latest: ToolProgress? { newest.withLock { $0 } }

    func hear(_ progress: ToolProgress) {
        var progress = progress
        progress.message = progress.message.singleLine(upTo: 200)
        newest.withLock { $0 = progress }
        ending.yield(progress)
    }

    /// Nothing more comes.
    func end() {
        ending.finish()
        rest.withLock { rest in
            rest.isOver = true
            rest.pause?.cancel()
        }
    }

    /// Writes down what comes, at most once a second and a bounded number, until `end`.
    func journal() async {
        var kept = 0
        for await progress in news where kept < Self.mostKept {
            kept += 1
            let event = BackgroundProgressed(id: id, label: label, progress: progress)
            // A journal that cannot be written stops the work at its next record.
            _ = try? await log.record(.backgroundProgressed(event), at: place)
            let pause: Task<Void, Never>? = rest.withLock { rest in
                guard !rest.isOver else { return nil }
                rest.pause = Task { _ = try? await Task.sleep(for: Self.pause) }
                return rest.pause
            }
            await pause?.value
        }
    }
}
