internal import LatheVocabulary

/// To whom a name in a `send` call leads, and whether the sender may write there.
///
/// Parent and child may always write to each other; subtasks of one owner only where their delegation says so; anybody may reply
/// to the sender of what it got.
struct Addressing: Sendable {
    let sender: Place
    /// Every subtask of the session, newest last.
    let subtasks: [SubtaskRegistry.Listed]
    let talks: TalkRules

    /// The places that a name means.
    func receivers(_ name: String) throws(HostRefusal) -> [Place] {
        if name == "all" { return try everybody() }
        let place = try place(of: name)
        guard place != sender else { throw HostRefusal("invalid_arguments", "send: that is you yourself") }
        guard mayWrite(to: place) else { throw refusal(place) }
        return [place]
    }

    /// All that the sender may write to and that have not ended.
    private func everybody() throws(HostRefusal) -> [Place] {
        let open = subtasks.filter { $0.isOpen }.map(\.place)
        let all =
            [sender.parent].compactMap(\.self) + open.filter { $0 != sender && $0 != sender.parent && mayWrite(to: $0) }
        guard !all.isEmpty else {
            throw HostRefusal("gone", "send: nobody is there to hear it; none of your subtasks is under way")
        }
        return all
    }

    func mayWrite(to place: Place) -> Bool {
        place.parent == sender || sender.parent == place || talks.allow(sender, place)
    }

    private func place(of name: String) throws(HostRefusal) -> Place {
        if name == "parent" {
            if let parent = sender.parent { return parent }
            throw HostRefusal(
                "invalid_arguments",
                "send: the coordinator has no parent; what the user should know is in lathe.answer(…)")
        }
        if name == Place.coordinator.description { return .coordinator }
        let named = subtasks.filter { $0.goes(by: name) }
        let near = named.filter { mayWrite(to: $0.place) }
        let open = near.filter { $0.isOpen }
        guard open.count < 2 else {
            let places = open.prefix(5).map(\.place.description).joined(separator: ", ")
            throw HostRefusal("invalid_arguments", "send: \(open.count) go by that name; say which: \(places)")
        }
        if let one = open.first { return one.place }
        if let past = near.last {
            throw HostRefusal(
                "gone", "send: \(past.place.description.singleLine(upTo: 120)) has ended; nobody reads there any more")
        }
        if let far = named.last { throw refusal(far.place) }
        throw HostRefusal("invalid_arguments", "send: nobody goes by '\(name.singleLine(upTo: 60))' here; \(known)")
    }

    private var known: String {
        let open = subtasks.filter { $0.isOpen && mayWrite(to: $0.place) }.map { $0.place.path.last ?? "" }
        let names = (sender.parent == nil ? [] : ["parent"]) + open.prefix(12).map { $0.singleLine(upTo: 60) }
        guard !names.isEmpty else { return "none of your subtasks is under way" }
        return "you may write to \(names.joined(separator: ", "))" + (open.count > 12 ? " …" : "")
    }

    private func refusal(_ place: Place) -> HostRefusal {
        HostRefusal(
            "not_allowed",
            "send: \(sender.description.singleLine(upTo: 120)) may not write to \(place.description.singleLine(upTo: 120)): "
                + "parent and child always may, others only where their delegation says talk=True; write to \"parent\"")
    }
}

extension SubtaskRegistry.Listed {
    /// Whether a name means this subtask: its place, the last part of that, its label or its address.
    func goes(by name: String) -> Bool {
        place.description == name || place.path.last == name || label == name || "subtask://\(id)" == name
    }
}

/// Which subtasks of one owner may write to each other, beside parents and children.
struct TalkRules: Sendable, Hashable {
    /// Those of one delegation that all may write to each other have the same number.
    private var circles: [Place: Int] = [:]
    private var pairs: [Place: Set<Place>] = [:]
    /// By label, of the same owner: also those that have yet to begin, or begin anew.
    private var labels: [Place: Set<String>] = [:]

    mutating func join(_ places: [Place]) {
        let number = (circles.values.max() ?? 0) + 1
        for place in places { circles[place] = number }
    }

    mutating func allow(_ from: Place, to: Place) { pairs[from, default: []].insert(to) }

    mutating func allow(_ from: Place, toThoseCalled names: [String]) {
        guard let owner = from.parent, !names.isEmpty else { return }
        labels[from, default: []].formUnion(names.compactMap { owner.child($0).path.last })
    }

    func allow(_ from: Place, _ to: Place) -> Bool {
        if from.parent == to.parent, let named = labels[from], let label = to.labelText, named.contains(label) {
            return true
        }
        if let circle = circles[from], circles[to] == circle { return true }
        return pairs[from]?.contains(to) ?? false
    }
}

extension Place {
    /// The label that a subtask was begun under, without the number of a repeated one.
    fileprivate var labelText: String? {
        guard let last = path.last else { return nil }
        guard let mark = last.lastIndex(of: "#"), last[last.index(after: mark)...].allSatisfy(\.isNumber) else {
            return last
        }
        return String(last[..<mark])
    }
}
