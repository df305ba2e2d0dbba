internal import LatheVocabulary

/// A request whose texts are on disk: its messages, and what the journal calls them.
struct WrittenRequest: Sendable {
    var system: StoredBody
    var messages: [Message] = []
    /// The hash of each message, and the bytes that it takes.
    var links: [Link] = []

    struct Link: Sendable {
        var hash: String
        var bytes: Int
    }

    /// How many messages of a request are, from the first on, those of this one.
    func shared(with request: ModelRequest) -> Int {
        zip(messages, request.messages).prefix { $0 == $1 }.count
    }
}

/// The newest requests that were written, by place. A conversation grows at its end, so a request adds to the one before it, and
/// what did not change is neither encoded nor hashed again.
struct WrittenRequests: Sendable {
    /// Of more places than work at once, none is kept that has ended long ago.
    private static let most = 32

    private var requests: [Place: WrittenRequest] = [:]
    private var order: [Place] = []

    subscript(place: Place) -> WrittenRequest? { requests[place] }

    /// Takes note of a request once it is on disk.
    mutating func note(_ request: WrittenRequest, at place: Place) {
        order.removeAll { $0 == place }
        order.append(place)
        requests[place] = request
        if order.count > Self.most { requests[order.removeFirst()] = nil }
    }
}
