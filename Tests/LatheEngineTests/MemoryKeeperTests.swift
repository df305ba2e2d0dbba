import LatheTestSupport
import LatheVocabulary
import Synchronization
import Testing

@testable import LatheEngine

/// When the working memory is saved, and which kernel writes it.
struct MemoryKeeperTests {
    private let archive = NotingArchive()
    private let log = EventLog(journal: MemoryJournal())

    /// Quiet never comes by itself in a test.
    private var keeper: MemoryKeeper {
        MemoryKeeper(
            memory: SessionMemory(archive: archive, inputs: [], limit: 1), limit: 1, log: log, quiet: .seconds(3_600),
            longest: .seconds(3_600))
    }

    private func path(_ cell: Int) -> [MemoryStep] { [MemoryStep(cell: cell)] }

    @Test func `turns that follow quickly are saved once, as they are at the end`() async {
        let (keeper, kernels) = (keeper, (1...3).map { _ in NotingKernel() })
        for (index, kernel) in kernels.enumerated() {
            await keeper.offer(MemoryKeeper.State(kernel: kernel, path: path(index + 1), cell: index + 1))
        }
        #expect(await keeper.lacks(path(3)))
        await keeper.finish()
        #expect(archive.saved == [path(3)])
        #expect(await keeper.saved == path(3))
        #expect(await !keeper.lacks(path(3)))
    }

    @Test func `what took long to run is saved without a wait, by a copy, and the last kernel by itself`() async {
        let (keeper, checkpoint, last) = (keeper, NotingKernel(), NotingKernel())
        let events = log.watch()
        await keeper.offer(MemoryKeeper.State(kernel: checkpoint, path: path(1), cell: 1, seconds: 0.6))
        await keeper.offer(MemoryKeeper.State(kernel: checkpoint, path: path(2), cell: 2, seconds: 0.6))
        for await event in events { if case .memorySaved = event.body { break } }
        #expect(archive.saved == [path(2)])
        #expect(checkpoint.done == ["copied", "copy saved"])
        await keeper.offer(MemoryKeeper.State(kernel: last, path: path(3), cell: 3, isLast: true))
        await keeper.finish()
        #expect(archive.saved == [path(2), path(3)])
        #expect(last.done == ["saved"])
    }

    @Test func `a state whose kernel is gone is still lacking, so that another kernel can save it`() async {
        let keeper = keeper
        await keeper.offer(MemoryKeeper.State(kernel: NotingKernel(isGone: true), path: path(1), cell: 1))
        await keeper.finish()
        #expect(archive.saved == [])
        #expect(await keeper.lacks(path(1)))
    }
}

/// Remembers of which cells saves were.
private final class NotingArchive: MemoryArchive {
    private let paths = Mutex<[[MemoryStep]]>([])

    var saved: [[MemoryStep]] { paths.withLock { $0 } }

    func note(_ path: [MemoryStep]) { paths.withLock { $0.append(path) } }

    func saves() -> (saves: [SavedMemory], problems: [String]) { ([], []) }
    func open(_ save: SavedMemory) throws(MemoryError) -> [SliceReference] { [] }
    func verify(_ save: SavedMemory, _ files: [SliceReference]) async -> [String] { [] }
    func input(_ input: DataInput) -> SavedInput? { nil }
    func begin(limit: Int) throws(MemoryError) -> any MemoryWriting { Writing(archive: self) }

    private final class Writing: MemoryWriting {
        let archive: NotingArchive
        let known: [MemoryPart] = []

        init(archive: NotingArchive) { self.archive = archive }

        func append(_ bytes: UnsafeRawBufferPointer) throws(MemoryError) {}

        func endPart(_ format: MemoryPart.Format) throws(MemoryError) -> MemoryPart {
            throw MemoryError(.failed, "no part is written here")
        }

        func finish(
            _ parts: [MemoryPart], index: Int, path: [MemoryStep], inputs: [DataInput], content: MemoryContent
        ) throws(MemoryError) -> SavedMemory {
            archive.note(path)
            return SavedMemory(
                generation: archive.saved.count, time: 0, path: path, inputs: [], parts: parts, index: index,
                content: content)
        }
    }
}

/// Remembers what was done with it and with its copies.
private final class NotingKernel: Kernel {
    private let deeds = Mutex<[String]>([])
    private let origin: NotingKernel?
    private let isGone: Bool

    init(of origin: NotingKernel? = nil, isGone: Bool = false) {
        self.origin = origin
        self.isGone = isGone
    }

    var done: [String] { deeds.withLock { $0 } }
    var epoch: KernelEpoch { KernelEpoch(rawValue: 1) }

    private func note(_ deed: String) { deeds.withLock { $0.append(deed) } }

    func copy(hostCall: (@Sendable (HostCall) async -> HostReply)?) throws(KernelError) -> KernelCopy {
        guard !isGone else { throw KernelError(.copyFailed, "the kernel is gone") }
        note("copied")
        return .made(NotingKernel(of: self))
    }

    func save(into writing: any MemoryWriting) throws(KernelError) -> MemoryDraft {
        if let origin { origin.note("copy saved") } else { note("saved") }
        return MemoryDraft(parts: [], index: 0, content: MemoryContent(), written: 0, kept: 0)
    }

    func run(_ cell: Cell, output: @escaping @Sendable (CellOutput) -> Void) async -> CellResult {
        CellResult(number: cell.number, status: .ok, seconds: 0)
    }
    func recall(_ memory: MemoryToRecall) -> MemoryRecall { .refused("it has no memory") }
    func examine(_ examination: KernelExamination) throws(KernelError) -> AdmissionReport {
        throw KernelError(.examinationFailed, "it runs nothing")
    }
    func memory() -> KernelMemory? { nil }
    func resident() -> ResidentMemory? { nil }
    func inspect() -> VariableListing? { nil }
    func hasEnded() -> Bool { false }
    func interrupt() {}
    func stop() async {}
}
