internal import LatheVocabulary

/// Finds what others had a part in, of a run that is to be given again without them: tools, agents around it, the user.
struct OutsideParts {
    private let root: Place
    /// Messages that were sent within the run.
    private var sent: Set<String> = []
    /// A message of somebody outside that its model was told.
    private var told: String?
    private var readsAll = false

    /// - Parameter root: the place of the subtask that was run.
    init(of root: Place) { self.root = root }

    static let calledTool = "it called a tool of a server, which is not called again for an example"

    /// Takes an event of the run, in the journal's order.
    mutating func apply(_ body: EventBody) throws(AgentRecording.Unfit) {
        switch body {
        case .toolUsed: throw AgentRecording.Unfit(reason: Self.calledTool)
        case .hostCalled(let call): try take(call)
        case .messageSent(let message): try take(message)
        case .messageDelivered(let delivered): try take(delivered)
        case .planMade(let plan) where plan.decided == .edited || plan.change != nil:
            throw AgentRecording.Unfit(reason: "the user changed its plan, which nobody does for an example")
        case .planRefused(let plan) where plan.decided == .user:
            throw AgentRecording.Unfit(reason: "the user declined its plan, which nobody does for an example")
        case .cellStarted(let cell) where cell.author == .owner || cell.author == .user:
            throw AgentRecording.Unfit(reason: "the user ran a cell in its kernel (cell \(cell.number))")
        default: break
        }
    }

    /// What only the whole of it shows.
    func end() throws(AgentRecording.Unfit) {
        if let told, readsAll { throw Self.read(told) }
    }

    private mutating func take(_ call: HostCalled) throws(AgentRecording.Unfit) {
        let begun = call.name == "begin" ? call.arguments["calls"]?.arrayValue ?? [] : []
        for name in [call.name] + begun.compactMap({ $0["call"]?.stringValue })
        where !HostAnswerSource.former.contains(name) {
            switch HostAnswerSource.ofCalls[name] {
            case .run, .messages: break
            case .tools: throw AgentRecording.Unfit(reason: Self.calledTool)
            case .others, nil:
                throw AgentRecording.Unfit(
                    reason: "it called lathe for what an example does not have (\(name.singleLine(upTo: 64)))")
            }
        }
        if call.name == "messages", call.arguments["all"]?.boolValue == true { readsAll = true }
    }

    private mutating func take(_ message: AgentMessage) throws(AgentRecording.Unfit) {
        sent.insert(message.id)
        guard let other = message.to.first(where: { !$0.isWithin(root) && $0 != root.parent }) else { return }
        throw AgentRecording.Unfit(
            reason: "it wrote to \(other.description.singleLine(upTo: 64)), which an example does not have")
    }

    /// What its model was told is in what it replied; what its code read is not.
    private mutating func take(_ delivered: MessageDelivered) throws(AgentRecording.Unfit) {
        guard let other = delivered.messages.first(where: { !sent.contains($0) }) else { return }
        guard delivered.cell == nil else { throw Self.read(other) }
        told = told ?? other
    }

    private static func read(_ message: String) -> AgentRecording.Unfit {
        AgentRecording.Unfit(
            reason:
                "its code read a message of others (\(message.singleLine(upTo: 64))), which an example does not have")
    }
}
