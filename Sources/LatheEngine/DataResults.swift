internal import LatheVocabulary
internal import Synchronization

/// The data results of a session: files that subtasks write, and that wait until who delegated takes or drops them.
///
/// A file belongs to its maker until the maker's subtask completes with it, then to the place that delegated; it goes when it
/// is taken or dropped, and with its owner. Nothing in a file is ever read here. Safe from any thread.
final class DataResults: Sendable {
    private struct Entry {
        var owner: Place
        let maker: Place
        var file: DataFile
        var description: DataDescription
        var isSealed = false
    }

    private struct Content {
        var entries: [String: Entry] = [:]
        var count = 0
        /// Also of files that are being made.
        var bytes = 0
        var made: [Place: Int] = [:]
        /// Whose data nobody can ask for any more.
        var abandoned: Set<Place> = []
    }

    private let content = Mutex(Content())
    private let limits: EngineLimits

    init(limits: EngineLimits) { self.limits = limits }

    // MARK: Making

    /// Makes a file for `maker` to write into.
    func make(
        _ description: DataDescription, for maker: Place, at placement: any KernelPlacement
    ) async throws(HostRefusal) -> (id: String, file: DataFile) {
        try reserve(description.bytes)
        let file: DataFile
        do throws(KernelError) {
            file = try await placement.makeDataFile(bytes: description.bytes)
        } catch {
            content.withLock { $0.bytes -= description.bytes }
            throw HostRefusal("limit", "no file for the data could be made: \(error.reason)")
        }
        return content.withLock { content in
            content.made[maker, default: 0] += 1
            // Places are never used twice in a session, so neither is this, whatever program run it is in.
            let id = "\(maker):\(content.made[maker] ?? 0)"
            content.entries[id] = Entry(owner: maker, maker: maker, file: file, description: description)
            return (id, file)
        }
    }

    private func reserve(_ bytes: Int) throws(HostRefusal) {
        let refusal: HostRefusal? = content.withLock { content in
            guard content.entries.count < limits.dataResults else {
                return HostRefusal(
                    "limit", "more than \(limits.dataResults) data results wait to be taken; take or drop some first")
            }
            guard content.bytes + bytes <= limits.dataBytes else {
                return HostRefusal(
                    "limit",
                    "the data results that wait to be taken would have more than \(limits.dataBytes) bytes; take or drop some first"
                )
            }
            content.bytes += bytes
            return nil
        }
        if let refusal { throw refusal }
    }

    // MARK: Answering

    /// A result with descriptions in place of identifiers. Refused where one names what this place has not made.
    func described(_ value: JSONValue, by maker: Place) throws(HostRefusal) -> JSONValue {
        let entries = content.withLock(\.entries)
        return try value.replacingData { (mark) throws(HostRefusal) in
            guard mark.objectValue?.count == 1, let id = mark.data?.stringValue, let entry = entries[id],
                entry.owner == maker
            else {
                throw HostRefusal(
                    "invalid_arguments",
                    "answer: '\(JSONValue.dataKey)' stands for data that lathe.answer itself hands over")
            }
            return entry.description.json(id)
        }
    }

    /// Makes the files that a described result names final, and drops all others of its maker. False where a file is
    /// still mapped for writing; then all of them are dropped.
    func seal(_ value: JSONValue, by maker: Place) -> Bool {
        let named = Set(value.allData.compactMap { $0["id"]?.stringValue })
        drop { $0.owner == maker && !named.contains($1) }
        let isFinal = content.withLock { content in
            named.allSatisfy { id in
                guard let entry = content.entries[id] else { return false }
                if entry.isSealed { return true }
                content.entries[id]?.isSealed = entry.file.seal()
                return content.entries[id]?.isSealed == true
            }
        }
        if !isFinal { dropAll(of: maker) }
        return isFinal
    }

    /// The end of a subtask: what its result names is its owner's from now on, all else that it had is dropped.
    func settle(_ result: JSONValue?, of maker: Place) {
        let named = Set((result?.allData ?? []).compactMap { $0["id"]?.stringValue })
        drop { $0.owner == maker && !(named.contains($1) && $0.isSealed) }
        guard let owner = maker.parent else { return dropAll(of: maker) }
        let isWanted = content.withLock { content in
            guard !content.abandoned.contains(maker) else { return false }
            for id in named where content.entries[id]?.owner == maker { content.entries[id]?.owner = owner }
            return true
        }
        if !isWanted { dropAll(of: maker) }
    }

    // MARK: Taking

    /// Hands a file over to its owner, who keeps it alive from then on.
    func take(_ id: String, by owner: Place) throws(HostRefusal) -> DataFile {
        let taken: Entry? = content.withLock { content in
            guard let entry = content.entries[id], entry.owner == owner, entry.isSealed else { return nil }
            content.entries[id] = nil
            content.bytes -= entry.file.bytes
            return entry
        }
        guard let taken else { throw Self.gone(id) }
        return taken.file
    }

    static func gone(_ id: String) -> HostRefusal {
        HostRefusal(
            "gone",
            "the data result \(id.singleLine(upTo: 120)) is no longer there: it was taken or dropped, or the program run that made it has ended. Run the cell that delegated again, as a new cell"
        )
    }

    func drop(_ ids: [String], by owner: Place) { drop { $0.owner == owner && ids.contains($1) } }

    /// Everything that a place owns goes with it.
    func dropAll(of owner: Place) { drop { entry, _ in entry.owner == owner } }

    /// Drops what these subtasks have answered with, and what they will: nobody knows of them any more.
    func abandon(_ makers: Set<Place>) {
        content.withLock { $0.abandoned.formUnion(makers) }
        drop { entry, _ in makers.contains(entry.maker) && entry.owner != entry.maker }
    }

    /// Drops what a refused result names.
    func dropAll(of maker: Place, named value: JSONValue) {
        drop(value.allData.compactMap { $0["id"]?.stringValue }, by: maker)
    }

    private func drop(where isUnwanted: (Entry, String) -> Bool) {
        let dropped = content.withLock { content in
            let dropped = content.entries.filter { isUnwanted($0.value, $0.key) }
            for (id, entry) in dropped {
                content.entries[id] = nil
                content.bytes -= entry.file.bytes
            }
            return dropped
        }
        // The files are closed here, outside of the lock.
        _ = dropped
    }

    /// Bytes that wait to be taken, and how many results they are.
    var waiting: (bytes: Int, count: Int) { content.withLock { ($0.bytes, $0.entries.count) } }
}
