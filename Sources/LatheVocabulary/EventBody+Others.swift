extension EventBody {
    /// Whether a session has read with it what others wrote: results of tools that count as such, what a subtask read whose result was
    /// taken, recollections that are marked.
    package var bringsWordsOfOthers: Bool {
        switch self {
        case .toolUsed(let use): use.isUntrusted != false
        case .exposed(let exposed): exposed.kinds.contains(.untrusted)
        case .recalled(let recalled): recalled.marked > 0
        default: false
        }
    }
}
