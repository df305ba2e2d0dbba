internal import LatheVocabulary

/// The calls with effects that a cell under way had made when lathe ended.
///
/// When the cell runs again, a call takes the answer of the first recorded one with the same name and the same arguments. Slices
/// are compared by their type and shape: what is in them is not for the engine to read, and the same data may take other bytes
/// in a memory that was taken up from disk.
struct RecordedCalls: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var called: HostCalled
        var answered: HostAnswered?
        /// Made in an earlier run of the cell, and in this one not again so far.
        var isOpen = false
    }

    private(set) var entries: [Entry] = []

    /// Takes a call of the cell. One that repeats an answered one of an earlier run is that one.
    mutating func add(_ called: HostCalled) {
        guard HostEffect.ofCalls[called.name]?.isRecorded == true else { return }
        if let index = index(of: called.name, called.arguments, slices: called.slices) {
            entries[index].isOpen = false
        } else {
            entries.append(Entry(called: called))
        }
    }

    mutating func add(_ answered: HostAnswered) {
        guard let index = entries.lastIndex(where: { $0.called.call == answered.call }) else { return }
        entries[index].answered = answered
    }

    /// The cell begins anew. A call that was never answered is made anew too: its old record does not count any more.
    mutating func begin() {
        entries.removeAll { $0.answered == nil }
        for index in entries.indices { entries[index].isOpen = true }
    }

    /// Effects outside of the session of which nobody knows whether they happened.
    var unknown: [HostCalled] {
        entries.filter { $0.answered == nil && HostEffect.ofCalls[$0.called.name] == .outside }.map(\.called)
    }

    /// Takes the recorded answer of a call, which no other call gets then.
    mutating func take(_ call: HostCall) -> HostAnswered? {
        guard HostEffect.ofCalls[call.name]?.isRecorded == true else { return nil }
        guard let index = index(of: call.name, call.arguments, slices: call.slices.count) else { return nil }
        entries[index].isOpen = false
        return entries[index].answered
    }

    /// Recorded calls with something to show for them that the cell has not made again.
    var untaken: [HostCalled] {
        entries.filter { $0.isOpen && HostEffect.ofCalls[$0.called.name] != .read }.map(\.called)
    }

    private func index(of name: String, _ arguments: JSONValue, slices: Int) -> Int? {
        let text = arguments.withoutLayout.text
        return entries.firstIndex {
            $0.isOpen && $0.called.name == name && $0.called.slices == slices
                && $0.called.arguments.withoutLayout.text == text
        }
    }
}

extension JSONValue {
    /// Arguments without where in its files a slice lies, which is not the same from one kernel to the next.
    fileprivate var withoutLayout: JSONValue {
        guard case .object(var members) = self, let items = members["items"]?.arrayValue else { return self }
        members["items"] = .array(
            items.map { item in
                guard case .object(var parts) = item, case .object(let manifest)? = parts["manifest"] else {
                    return item
                }
                parts["manifest"] = .object(manifest.filter { ["type", "shape"].contains($0.key) })
                return .object(parts)
            })
        return .object(members)
    }
}

extension HostCalled {
    /// What the user is shown of a call whose outcome is unknown.
    package var title: String {
        let about = arguments["name"]?.stringValue ?? arguments.text
        return "\(name) \(about.singleLine(upTo: 120)) in cell \(cell)"
    }
}
