internal import LatheVocabulary

/// How much of its time a cell has used; it stands still while the cell waits for host calls.
struct CellClock: Sendable {
    let limit: Duration
    private var used = Duration.zero
    private var since: ContinuousClock.Instant? = .now
    /// Whether the cell was interrupted for its time.
    private(set) var isOver = false

    init(limit: Duration) { self.limit = limit }

    /// When the time will be up, as it looks now; nil while it stands still, and once it was up.
    var deadline: ContinuousClock.Instant? {
        isOver ? nil : since.map { $0 + (limit - used) }
    }

    mutating func isWaiting(_ isWaiting: Bool) {
        if isWaiting, let began = since {
            used += .now - began
            since = nil
        } else if !isWaiting, since == nil {
            since = .now
        }
    }

    mutating func end() { isOver = true }

    /// What the cell failed of, in place of the interrupt itself.
    func failure(_ interrupt: CellResult.Failure?) -> CellResult.Failure {
        let message =
            "the cell ran longer than \(limit / .seconds(1)) s (limit cell) and was interrupted; its variables are kept. "
            + "Work on a part of the data; \(KernelLimit.cell.mend)."
        let traceback = [interrupt?.traceback ?? "", "CellTimeout: \(message)"].filter { !$0.isEmpty }
        return CellResult.Failure(
            type: "CellTimeout", message: message, traceback: traceback.joined(separator: "\n"))
    }
}
