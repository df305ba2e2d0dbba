internal import LatheVocabulary

/// Cells of the session's owner, between two turns.
extension TurnLoop {
    /// Runs the cells that the owner wants run here, also while this place is paused; returns once a turn may begin.
    mutating func runTaken() async throws(JournalError) -> LoopEnd? {
        while let cell = await taken(transcript.nextTurn) {
            let result: CellResult
            do throws(JournalError) {
                transcript.apply(.cellStarted(Cell(number: 0, code: cell.code, author: .owner)))
                result = try await seat.run(cell.code, author: .owner)
            } catch {
                cell.end(.notRun(HostRefusal("failed", "the journal cannot be written: \(error.reason)")))
                throw error
            }
            cell.end(.ran(result))
            if let end = try await take(result) { return end }
        }
        return nil
    }

    /// What an owner's cell leaves: it answers nothing, and a kernel that it killed is replaced.
    private mutating func take(_ result: CellResult) async throws(JournalError) -> LoopEnd? {
        transcript.apply(.cellFinished(result))
        answers.clear()
        if let back = await seat.lastRollback { transcript.apply(.rolledBack(back)) }
        await seat.saveMemory()
        if Task.isCancelled { return .cancelled }
        guard result.status == .died else { return nil }
        do throws(KernelError) {
            transcript.apply(.kernelReplaced(try await seat.restart()))
            return nil
        } catch {
            return Task.isCancelled ? .cancelled : .kernelLost(error)
        }
    }
}
