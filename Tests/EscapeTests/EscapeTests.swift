import Foundation
import LatheKernelHost
import LatheScreens
import LatheVocabulary
import Testing

/// Every attempt of `sandbox/escapes`, in a real kernel of a real session: denied, and the session goes on.
@Suite(.serialized, .timeLimit(.minutes(20))) struct EscapeTests {
    @Test func `there are attempts of every kind`() throws {
        let attempts = try Attempt.all()
        #expect(attempts.count >= 60)
        for attempt in attempts { #expect(!attempt.denials.isEmpty && !attempt.roles.isEmpty, "\(attempt)") }
        let kinds = Set(attempts.compactMap { $0.name.split(separator: "_").first.map(String.init) })
        #expect(
            kinds.isSuperset(of: [
                "files", "library", "runtime", "journal", "inputs", "others", "limits", "system", "network", "terminal",
                "descriptors", "slices", "channel", "bomb", "copies", "tools",
            ]))
    }

    @Test(arguments: [KernelRole.session, .subtask])
    func `every attempt is denied and the session goes on`(role: KernelRole) async throws {
        try await attempt(in: role, kinds: { _ in true }) { prison, prelude in
            try await prison.kernel(role, prelude)
        }
    }

    /// Bombs take their time; of them those are enough whose limits a fork could lose.
    @Test(arguments: [KernelRole.session, .subtask])
    func `a copy of a kernel gets no further than its origin`(role: KernelRole) async throws {
        let bombs = ["bomb_forks", "bomb_memory", "bomb_descriptors", "bomb_file_size"]
        try await attempt(in: role, kinds: { !$0.hasPrefix("bomb_") || bombs.contains($0) }) { prison, prelude in
            try await prison.copiedKernel(role, prelude)
        }
    }

    private func attempt(
        in role: KernelRole, kinds: (String) -> Bool, start: (Prison, String) async throws -> any Kernel
    ) async throws {
        let prelude = try String(contentsOf: Attempt.folder.appending(path: "_prelude.py"), encoding: .utf8)
        let chosen = ProcessInfo.processInfo.environment["LATHE_ATTEMPT"] ?? ""
        var (denied, known) = (0, 0)
        try await Prison.with { prison in
            for attempt in try Attempt.all()
            where attempt.roles.contains(role) && kinds(attempt.name)
                && (chosen.isEmpty || attempt.name.contains(chosen))
            {
                let kernel = try await start(prison, prelude)
                let result = await kernel.run(Cell(number: 2, code: attempt.code)) { _ in }
                if let objection = attempt.objection(to: result) {
                    if let reason = attempt.succeeds {
                        known += 1
                        print("succeeds (\(role.rawValue)): \(attempt): \(reason)")
                    } else {
                        Issue.record("\(attempt) as \(role.rawValue) \(objection)")
                    }
                } else {
                    denied += 1
                    #expect(attempt.succeeds == nil, "\(attempt) is denied now: take its `Succeeds` away")
                }
                checkOutput(result, attempt)
                try await checkAfterwards(kernel, result, attempt)
                #expect(try await prison.harm() == [], "\(attempt) as \(role.rawValue)")
                await kernel.stop()
                prison.clean()
            }
        }
        print("escape: user \(geteuid()), \(role.rawValue): \(denied) denied, \(known) known to succeed")
    }

    /// The next cell works: in the same kernel, or where the attempt ended it, in a new one (which `harm` starts).
    private func checkAfterwards(_ kernel: any Kernel, _ result: CellResult, _ attempt: Attempt) async throws {
        if attempt.leavesDeadKernel { try await Task.sleep(for: .seconds(1)) }
        let next = await kernel.run(Cell(number: 3, code: "6 * 7")) { _ in }
        if result.status == .died || attempt.leavesDeadKernel {
            #expect(next.status == .died, "\(attempt): \(next)")
        } else {
            #expect(next.value?.text.head == "42", "\(attempt): \(next)")
        }
    }

    /// Whatever it printed is bounded, and cannot act on a terminal.
    private func checkOutput(_ result: CellResult, _ attempt: Attempt) {
        for text in [result.stdout, result.stderr, result.value?.text ?? CapturedText()] {
            #expect(text.head.utf8.count + text.tail.utf8.count <= 20_000, "\(attempt)")
            for line in TerminalText.safeLines(text.head) {
                let acts = line.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
                #expect(!acts, "\(attempt): \(line.debugDescription)")
            }
        }
        #expect((result.failure?.message.utf8.count ?? 0) <= 20_000, "\(attempt)")
        for line in TerminalText.safeLines(result.failure?.traceback ?? "") {
            let acts = line.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
            #expect(!acts, "\(attempt): \(line.debugDescription)")
        }
    }
}
