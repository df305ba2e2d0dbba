internal import Foundation
package import LatheVocabulary
internal import Synchronization

/// The capabilities of a project as Python source files in `functions/` and `agents/`.
///
/// No file is ever imported or run here: a short, isolated process reads the syntax trees. All work happens on a queue of
/// the library's own; a list is kept until a file changes.
package final class SourceLibrary: CapabilityLibrary {
    private struct Known {
        var stamps: [String: LibraryFolder.Stamp]
        var capabilities: [Capability]
    }

    private let folder: LibraryFolder
    private let reader: LibraryReader
    private let queue = DispatchQueue(label: "lathe.library")
    private let known = Mutex<Known?>(nil)

    /// - Parameters:
    ///   - folder: absolute path of `generated-capabilities`; made with the first capability.
    ///   - python: absolute path of a Python 3.11 or later; the standard library is enough.
    ///   - reader: absolute path of the package `lathe_library`.
    package init(folder: String, python: String, reader: String) {
        self.folder = LibraryFolder(path: folder)
        self.reader = LibraryReader(process: ReaderProcess(python: python, reader: reader))
    }

    package func save(_ proposal: CapabilityProposal) async throws(LibraryError) -> SavedCapability {
        try await onQueue { () throws(LibraryError) in try self.write(proposal) }
    }

    package func list() async throws(LibraryError) -> [Capability] {
        try await onQueue(current)
    }

    /// The capabilities that fit `words` best, best first; empty where nothing fits.
    package func search(_ words: String, limit: Int = 5) async throws(LibraryError) -> [Capability] {
        try await onQueue { () throws(LibraryError) in
            guard !(try self.current().isEmpty) else { return [] }
            return try self.reader.search(self.folder.path, words: words, limit: limit)
        }
    }

    package func find(_ need: CapabilityNeed) async throws(LibraryError) -> CapabilityFinding {
        let usable = try await list().filter { $0.isOffered(to: need.session) }
        let names = Set(usable.map(\.path))
        let fitting = usable.isEmpty ? [] : try await search(need.words, limit: usable.count + 1_000)
        return CapabilityFinding(
            Array(fitting.filter { names.contains($0.path) }.prefix(need.limit)), of: usable.count, for: need.words)
    }

    package func agent(named name: String) async throws(LibraryError) -> Agent {
        let entry = try await entry(.agent, name)
        if let problem = entry["problems"]?.arrayValue?.first?.stringValue {
            throw LibraryError(.refused, "Agent \(name) of the library cannot be used: \(problem)")
        }
        guard let instructions = entry["instructions"]?.stringValue else {
            throw LibraryError(.refused, "Agent \(name) of the library has no INSTRUCTIONS.")
        }
        let returns = entry["returns"].flatMap { $0 == .null ? nil : $0 }
        return Agent(
            name: name, instructions: instructions, returns: returns, limits: try limits(of: name, entry), isSaved: true
        )
    }

    private func limits(of name: String, _ entry: JSONValue) throws(LibraryError) -> KernelLimits? {
        guard let limits = entry["limits"], limits != .null else { return nil }
        do throws(LimitProblem) {
            return try KernelLimits(limits, for: .delegation)
        } catch {
            throw LibraryError(.refused, "Agent \(name) of the library cannot be used: LIMITS: \(error.reason)")
        }
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
            guard try self.folder.open(kind, .existing)?.stamp(of: name.file) != nil else {
                throw LibraryError(
                    .notFound, "The library has no \(kind.rawValue) \(name). 'lathe library list' shows all.")
            }
            return try self.reader.read(self.folder.path, kind, name)
        }
    }

    // MARK: On the queue

    private func write(_ proposal: CapabilityProposal) throws(LibraryError) -> SavedCapability {
        let name = try CapabilityName(proposal.name)
        try reader.inspect(proposal)
        let text = try reader.compose(proposal, created: Self.today())
        guard let folder = try folder.open(proposal.kind, .made) else {
            throw LibraryError(.unreadable, "The folder \(self.folder.path) went away while it was written to.")
        }
        let replaced = try folder.exclusively { () throws(LibraryError) in
            let placement = try placement(of: proposal, name, in: folder)
            try folder.write(text, to: name.file, placement)
            return placement == .replacing
        }
        guard let saved = try current().first(where: { $0.kind == proposal.kind && $0.name == proposal.name }) else {
            throw LibraryError(.unreadable, "\(folder.path)/\(name.file) was written, but is not there any more.")
        }
        return SavedCapability(capability: saved, replaced: replaced)
    }

    /// Whether the file is new, or one that this session may replace: its own, and not yet reviewed.
    private func placement(
        of proposal: CapabilityProposal, _ name: CapabilityName, in folder: OpenFolder
    ) throws(LibraryError) -> OpenFolder.Placement {
        guard let stamp = folder.stamp(of: name.file) else { return .new }
        guard stamp.isRegular else {
            throw LibraryError(.refused, "\(folder.path)/\(name.file) is a link or no file. Move it away.")
        }
        let there = try current().first { $0.kind == proposal.kind && $0.name == proposal.name }
        guard let there, there.status == .proposed, there.session == proposal.session else {
            let owner = there.map { "\($0.status.rawValue), from session \($0.session)" } ?? "unreadable"
            throw LibraryError(
                .nameTaken,
                "The library has the \(proposal.kind.rawValue) \(name) already (\(owner)). Choose another name.")
        }
        return .replacing
    }

    /// The capabilities as they are on disk now, read again only after a change.
    private func current() throws(LibraryError) -> [Capability] {
        let stamps = try folder.stamps()
        if let known = known.withLock({ $0 }), known.stamps == stamps { return known.capabilities }
        let capabilities = stamps.isEmpty ? [] : try reader.index(folder.path)
        known.withLock { $0 = Known(stamps: stamps, capabilities: capabilities) }
        return capabilities
    }

    private static func today() -> String {
        Date.now.formatted(.iso8601.year().month().day())
    }

    private func onQueue<T: Sendable>(
        _ body: @escaping @Sendable () throws(LibraryError) -> T
    ) async throws(LibraryError) -> T {
        try await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result(catching: body)) }
        }.get()
    }
}
