internal import LatheVocabulary

/// The working memory on disk: saved from copies of the kernel, taken up by a kernel that has run nothing.
extension KernelSeat {
    /// Has the memory kept as it is now, by a copy: what the next cell can be undone to, and what is saved. Returns at once:
    /// the copy is made while a model is asked, and saved while work goes on.
    func saveMemory() {
        guard checkpointLimits != nil, let kernel, !isDead, !path.steps.isEmpty, copying == nil else { return }
        copying = Task {
            await self.keepAfterTurn(kernel)
            self.copying = nil
        }
    }

    private func keepAfterTurn(_ kernel: any Kernel) async {
        do throws(HostRefusal) {
            try await keepAsItIs(kernel)
        } catch {
            return await tellUncopied(error.reason)
        }
        guard let keeper, path.steps != offered, let copy = kept.last(where: { path.isNow($0.number) }) else { return }
        offered = path.steps
        let state = MemoryKeeper.State(
            kernel: copy.kernel, path: path.steps, cell: lastCell, seconds: exchange(&unsavedSeconds, with: 0),
            isSound: verification)
        await keeper.offer(state)
    }

    private func tellUncopied(_ reason: String) async {
        guard keeper != nil, !isDead, told.insert("save: \(reason)").inserted, told.count <= 20 else { return }
        let end = reason.hasSuffix(".") ? "" : "."
        let text = "The working memory is saved when the session is closed, not before: \(reason)\(end)"
        _ = try? await log.record(.notice(Notice(.info, text)), at: place)
    }

    /// Waits until the memory is saved as it is now, before the kernel is stopped. Where it takes long, that is said.
    func settleMemory() async {
        guard let keeper else { return }
        await copying?.value
        if let kernel, !isDead, !path.steps.isEmpty {
            let isMissing = if path.steps == offered { await keeper.lacks(path.steps) } else { true }
            if isMissing {
                offered = path.steps
                let state = MemoryKeeper.State(
                    kernel: kernel, path: path.steps, cell: lastCell, isSound: verification, isLast: true)
                await keeper.offer(state)
            }
        }
        let log = log
        let notice = Task {
            try await Task.sleep(for: .seconds(1))
            try await log.record(
                .notice(Notice(.info, "Saving the working memory; Ctrl-C ends it, and the save before stays.")),
                at: .coordinator)
        }
        await keeper.finish()
        notice.cancel()
        _ = await notice.result
    }

    /// Starts the kernel with a saved memory; the reason where it has none of it.
    func open(
        with memory: MemoryToRecall, savedInputs: Set<String>
    ) async throws(KernelError) -> Result<MemoryRestored, HostRefusal> {
        let began = ContinuousClock.now
        try await open(savedInputs: savedInputs)
        guard let kernel else { return .failure(HostRefusal("not_allowed", "there is no kernel")) }
        let recall: MemoryRecall
        do throws(KernelError) {
            recall = try await kernel.recall(memory)
        } catch {
            recall = .refused(error.reason)
        }
        switch recall {
        case .refused(let reason):
            await discardKernel()
            return .failure(HostRefusal("not_allowed", reason))
        case .restored(let count, let lost, let rebuilt, let variables, let problems):
            offered = memory.save.path
            take(variables, problems)
            let cell = memory.save.path.last?.cell ?? 0
            return .success(
                MemoryRestored(
                    generation: memory.save.generation, cell: cell, seconds: began.duration(to: .now).seconds,
                    variables: count, bytes: memory.save.bytes, rebuilt: Array(rebuilt.prefix(100)),
                    lost: Array(lost.prefix(100))))
        }
    }
}
