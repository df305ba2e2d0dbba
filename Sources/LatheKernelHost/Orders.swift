internal import LatheVocabulary

/// A kernel that somebody waits for.
struct StartOrder: Sendable {
    var start: KernelStart
    var hostCall: @Sendable (HostCall) async -> HostReply
    var continuation: CheckedContinuation<Result<KernelMessages.Started, KernelError>, Never>
}

/// A copy of a kernel that somebody waits for.
struct CopyOrder: Sendable {
    var hostCall: (@Sendable (HostCall) async -> HostReply)?
    var handle: LocalKernel
    var continuation: CheckedContinuation<Result<KernelCopy, KernelError>, Never>

    func fail(_ reason: String) {
        continuation.resume(returning: .failure(KernelError(.copyFailed, reason)))
    }
}

/// A cell whose end somebody waits for.
struct CellOrder: Sendable {
    var cell: Cell
    var output: @Sendable (CellOutput) -> Void
    var continuation: CheckedContinuation<CellResult, Never>
    var began = ContinuousClock.now

    /// Says why the cell is not executed.
    func refuse(_ type: String, _ reason: String) {
        let failure = CellResult.Failure(type: type, message: reason, traceback: "")
        continuation.resume(
            returning: CellResult(number: cell.number, status: .error, seconds: 0, failure: failure))
    }

    /// At most once: a cell that may have been executed already is not executed again.
    func refuse(afterCell last: Int) {
        refuse(
            "CellRepeated",
            "Cell \(cell.number) was not executed: this kernel was given cell \(last) before, and numbers only rise.")
    }

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

/// A save that somebody waits for.
struct SaveOrder: Sendable {
    var known: [MemoryPart]
    var continuation: CheckedContinuation<Result<JSONValue, KernelError>, Never>

    func fail(_ reason: String) { continuation.resume(returning: .failure(KernelError(.saveFailed, reason))) }
}

/// A proposal whose examination somebody waits for.
struct ExaminationOrder: Sendable {
    var examination: KernelExamination
    var continuation: CheckedContinuation<Result<JSONValue, KernelError>, Never>

    func fail(_ reason: String) {
        continuation.resume(returning: .failure(KernelError(.examinationFailed, reason)))
    }
}

/// A saved memory that a kernel is to take up.
struct RecallOrder: Sendable {
    var memory: MemoryToRecall
    var continuation: CheckedContinuation<Result<JSONValue, KernelError>, Never>

    func fail(_ reason: String) { continuation.resume(returning: .failure(KernelError(.startFailed, reason))) }
}
