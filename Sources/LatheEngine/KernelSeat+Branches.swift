internal import LatheVocabulary

/// `lathe.branch`: alternatives from the same state, each in a copy of the kernel, side by side.
extension KernelSeat {
    /// Runs each code in a copy of the kernel as it is at the call. The copies stay until the cell has ended, so that one of
    /// them can be kept.
    func branch(_ codes: [String]) async throws(HostRefusal) -> JSONValue {
        let (limits, kernel) = try checkpointing()
        guard (1...limits.branches).contains(codes.count) else {
            throw HostRefusal("limit", "branch: there may be 1 to \(limits.branches) alternatives, not \(codes.count)")
        }
        var alternatives: [Alternative] = []
        for code in codes {
            let number = path.lastCheckpoint + 1
            let place = place.branch(number)
            let desk = desk.forBranch(at: place)
            let copy = try await copied(kernel, desk: desk)
            try await keep(copy, Checkpointed(checkpoint: number, maker: .branch, cell: lastCell, code: code))
            alternatives.append(
                Alternative(
                    number: number, place: place, cell: Cell(number: lastCell, code: code), kernel: copy,
                    desk: desk))
        }
        let log = log
        let results = await withTaskGroup(of: (Int, Result<CellResult, JournalError>).self) { group in
            for alternative in alternatives {
                group.addTask { (alternative.number, await alternative.run(log)) }
            }
            var results: [Int: Result<CellResult, JournalError>] = [:]
            for await (number, result) in group { results[number] = result }
            return results
        }
        for alternative in alternatives { try await take(branch: alternative.number) }
        var listed: [JSONValue] = []
        for alternative in alternatives {
            guard let result = results[alternative.number] else { continue }
            switch result {
            case .success(let result): listed.append(Self.described(result, checkpoint: alternative.number))
            case .failure(let error):
                throw HostRefusal("not_allowed", "the journal cannot be written: \(error.reason)")
            }
        }
        return ["branches": .array(listed)]
    }

    /// Whoever is told of a branch, or goes on in it, has read what its code read.
    func take(branch number: Int) async throws(HostRefusal) {
        try await desk.expose(to: place.branch(number), called: "branch \(number)")
    }

    private struct Alternative: Sendable {
        var number: Int
        var place: Place
        var cell: Cell
        var kernel: any Kernel
        var desk: HostDesk

        /// Cancelling the task interrupts the cell; the result says so.
        func run(_ log: EventLog) async -> Result<CellResult, JournalError> {
            do throws(JournalError) {
                try await log.record(.cellStarted(cell), at: place)
                var result = await kernel.run(cell) { output in
                    log.show(.cellOutput(CellOutputSeen(cell: cell.number, output)), at: place)
                }
                let said = desk.credible(result.used)
                result.used = said.uses
                try await log.record(.cellFinished(result), at: place)
                if said.strange > 0 {
                    let text = KernelSeat.strange(said.strange, in: cell)
                    try await log.record(.notice(Notice(.warning, text)), at: place)
                }
                if result.used != nil { try await desk.services.uses.carry() }
                return .success(result)
            } catch {
                return .failure(error)
            }
        }
    }

    private static func described(_ result: CellResult, checkpoint: Int) -> JSONValue {
        let failure = result.failure.map { failure -> JSONValue in
            .string("\(failure.type): \(failure.message)".singleLine(upTo: 1_000))
        }
        return [
            "checkpoint": .integer(checkpoint), "status": .string(result.status.rawValue),
            "seconds": .number(result.seconds), "number": result.value?.number.map(JSONValue.number) ?? .null,
            "text": result.value.map { .string(Excerpt($0.text, cap: .value, whole: "the branch's own value").text) }
                ?? .null,
            "stdout": .string(Excerpt(result.stdout, cap: .stdout, whole: "the journal").text),
            "error": failure ?? .null,
        ]
    }
}
