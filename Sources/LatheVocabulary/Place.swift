/// Where in a run something happened: the coordinator, or a subtask below it.
///
/// Written `coordinator`, `coordinator/UA`, `coordinator/UA/2`. A label that stands twice below one parent gets `#2`,
/// `#3` …, so that a place names one subtask of a run and a recorded reply can be found by place and turn.
package struct Place: Sendable, Hashable {
    package var path: [String]

    package init(path: [String]) {
        self.path = path
    }

    package static let coordinator = Place(path: ["coordinator"])

    /// 0 for the coordinator, 1 for its subtasks.
    package var depth: Int { path.count - 1 }

    package var parent: Place? {
        path.count > 1 ? Place(path: path.dropLast()) : nil
    }

    /// Whether this is another place or lies below it.
    package func isWithin(_ other: Place) -> Bool { path.starts(with: other.path) }

    /// A subtask's label, with the number that tells it from earlier ones of the same label: `left`, then `left#2`.
    package func name(labelled label: String) -> String {
        guard let last = path.last, let mark = last.lastIndex(of: "#"), Int(last[last.index(after: mark)...]) != nil,
            !label.hasSuffix(last[mark...])
        else { return label }
        return label + last[mark...]
    }

    package func child(_ label: String) -> Place {
        Place(path: path + [label.replacing("/", with: "∕")])
    }
}

extension Place: CustomStringConvertible {
    package var description: String { path.joined(separator: "/") }

    package init(_ text: String) {
        path = text.split(separator: "/").map(String.init)
    }
}

extension Place: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
