internal import LatheVocabulary
internal import Synchronization

/// Replies to questions of cells that were under way when lathe ended: paid for, and used by nobody yet.
///
/// A question that is asked again with the same words takes its reply from here. Safe from any thread.
package final class PaidReplies: Sendable {
    private struct Question: Hashable {
        var system: String
        var messages: [Message]
        var schema: String?

        init(_ request: ModelRequest) {
            system = request.system
            messages = request.messages
            schema = request.replySchema?.text
        }
    }

    private let replies: Mutex<[Question: [ModelReply]]>

    init(_ pairs: [(ModelRequest, ModelReply)]) {
        var replies: [Question: [ModelReply]] = [:]
        for (request, reply) in pairs { replies[Question(request), default: []].append(reply) }
        self.replies = Mutex(replies)
    }

    func take(_ request: ModelRequest) -> ModelReply? {
        replies.withLock { replies in
            guard var waiting = replies[Question(request)], !waiting.isEmpty else { return nil }
            defer { replies[Question(request)] = waiting }
            return waiting.removeFirst()
        }
    }
}
