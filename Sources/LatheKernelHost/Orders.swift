internal import LatheVocabulary

/// A kernel that somebody waits for.
struct StartOrder: Sendable {
    var start: KernelStart
    var hostCall: @Sendable (HostCall) async -> HostReply
    var continuation: CheckedContinuation<Result<KernelMessages.Started, KernelError>, Never>
}

/// A cell whose end somebody waits for.
struct CellOrder: Sendable {
    var cell: Cell
    var output: @Sendable (CellOutput) -> Void
    var continuation: CheckedContinuation<CellResult, Never>
    var began = ContinuousClock.now

    func resume(died end: KernelEnd) {
        continuation.resume(returning: died(end))
    }

    /// The result of a cell that never began, or ended with its kernel.
    func died(_ end: KernelEnd) -> CellResult {
        CellResult(
            number: cell.number, status: .died, seconds: (ContinuousClock.now - began) / .seconds(1),
            failure: CellResult.Failure(type: "KernelDied", message: end.message, traceback: ""))
    }
}
