internal import Foundation
package import LatheVocabulary
internal import Synchronization

/// The capabilities of a project as Python source files: approved ones in `functions/` and `agents/`, those that wait in
/// the same folders below `proposed/`.
///
/// No file is ever imported or run here: a short, isolated process reads the syntax trees. All work happens on a queue of
/// the library's own; a list is kept until a file changes.
package final class SourceLibrary: CapabilityLibrary {
    /// What was read, and what it was read from.
    final class Known: Sendable {
        let files = Mutex<(stamps: [String: LibraryFolder.Stamp], capabilities: [ReadCapability])?>(nil)
        /// Counts how often the files were read.
        let readings = Mutex(0)
        let past = Mutex(LibraryPast())
        let searched = Mutex<SearchedList?>(nil)
        /// The agents that come with lathe, which do not change while it runs.
        let builtIns = Mutex<[ReadCapability]?>(nil)
    }

    let folder: LibraryFolder
    let reader: LibraryReader
    let examiner: (any CapabilityExaminer)?
    let journal: (any LibraryJournal)?
    let trust: LibraryTrust
    let proposals: ProposalUse
    let search: CapabilitySearch?
    let toolSearch: ToolSearch?
    let builtIns: BuiltIns?
    let demotion: DemotionRule?
    let healthRule: HealthRule?
    let agentSearch: CapabilitySearch?
    let known = Known()
    private let queue = DispatchQueue(label: "lathe.library")

    /// - Parameters:
    ///   - folder: absolute path of `generated-capabilities`; made with the first capability.
    ///   - python: absolute path of a Python 3.11 or later; the standard library is enough.
    ///   - reader: absolute path of the package `lathe_library`.
    ///   - examiner: finds out whether a proposal can be saved; without one, its form alone decides.
    ///   - journal: where the lives of capabilities are kept; without one, files are what their blocks say.
    ///   - trust: what makes a file that says *approved* be one.
    ///   - proposals: which sessions may use what waits.
    ///   - demotion: what loses its place by its failures; nil for nothing.
    ///   - search: finds capabilities; without it nothing can be searched for.
    ///   - tools: finds tools; without it none are found.
    ///   - builtIns: absolute path of the agents that come with lathe; nil for none.
    ///   - agents: finds agents; without it none are chosen.
    ///   - health: by what an agent is not chosen any more; nil for nothing.
    package init(
        folder: String, python: String, reader: String, examiner: (any CapabilityExaminer)? = nil,
        journal: (any LibraryJournal)? = nil, trust: LibraryTrust = .pins, proposals: ProposalUse = .session,
        demotion: DemotionRule? = DemotionRule(), search: CapabilitySearch? = nil, tools: ToolSearch? = nil,
        builtIns: String? = nil, agents: CapabilitySearch? = nil, health: HealthRule? = HealthRule()
    ) {
        (agentSearch, healthRule) = (agents, health)
        self.demotion = demotion
        self.proposals = proposals
        self.journal = journal
        self.trust = trust
        self.folder = LibraryFolder(path: folder)
        let reader = LibraryReader(process: ReaderProcess(python: python, reader: reader))
        self.reader = reader
        self.examiner = examiner
        self.search = search
        toolSearch = tools
        self.builtIns = builtIns.map { BuiltIns(folder: $0, reader: reader) }
    }

    package func list() async throws(LibraryError) -> [Capability] {
        try await onQueue { () throws(LibraryError) in try self.folder.reading(self.judged).map(\.capability) }
    }

    package func source(of kind: Capability.Kind, named name: String) async throws(LibraryError) -> String {
        guard let source = try await entry(kind, name)["source"]?.stringValue else {
            throw LibraryError(.unreadable, "The source of \(name) could not be read.")
        }
        return source
    }

    private func entry(_ kind: Capability.Kind, _ name: String) async throws(LibraryError) -> JSONValue {
        let name = try CapabilityName(name)
        return try await onQueue { () throws(LibraryError) in
            try self.folder.reading { () throws(LibraryError) in
                for shelf in Capability.Shelf.allCases
                where try self.folder.open(shelf, kind, .existing)?.stamp(of: name.file) != nil {
                    return try self.reader.read(self.folder.path, kind, name, shelf)
                }
                throw LibraryError(
                    .notFound, "The library has no \(kind.rawValue) \(name). 'lathe library list' shows all.")
            }
        }
    }

    // MARK: On the queue

    /// The capabilities as they are on disk now, read again only after a change.
    func current() throws(LibraryError) -> [ReadCapability] {
        let stamps = try folder.stamps()
        if let read = known.files.withLock({ $0 }), read.stamps == stamps { return read.capabilities }
        let capabilities = stamps.isEmpty ? [] : try reader.index(folder.path)
        known.files.withLock { $0 = (stamps, capabilities) }
        known.readings.withLock { $0 += 1 }
        return capabilities
    }

    func onQueue<T: Sendable>(
        _ body: @escaping @Sendable () throws(LibraryError) -> T
    ) async throws(LibraryError) -> T {
        try await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result(catching: body)) }
        }.get()
    }
}
