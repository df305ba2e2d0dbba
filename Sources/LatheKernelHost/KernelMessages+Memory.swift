internal import LatheVocabulary

/// What a kernel says of its memory. Its parts are known from what came, never from what it says of them.
extension KernelMessages {
    private static let most = 1_000

    /// Throws where the kernel failed, or names parts that are not there.
    static func draft(
        _ payload: JSONValue, known: [MemoryPart], new received: () throws(KernelError) -> [MemoryPart]
    ) throws(KernelError) -> MemoryDraft {
        let new: [MemoryPart]
        do throws(KernelError) {
            new = try received()
        } catch {
            // What the kernel says of it is that its pipe was closed.
            throw error
        }
        if payload["failed"] != nil { throw KernelError(.saveFailed, bounded(payload["failed"], 500)) }
        var parts: [MemoryPart] = []
        var fresh = new.makeIterator()
        for item in payload["parts"]?.arrayValue ?? [] {
            let named = item["kept"]?.integerValue
            let part = named.map { known.indices.contains($0) ? known[$0] : nil } ?? fresh.next()
            guard let part else { throw KernelError(.saveFailed, "the kernel named parts that it did not send") }
            parts.append(part)
        }
        guard fresh.next() == nil, let index = payload["index"]?.integerValue, parts.indices.contains(index) else {
            throw KernelError(.saveFailed, "the kernel sent parts that it did not name")
        }
        let there = Set(known)
        return MemoryDraft(
            parts: parts, index: index, content: content(payload),
            written: Set(new).subtracting(there).reduce(0) { $0 + $1.bytes },
            kept: Set(parts).intersection(there).reduce(0) { $0 + $1.bytes })
    }

    private static func content(_ payload: JSONValue) -> MemoryContent {
        let variables = (payload["variables"]?.arrayValue ?? []).prefix(most).map { item in
            SavedVariable(
                name: bounded(item["name"], 200), type: bounded(item["type"], 200), bytes: count(item["bytes"]),
                cell: count(item["cell"]))
        }
        return MemoryContent(
            variables: variables, omitted: count(payload["omitted"]), unsaved: unsaved(payload["unsaved"]),
            unsavedOmitted: count(payload["unsaved_omitted"]))
    }

    private static func unsaved(_ value: JSONValue?) -> [UnsavedVariable] {
        (value?.arrayValue ?? []).prefix(most).map { item in
            UnsavedVariable(
                name: bounded(item["name"], 200), type: bounded(item["type"], 200),
                reason: bounded(item["reason"], 300),
                cell: count(item["cell"]))
        }
    }

    private static func count(_ value: JSONValue?) -> Int { min(max(value?.integerValue ?? 0, 0), 1 << 50) }

    static func recall(_ payload: JSONValue) -> MemoryRecall {
        if payload["refused"] != nil { return .refused(bounded(payload["refused"], 500)) }
        let rebuilt = (payload["rebuilt"]?.arrayValue ?? []).prefix(most).map { bounded($0, 200) }
        let problems = (payload["problems"]?.arrayValue ?? []).prefix(50).map { bounded($0, 2000) }
        return .restored(
            count(payload["restored"]), lost: unsaved(payload["lost"]), rebuilt: rebuilt,
            variables: listing(payload["variables"]), problems: problems)
    }
}
