package import LatheVocabulary

/// One embedded model, as `lathe model list` shows it.
package struct ModelRow: Sendable, Hashable {
    package enum Presence: Sendable, Hashable {
        /// With the path of the weights.
        case installed(String)
        /// Some bytes were fetched; installing goes on from there.
        case partial(bytes: Int)
        case absent
    }

    package var name: String
    package var bytes: Int
    package var license: String
    /// What it is good for, in one sentence.
    package var note: String
    package var presence: Presence

    package init(name: String, bytes: Int, license: String, note: String, presence: Presence) {
        self.name = name
        self.bytes = bytes
        self.license = license
        self.note = note
        self.presence = presence
    }
}

/// `lathe model list`, from plain values.
package enum ModelListing {
    package static func lines(_ rows: [ModelRow], canvas: Canvas) -> [StyledLine] {
        rows.flatMap { row in
            let (mark, style, word): (String, Style, String) =
                switch row.presence {
                case .installed: ("✓", .green, "installed")
                case .partial(let bytes):
                    ("○", .yellow, "\(Figure.bytes(bytes)) fetched; lathe model install \(row.name) goes on")
                case .absent: ("○", .dim, "not installed; lathe model install \(row.name)")
                }
            var lines = canvas.wrap(
                canvas.text(mark + " ", style) + canvas.text(row.name, .bold)
                    + canvas.text("  \(Figure.bytes(row.bytes)), \(row.license), \(word)", .dim), indent: 2)
            lines += canvas.wrap(canvas.text("  " + row.note), indent: 2)
            if case .installed(let path) = row.presence { lines.append(canvas.text("  " + path, .dim)) }
            return lines
        }
    }

    package static func json(_ rows: [ModelRow]) -> JSONValue {
        .array(
            rows.map { row in
                var members: [String: JSONValue] = [
                    "name": .string(row.name), "bytes": .integer(row.bytes), "license": .string(row.license),
                    "note": .string(row.note), "installed": false,
                ]
                switch row.presence {
                case .installed(let path): (members["installed"], members["path"]) = (true, .string(path))
                case .partial(let bytes): members["fetchedBytes"] = .integer(bytes)
                case .absent: break
                }
                return .object(members)
            })
    }
}
