internal import Foundation
package import LatheVocabulary

/// Reads a proposal, then runs it in a fresh kernel that gets no data, no work folder and no answers to host calls.
///
/// A kernel that hangs, crashes, uses up its memory or answers what is no report is a finding; only where no kernel can be had
/// does it throw.
package struct KernelExaminer: CapabilityExaminer {
    package struct Limits: Sendable {
        /// For running all of a proposal.
        package var seconds = 60.0
        /// The most changes of its source that are tried; 0 for none.
        package var mutants = 40
        package var kernel: KernelLimits = {
            var limits = KernelLimits()
            limits[.memory] = 2_000_000_000
            limits[.cpu] = 240
            limits[.processes] = 256
            limits[.openFiles] = 256
            limits[.file] = 256_000_000
            return limits
        }()

        package init() {}
    }

    /// What keeps a proposal from being run at all: there is nothing that could be, or it says itself that it must not be.
    private static let unrunnable: Set = [
        "form", "code-at-import", "missing-dependency", "private-import", "tests-form", "test-tampers",
    ]

    private let folder: String
    private let kept: String?
    private let reader: LibraryReader
    package var limits: Limits
    private let placement: @Sendable () async throws(LibraryError) -> any KernelPlacement

    /// - Parameters:
    ///   - folder: absolute path of the library, whose capabilities it is compared with.
    ///   - python: absolute path of the interpreter that reads.
    ///   - reader: absolute path of the package `lathe_library`.
    ///   - kept: absolute path of a file for what is derived of the library's sources, so that they are not all read again for
    ///     each proposal; nil keeps nothing.
    ///   - limits: what running a proposal may take.
    ///   - placement: where the kernel runs; asked for once a proposal can be run.
    package init(
        folder: String, python: String, reader: String, kept: String? = nil, limits: Limits = Limits(),
        placement: @escaping @Sendable () async throws(LibraryError) -> any KernelPlacement
    ) {
        self.folder = folder
        self.kept = kept
        self.reader = LibraryReader(process: ReaderProcess(python: python, reader: reader))
        self.limits = limits
        self.placement = placement
    }

    package func examine(_ proposal: CapabilityProposal) async throws(LibraryError) -> AdmissionReport {
        var report = try await read(proposal)
        report.leftOut = proposal.leftOut
        guard !report.findings.contains(where: { $0.isRefusal && Self.unrunnable.contains($0.rule) }) else {
            return report
        }
        let ran = try await run(proposal)
        report.findings += ran.findings
        (report.tests, report.mutation, report.earlier) = (ran.tests, ran.mutation, ran.earlier)
        report.judgeEarlier(proposal)
        return report
    }

    private func read(_ proposal: CapabilityProposal) async throws(LibraryError) -> AdmissionReport {
        let (reader, folder, kept) = (reader, folder, kept)
        return try await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: Result { () throws(LibraryError) in try reader.examine(proposal, in: folder, kept: kept)
                    })
            }
        }.get()
    }

    /// The second half alone: what running it finds.
    package func run(_ proposal: CapabilityProposal) async throws(LibraryError) -> AdmissionReport {
        let start = KernelStart(
            role: .subtask, place: Place.coordinator.child("admission"), bindsInputs: false, limits: limits.kernel)
        let place = try await placement()
        let started: StartedKernel
        do throws(KernelError) {
            started = try await place.startKernel(start) { call in
                .error("not_allowed", "\(call.name.prefix(64)) cannot be called while a capability is examined")
            }
        } catch {
            throw LibraryError(.readerFailed, "No kernel could be had to run its tests: \(error.reason)")
        }
        let outcome: Result<AdmissionReport, KernelError>
        do throws(KernelError) {
            outcome = .success(
                try await started.kernel.examine(
                    KernelExamination(proposal, seconds: limits.seconds, mutants: limits.mutants)))
        } catch {
            outcome = .failure(error)
        }
        await started.kernel.stop()
        switch outcome {
        case .success(let report): return report
        case .failure(let error):
            guard !Task.isCancelled else { throw LibraryError(.refused, "The examination was interrupted.") }
            let reason = "running it ended the kernel or its report: \(error.reason)"
            return AdmissionReport(findings: [.init(rule: "ends-kernel", reason: reason, isRefusal: true)])
        }
    }
}
