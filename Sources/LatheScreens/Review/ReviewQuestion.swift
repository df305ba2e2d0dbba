package import LatheVocabulary

/// A capability that somebody is asked about.
package struct ReviewQuestion: Sendable, Hashable {
    package var item: ReviewItem
    /// 1, 2, 3 … of `count` that waited.
    package var number: Int
    package var count: Int
    /// What came of the last answer, where something is to be told of it.
    package var notice: String?
    /// The folder of an edit that has not been admitted.
    package var draft: String?

    package init(item: ReviewItem, number: Int, count: Int, notice: String? = nil, draft: String? = nil) {
        self.item = item
        self.number = number
        self.count = count
        self.notice = notice
        self.draft = draft
    }

    var title: String {
        let capability = item.capability
        return "\(number) of \(count) · \(capability.kind.rawValue) \(capability.name), version \(capability.version)"
            + " · \(capability.status.rawValue.replacing("_", with: " "))"
    }
}

/// What a person wants done about it.
package enum ReviewAnswer: Sendable, Hashable {
    case approve
    case edit
    case askForChanges(String)
    case reject(String)
    /// The edit that was not admitted is given up.
    case drop
    case skip
    case back
    case quit
    /// Ctrl-C, or a signal.
    case interrupted
}

/// Shows a capability to a person and waits for their answer.
package protocol ReviewAsking: Sendable {
    func ask(_ question: ReviewQuestion) async -> ReviewAnswer
    /// Says what takes a while now.
    func tell(_ text: String)
    /// Gives the terminal to another program until the next question.
    func leave()
    /// Ends the question that is open, from another thread.
    func interrupt()
}
