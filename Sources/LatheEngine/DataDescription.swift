internal import LatheVocabulary

/// What a kernel says of a data result that it is about to write: counts and names, bounded, never a value.
///
/// Untrusted: the receiving kernel compares it with what it finds before anyone uses the data.
struct DataDescription: Sendable, Hashable {
    enum Kind: String, Sendable { case table, ndarray }

    var kind: Kind
    var bytes: Int
    private var members: [String: JSONValue]

    private static let shownColumns = 60

    init(_ arguments: HostArguments, upTo limit: Int) throws(HostRefusal) {
        guard let kind = Kind(rawValue: try arguments.text("kind", upTo: 16)) else {
            throw HostRefusal("invalid_arguments", "data_file: kind must be table or ndarray")
        }
        self.kind = kind
        guard let bytes = try arguments.optionalInteger("bytes", in: 0...Int(Int32.max) << 20) else {
            throw HostRefusal("invalid_arguments", "data_file: bytes is missing")
        }
        guard bytes <= limit else {
            throw HostRefusal(
                "limit",
                "a data result of \(bytes) bytes is larger than \(limit); return fewer rows or columns, or save a file with lathe.save_artifact"
            )
        }
        self.bytes = bytes
        switch kind {
        case .table: members = try Self.table(arguments)
        case .ndarray: members = try Self.array(arguments)
        }
    }

    private static func table(_ arguments: HostArguments) throws(HostRefusal) -> [String: JSONValue] {
        let rows = try arguments.optionalInteger("rows", in: 0...Int.max) ?? 0
        let given = arguments.values["columns"]?.arrayValue ?? []
        let columns = given.prefix(shownColumns).map { column -> JSONValue in
            let parts = column.arrayValue ?? []
            return .array([0, 1].map { parts.indices.contains($0) ? shown(parts[$0]) : "" })
        }
        let omitted = try arguments.optionalInteger("columns_omitted", in: 0...Int(Int32.max)) ?? 0
        return [
            "rows": .integer(rows), "columns": .array(columns),
            "columns_omitted": .integer(omitted + max(given.count - shownColumns, 0)),
        ]
    }

    private static func array(_ arguments: HostArguments) throws(HostRefusal) -> [String: JSONValue] {
        [
            "dtype": .string(try arguments.text("dtype", upTo: 32)),
            "shape": .array(
                try arguments.integers("shape", upTo: 64).map(JSONValue.integer)),
        ]
    }

    private static func shown(_ text: JSONValue) -> JSONValue {
        .string((text.stringValue ?? "").singleLine(upTo: 80))
    }

    /// The description as it takes the data's place in a result.
    func json(_ id: String) -> JSONValue {
        var all = members
        all["id"] = .string(id)
        all["kind"] = .string(kind.rawValue)
        all["bytes"] = .integer(bytes)
        return [JSONValue.dataKey: .object(all)]
    }
}

extension JSONValue {
    /// Marks, as the only member of an object, where data belongs in a result.
    static let dataKey = "$data"

    /// What stands for data here: an identifier in what a kernel sends, a description in what it gets; nil for plain JSON.
    var data: JSONValue? { self[Self.dataKey] }

    /// The kind of data that a description names.
    var dataKind: DataDescription.Kind? { data?["kind"]?.stringValue.flatMap(DataDescription.Kind.init(rawValue:)) }

    /// Everything in this value that stands for data, in no order.
    var allData: [JSONValue] {
        if let data { return [data] }
        return (arrayValue ?? objectValue.map { Array($0.values) } ?? []).flatMap(\.allData)
    }

    /// The value with what stands for data replaced.
    func replacingData(_ replacement: (JSONValue) throws(HostRefusal) -> JSONValue) throws(HostRefusal) -> JSONValue {
        if data != nil { return try replacement(self) }
        switch self {
        case .array(let items):
            var made: [JSONValue] = []
            for item in items { made.append(try item.replacingData(replacement)) }
            return .array(made)
        case .object(let members):
            var made: [String: JSONValue] = [:]
            for (name, member) in members { made[name] = try member.replacingData(replacement) }
            return .object(made)
        default: return self
        }
    }
}
