import Foundation
import LatheKernelHost
import LatheLibrary
import LatheTestSupport
import LatheVocabulary
import Testing

/// Proposals that are read and run in real sandboxed kernels.
struct AdmissionTests {
    static let source = """
        import pandas as pd


        def compute_share(delays: pd.Series, limit: float = 15) -> float:
            \"""Return the share of delays above a limit.

            Example:
                >>> compute_share(pd.Series([1, 20]))
                0.5
            \"""
            if len(delays) == 0:
                return 0.0
            return float((delays > limit).mean())

        """
    static let tests = """
        import pandas as pd

        from compute_share import compute_share


        def test_recorded_1():
            assert compute_share(pd.Series([1, 15, 20, 30])) == 0.5


        def test_empty():
            assert compute_share(pd.Series([], dtype=float)) == 0.0

        """

    /// A test that a proposal may bring, and the rules that it breaks.
    struct Poison: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var body: String
        var rules: Set<String>
    }

    private static let poisons = [
        Poison(
            testDescription: "a fork bomb",
            body: "import os as o\n    for _ in range(8):\n        o.fork()\n    compute_share(pd.Series([1]))",
            rules: ["tests-end", "test-fails", "vacuous-test", "tests-notice-nothing", "leaves-processes"]),
        Poison(
            testDescription: "four gigabytes at once",
            body: "assert compute_share(pd.Series(bytearray(4_000_000_000))) == 0", rules: ["test-fails"]),
        Poison(
            testDescription: "a look for data, files of the session and the network",
            body: """
                import os as o, socket as s
                    assert compute_share(pd.Series([20])) == 1
                    assert not o.path.exists("/data") or o.listdir("/data")
                    assert o.getcwd().startswith("/tmp/subtask-")
                    s.create_connection(("127.0.0.1", 1))
                """, rules: ["test-fails"]),
        Poison(
            testDescription: "the end of the kernel itself",
            body: "import os as o\n    o.kill(o.getpgrp(), 9)\n    assert compute_share(pd.Series([20])) == 1",
            rules: ["ends-kernel"]),
    ]

    static func examining<T>(
        _ body: (KernelHost, KernelExaminer) async throws -> T
    ) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let built = try BuiltParts.find()
        let host = try await KernelHost.start(built.configuration(folder: folder))
        var limits = KernelExaminer.Limits()
        limits.seconds = 120
        limits.mutants = 6
        let examiner = KernelExaminer(
            folder: folder + "/generated-capabilities", python: built.interpreter,
            reader: built.root + "/python/lathe_library", limits: limits
        ) { () throws(LibraryError) in host }
        do {
            let value = try await body(host, examiner)
            await host.stop()
            return value
        } catch {
            await host.stop()
            throw error
        }
    }

    private static func proposal(_ source: String = source, tests: String = tests) -> CapabilityProposal {
        CapabilityProposal(
            kind: .function, name: "compute_share", source: source, session: "test", model: "scripted", tests: tests)
    }

    @Test func `a good function is admitted, with what was measured`() async throws {
        try await Self.examining { _, examiner in
            let report = try await examiner.examine(Self.proposal())
            #expect(report.findings == [])
            #expect(report.isAdmitted)
            #expect(report.tests?.passed == 2)
            #expect(report.tests?.recorded == 1)
            #expect(report.tests?.failures == [])
            #expect((report.tests?.peakBytes ?? 0) > 1_000_000)
            #expect(report.mutation?.mutants == 6)
            #expect(report.mutation.map { $0.noticed + $0.survivors.count } == 6)
            #expect(report.imports == ["pandas"])
        }
    }

    @Test func `what must not run is not run, and all that is wrong is told at once`() async throws {
        try await Self.examining { host, examiner in
            let source = Self.source.replacing("limit: float = 15", with: "limit=15") + "\n\nprint('here')\n"
            let report = try await examiner.examine(Self.proposal(source, tests: ""))
            #expect(
                Set(report.findings.filter(\.isRefusal).map(\.rule)) == ["type-hints", "code-at-import", "no-tests"])
            #expect(report.tests == nil)
            let kernels = try await host.startKernel(
                KernelStart(role: .subtask, place: .coordinator, bindsInputs: false)
            ) { _ in .value(.null) }
            #expect(kernels.problems == [])
        }
    }

    @Test(arguments: poisons)
    func `a test that does harm is a finding, and the next proposal is examined`(_ poison: Poison) async throws {
        try await Self.examining { _, examiner in
            let tests = Self.tests + "\n\ndef test_poison():\n    \(poison.body)\n"
            // Reading would refuse it; running must hold without that.
            let report = try await examiner.run(Self.proposal(tests: tests))
            let rules = Set(report.findings.map(\.rule))
            #expect(!report.isAdmitted)
            #expect(rules.isSubset(of: poison.rules), "\(report.findings)")
            #expect(try await examiner.run(Self.proposal()).isAdmitted)
        }
    }
}
